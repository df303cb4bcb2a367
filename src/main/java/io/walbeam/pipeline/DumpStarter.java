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
    Destination.of(settings).dumps().start(emitter::emit);
  }
}
