package io.walbeam.command;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.job.FinishedJob;
import io.walbeam.job.JobSettings;
import io.walbeam.job.LocalRun;
import io.walbeam.job.Placement;
import io.walbeam.job.ReplicationPipeline;
import io.walbeam.job.RunProgress;
import io.walbeam.job.StandBy;
import io.walbeam.options.OptionsReader;
import io.walbeam.options.WalbeamOptions;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.StreamingOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code run}: builds the pipeline and runs it, here or on the runner that the options name. */
final class RunCommand {
  private static final Logger log = LoggerFactory.getLogger(RunCommand.class);

  /** For what is under way when the run is asked to end: many times what a bundle takes. */
  private static final Duration END_DEADLINE = Duration.ofSeconds(60);

  private RunCommand() {}

  /**
   * Returns when a local run has ended, or when a distributed job is submitted.
   *
   * @throws WalbeamException if the run cannot go on
   */
  static void run(
      OptionsReader.Invocation invocation, StatusLine status, PrintStream out, Ending ending)
      throws InterruptedException {
    WalbeamOptions options = invocation.options();
    JobSettings settings = invocation.settings();
    options.as(StreamingOptions.class).setStreaming(true);
    settings
        .placement()
        .launch(
            new Placement.Launcher() {
              @Override
              public void runHere() throws InterruptedException {
                if (!invocation.given().contains("targetParallelism")) {
                  // The runner drives the source only when the whole graph is idle: more threads
                  // only spin.
                  options.as(DirectOptions.class).setTargetParallelism(1);
                }
                RunCommand.runHere(invocation, status, out, ending);
              }

              @Override
              public void submit() throws InterruptedException {
                RunCommand.submit(invocation);
              }
            });
  }

  /** Whether it returns before the job has ended is the runner's business. */
  private static void submit(OptionsReader.Invocation invocation) throws InterruptedException {
    WalbeamOptions options = invocation.options();
    JobSettings settings = invocation.settings();
    FlinkDefaults.apply(options, invocation.given(), settings.run().stopAtNow());
    PipelineResult result =
        ReplicationPipeline.build(options, settings, OptionsReader::settings).run();
    if (settings.run().stopAtNow() && result.getState() == PipelineResult.State.DONE) {
      FinishedJob.verify(settings);
      log.info("Everything read is written and confirmed to the slot.");
    }
  }

  private static void runHere(
      OptionsReader.Invocation invocation, StatusLine status, PrintStream out, Ending ending)
      throws InterruptedException {
    WalbeamOptions options = invocation.options();
    JobSettings settings = invocation.settings();
    DirectOptions direct = options.as(DirectOptions.class);
    // Both copy every element to check what the coders' tests prove.
    direct.setEnforceImmutability(false);
    direct.setEnforceEncodability(false);
    direct.setBlockOnRun(false);
    Optional<StatusServer> server =
        invocation
            .http()
            .map(address -> StatusServer.start(address, settings.replication().slot()));
    Optional<WalbeamException> newer;
    try (EndDeadline deadline = new EndDeadline(END_DEADLINE, ending);
        LocalRun run = LocalRun.prepare(settings, invocation.startPatience())) {
      ending.onFirst(
          () -> {
            log.info("Ending: writing what was read; a second signal leaves at once.");
            run.requestEnd();
            deadline.begin();
          });
      server.ifPresent(each -> each.watch(run::progress));
      newer = replicate(run, options, settings, status, out);
    } finally {
      server.ifPresent(StatusServer::close);
    }
    if (newer.isPresent()) {
      log.debug("A newer run took the slot", newer.get());
      ending.endWell();
      StandBy.await(settings);
      throw new WalbeamException(
          FailureKind.TRANSIENT,
          "The newer run that read the slot "
              + settings.replication().slot()
              + " has ended, and so does this one.",
          "Start again if it shall go on; nothing is lost.");
    }
  }

  /** Returns the failure of a run that shall go on once a newer one has ended. */
  private static Optional<WalbeamException> replicate(
      LocalRun run,
      WalbeamOptions options,
      JobSettings settings,
      StatusLine status,
      PrintStream out)
      throws InterruptedException {
    log.info(
        "Replicating {} through slot {} to {}.",
        settings.replication().postgres().describe(),
        settings.replication().slot(),
        settings.destination().describe());
    PipelineResult.State state;
    try {
      state = runToTheEnd(run, options, settings, status);
    } catch (RuntimeException e) {
      Optional<WalbeamException> fenced =
          Failures.known(e).filter(failure -> failure.kind() == FailureKind.FENCED);
      if (fenced.isEmpty() || settings.run().stopAtNow() || run.isEndRequested()) {
        throw e;
      }
      return fenced;
    }
    if (state != PipelineResult.State.DONE) {
      throw new WalbeamException(
          FailureKind.BUG,
          "The pipeline ended in state " + state + ".",
          "Run again with --debug and report the trace; nothing is lost.");
    }
    run.confirm();
    printResult(run, settings, out);
    return Optional.empty();
  }

  private static void printResult(LocalRun run, JobSettings settings, PrintStream out) {
    RunProgress end = run.progress();
    out.printf(
        Locale.ROOT,
        "Everything read is written and confirmed to slot %s: %,d changes, %,d dumped rows,"
            + " %,d dead letters.%n",
        settings.replication().slot(),
        end.changes(),
        end.dumps().rows(),
        end.deadLetters());
    if (run.unfinishedDumps() > 0) {
      out.printf(
          Locale.ROOT,
          "%,d dumps are not finished; they go on at the next start.%n",
          run.unfinishedDumps());
    }
  }

  private static PipelineResult.State runToTheEnd(
      LocalRun run, WalbeamOptions options, JobSettings settings, StatusLine status) {
    if (options.isQuiet()) {
      return ReplicationPipeline.build(options, settings, OptionsReader::settings)
          .run()
          .waitUntilFinish();
    }
    ProgressReporter reporter = ProgressReporter.start(status, run::progress);
    try {
      return ReplicationPipeline.build(options, settings, OptionsReader::settings)
          .run()
          .waitUntilFinish();
    } finally {
      reporter.close();
    }
  }
}
