package io.walbeam.pipeline;

import io.walbeam.options.RunSettings;
import io.walbeam.source.StreamHook;

/** Starts the dumps in the process that reads the slot. */
final class DumpStarter implements StreamHook {
  private static final long serialVersionUID = 1L;

  private final RunSettings settings;

  DumpStarter(RunSettings settings) {
    this.settings = settings;
  }

  @Override
  public void streamStarted(Emitter emitter) throws InterruptedException {
    Destination destination = Destinations.hold(settings);
    boolean started = false;
    try {
      destination.dumps().start(emitter::emit);
      started = true;
    } finally {
      if (!started) {
        Destinations.release(settings);
      }
    }
  }

  @Override
  public boolean isFinished() {
    return Destinations.of(settings).dumps().isOver();
  }

  @Override
  public void streamEnded() {
    Destinations.release(settings);
  }
}
