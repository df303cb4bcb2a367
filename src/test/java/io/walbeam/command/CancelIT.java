package io.walbeam.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.job.LocalRun;
import io.walbeam.job.ReplicationPipeline;
import io.walbeam.local.demo.Await;
import io.walbeam.options.OptionsReader;
import io.walbeam.options.WalbeamOptions;
import io.walbeam.testing.TestDatabase;
import io.walbeam.testing.TestPostgres;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.StreamingOptions;
import org.junit.jupiter.api.Test;

/** Cancelling a run on the DirectRunner: nothing is drained, nothing under way is finished. */
class CancelIT {
  private static final int CANCELLED_RUNS = 3;

  /** Keys that the load goes round in, so that rows are inserted, changed and deleted. */
  private static final int KEYS = 500;

  private static final String ALL =
      "SELECT coalesce(string_agg(id || '|' || v, E'\\n' ORDER BY id), '') FROM t";

  @Test
  void cancellingUnderLoadLosesNothing() throws Exception {
    try (LocalReplication ends = new LocalReplication();
        TestDatabase database = TestPostgres.shared().newDatabase();
        Load load = new Load(database)) {
      ends.createDataset(database);
      database.execute("CREATE TABLE t (id int PRIMARY KEY, v bigint NOT NULL)");
      database.createPublicationAndSlot();
      database.execute("INSERT INTO t VALUES (-1, 0)");
      ends.replicate(database);
      load.start();
      for (int run = 0; run < CANCELLED_RUNS; run++) {
        cancelOnceItHasWritten(ends, database, load);
      }
      load.stop();

      ends.replicate(database);

      assertThat(ends.rows(database, "SELECT id, v FROM %s.public_t ORDER BY id"))
          .isNotEmpty()
          .isEqualTo(database.query(ALL));
    }
  }

  /** As the run command does it, except that it is cancelled. */
  private static void cancelOnceItHasWritten(
      LocalReplication ends, TestDatabase database, Load load) throws Exception {
    OptionsReader.Invocation invocation =
        OptionsReader.read(
            ends.arguments(database).stream().filter(a -> !a.equals("--stopAt=now")).toList());
    WalbeamOptions options = invocation.options();
    options.as(StreamingOptions.class).setStreaming(true);
    DirectOptions direct = options.as(DirectOptions.class);
    direct.setTargetParallelism(1);
    direct.setBlockOnRun(false);
    long before = load.commits();
    try (LocalRun run = LocalRun.prepare(invocation.settings(), Duration.ZERO)) {
      PipelineResult result =
          ReplicationPipeline.build(options, invocation.settings(), OptionsReader::settings).run();
      long enough = before + KEYS;
      Await.until(
          "a change of this run is in the destination",
          () ->
              run.progress().changes() > 0
                  && newest(ends, database) > before
                  && load.commits() > enough);
      result.cancel();
      assertThat(result.getState()).isEqualTo(PipelineResult.State.CANCELLED);
    }
  }

  private static long newest(LocalReplication ends, TestDatabase database)
      throws InterruptedException {
    return Long.parseLong(ends.rows(database, "SELECT COALESCE(MAX(v), 0) FROM %s.public_t"));
  }

  /** One transaction after the other; the value says which. */
  private static final class Load implements AutoCloseable {
    private final ExecutorService executor =
        Executors.newSingleThreadExecutor(task -> new Thread(task, "load"));
    private final TestDatabase database;
    private final AtomicLong commits = new AtomicLong();
    private volatile boolean stopped;
    private Future<Long> running = CompletableFuture.completedFuture(0L);

    Load(TestDatabase database) {
      this.database = database;
    }

    void start() {
      Callable<Long> work = this::run;
      running = executor.submit(work);
    }

    long commits() {
      return commits.get();
    }

    /** Stops after the statement under way. */
    void stop() throws Exception {
      stopped = true;
      running.get();
    }

    private long run() throws SQLException {
      try (Connection connection = database.connect();
          PreparedStatement upsert =
              connection.prepareStatement(
                  "INSERT INTO t VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET v = excluded.v");
          PreparedStatement delete = connection.prepareStatement("DELETE FROM t WHERE id = ?")) {
        for (long n = 1; !stopped; n++) {
          int key = (int) (n % KEYS);
          upsert.setInt(1, key);
          upsert.setLong(2, n);
          upsert.executeUpdate();
          if (n % 3 == 0) {
            delete.setInt(1, key);
            delete.executeUpdate();
          }
          commits.set(n);
        }
        return commits.get();
      }
    }

    @Override
    public void close() {
      stopped = true;
      executor.shutdownNow();
    }
  }
}
