package io.walbeam.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.failure.FailureKind;
import io.walbeam.job.JobSettings;
import io.walbeam.job.LocalRun;
import io.walbeam.job.Placement;
import io.walbeam.job.ReplicationPipeline;
import io.walbeam.local.demo.Await;
import io.walbeam.options.OptionsReader;
import io.walbeam.options.WalbeamOptions;
import io.walbeam.testing.TestDatabase;
import io.walbeam.testing.TestPostgres;
import java.time.Duration;
import java.util.stream.Stream;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.StreamingOptions;
import org.junit.jupiter.api.Test;

/**
 * One table that a person must mend holds nothing up where bundles wait for their rows. The job is
 * placed as on workers, though its runner has all of them here.
 */
class LetGoOnWorkersIT {
  @Test
  void everythingElseIsWrittenAndConfirmedAndTheTableComesBack() throws Exception {
    try (LocalReplication local = new LocalReplication();
        TestDatabase database = TestPostgres.shared().newDatabase()) {
      local.createDataset(database);
      database.execute(
          "CREATE TABLE bad (id int PRIMARY KEY, v text)",
          "CREATE TABLE good (id int PRIMARY KEY, v text)");
      database.createPublicationAndSlot();
      local.createTable(database, "public_bad");
      database.execute(
          // Several batches: every thread of the runner meets one.
          "INSERT INTO bad SELECT g, repeat('secret', 300) FROM generate_series(1, 3000) g",
          "UPDATE bad SET v = 'other secret'",
          "INSERT INTO good SELECT g, 'v' || g FROM generate_series(1, 1000) g");
      runUntil(
          local,
          database,
          "everything else is written and confirmed",
          () ->
              ledger(local, database).contains("LET_GO|REQUESTED")
                  && database.confirmedFlush() >= database.walEnd()
                  && rows(local, database, "good") == 1_000);
      LocalReplication.Run last = local.run(database);
      assertThat(last.exitCode()).isEqualTo(FailureKind.OPERATOR.exitCode());
      assertThat(last.printed())
          .contains("in what was let go: public.bad.", "PRIMARY KEY")
          .doesNotContain("secret");

      local.deleteTable(database, "public_bad");
      runUntil(
          local,
          database,
          "the table has come back",
          () ->
              rows(local, database, "bad") == 3_000
                  && ledger(local, database).contains("LET_GO|SUPERSEDED"));
      local.replicate(database);
    }
  }

  private static String ledger(LocalReplication local, TestDatabase database)
      throws InterruptedException {
    return isThere(local, database, "_walbeam_backfills")
        ? local.rows(database, "SELECT kind, status FROM %s._walbeam_backfills")
        : "";
  }

  private static long rows(LocalReplication local, TestDatabase database, String table)
      throws InterruptedException {
    return isThere(local, database, "public_" + table)
        ? Long.parseLong(local.rows(database, "SELECT COUNT(*) FROM %s.public_" + table))
        : 0;
  }

  private static boolean isThere(LocalReplication local, TestDatabase database, String table)
      throws InterruptedException {
    return !local
        .rows(
            database,
            "SELECT table_name FROM %s.INFORMATION_SCHEMA.TABLES WHERE table_name = '"
                + table
                + "'")
        .isEmpty();
  }

  private static void runUntil(
      LocalReplication local, TestDatabase database, String what, Await.Condition condition)
      throws Exception {
    OptionsReader.Invocation invocation =
        OptionsReader.read(
            Stream.concat(
                    local.arguments(database).stream().filter(a -> !a.equals("--stopAt=now")),
                    Stream.of("--letGoAfter=PT1S"))
                .toList());
    WalbeamOptions options = invocation.options();
    options.as(StreamingOptions.class).setStreaming(true);
    options.as(DirectOptions.class).setBlockOnRun(false);
    JobSettings settings = onWorkers(invocation.settings());
    try (LocalRun run = LocalRun.prepare(settings, Duration.ZERO)) {
      PipelineResult result =
          ReplicationPipeline.build(options, settings, LetGoOnWorkersIT::running).run();
      Await.until(what, Duration.ofMinutes(3), condition);
      assertThat(run.isEndRequested()).isFalse();
      result.cancel();
    }
  }

  private static JobSettings running(PipelineOptions options, long start, String token) {
    return onWorkers(OptionsReader.settings(options, start, token));
  }

  private static JobSettings onWorkers(JobSettings settings) {
    return new JobSettings(
        settings.replication(),
        settings.tables(),
        settings.run(),
        settings.destination(),
        settings.mapping(),
        settings.dumps(),
        Placement.workers());
  }
}
