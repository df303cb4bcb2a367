package io.walbeam.job;

import io.walbeam.postgres.MessageEmitter;
import io.walbeam.source.StreamHook;
import java.util.List;
import java.util.Optional;

/** Starts the dumps in the process that reads the slot. */
final class DumpStarter implements StreamHook {
  private static final long serialVersionUID = 1L;

  private final JobSettings settings;

  DumpStarter(JobSettings settings) {
    this.settings = settings;
  }

  @Override
  public void streamStarted(MessageEmitter emitter) throws InterruptedException {
    Job destination = Jobs.hold(settings);
    boolean started = false;
    try {
      destination.dumps().start(emitter);
      started = true;
    } finally {
      if (!started) {
        Jobs.release(settings);
      }
    }
  }

  @Override
  public boolean altered(List<Description> descriptions) {
    Optional<Job> job = Jobs.find(settings);
    job.ifPresent(
        found ->
            descriptions.forEach(one -> found.dumps().described(one.relation(), one.commitLsn())));
    job.ifPresent(found -> found.dumps().altered());
    return job.isPresent();
  }

  @Override
  public boolean isFinished() {
    return Jobs.of(settings).dumps().isOver();
  }

  @Override
  public void check() {
    Jobs.find(settings).ifPresent(job -> job.dumps().check());
  }

  @Override
  public void streamEnded() {
    Jobs.find(settings).ifPresent(job -> job.dumps().stop());
    Jobs.release(settings);
  }
}
