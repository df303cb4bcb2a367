package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.local.demo.ChildProcess;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Dumps begin, are killed and are repeated while rows change in every way; both sides are equal at
 * the end. {@code -Dwalbeam.scenario.seed=N} repeats a failure, {@code -Dwalbeam.scenario.kills=N}
 * makes the loop longer.
 */
class DumpKillLoopIT {
  private static final long SEED = Long.getLong("walbeam.scenario.seed", System.nanoTime());
  private static final int KILLS = Integer.getInteger("walbeam.scenario.kills", 4);
  private static final int KEYS = 3_000;

  /** Latest moment of a kill, milliseconds after the reader is connected. */
  private static final int LATEST_KILL_MILLIS = 6_000;

  @Test
  void everyTableIsEqualAfterKillsWhileDumpsAndChangesGoOn() throws Exception {
    Random random = new Random(SEED);
    try (Servers servers = Servers.here()) {
      Scenario fixture = Scenario.on(servers, "killed");
      create(fixture);
      try (Changes changes = new Changes(fixture, new Random(SEED + 1))) {
        for (int kill = 0; kill < KILLS; kill++) {
          try (ChildProcess pipeline =
              fixture.startProcess(
                  fixture
                      .command()
                      .with("snapshotChunkRows", "1")
                      .with("requests", "any")
                      .with("snapshotParallelism", Integer.toString(1 + random.nextInt(3))))) {
            fixture.awaitReading(pipeline);
            TimeUnit.MILLISECONDS.sleep(random.nextInt(LATEST_KILL_MILLIS));
            assertThat(pipeline.isAlive()).as(pipeline.errors()).isTrue();
            if (random.nextBoolean()) {
              fixture.execute(
                  "SELECT pg_logical_emit_message(true, 'walbeam.backfill',"
                      + " '{\"tables\":[\"public.docs\",\"public.pairs\"]}')");
            }
            pipeline.kill();
          }
        }
        changes.stop();
        assertThat(changes.done()).as("seed %d", SEED).isPositive();
      }
      fixture.runToNow();
      fixture.assertEqual();
      assertThat(fixture.ledger())
          .allMatch(entry -> entry.endsWith(":FINISHED") || entry.endsWith(":SUPERSEDED"));
    } catch (AssertionError | Exception e) {
      throw new AssertionError("Failed with -Dwalbeam.scenario.seed=" + SEED, e);
    }
  }

  private static void create(Scenario fixture) throws Exception {
    fixture.execute(
        "CREATE TABLE docs (id int8 PRIMARY KEY, rev int, big text)",
        "ALTER TABLE docs ALTER big SET STORAGE EXTERNAL",
        "INSERT INTO docs SELECT g, 0, repeat(md5(g::text), 100) FROM generate_series(1, "
            + KEYS
            + ") g",
        "CREATE TABLE pairs (a text, b int, v text, PRIMARY KEY (a, b))",
        "INSERT INTO pairs SELECT 'a' || (g % 7), g, 'v' FROM generate_series(1, " + KEYS + ") g",
        "CREATE TABLE emptied (id int PRIMARY KEY, v text)",
        "INSERT INTO emptied SELECT g, 'v' FROM generate_series(1, " + KEYS + ") g");
  }

  /** One session that changes rows until it is stopped. */
  private static final class Changes implements AutoCloseable {
    private final Scenario fixture;
    private final Random random;
    private final Thread thread = new Thread(this::run, "changes");
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private volatile boolean stopped;
    private final AtomicLong done = new AtomicLong();

    Changes(Scenario fixture, Random random) {
      this.fixture = fixture;
      this.random = random;
      thread.start();
    }

    long done() {
      return done.get();
    }

    void stop() throws Exception {
      stopped = true;
      thread.join();
      Exception failed = failure.get();
      if (failed != null) {
        throw failed;
      }
    }

    private void run() {
      try (Connection connection = fixture.connect();
          Statement statement = connection.createStatement()) {
        while (!stopped) {
          change(statement);
          done.incrementAndGet();
          TimeUnit.MILLISECONDS.sleep(2);
        }
      } catch (Exception e) {
        failure.set(e);
      }
    }

    private void change(Statement statement) throws SQLException {
      int id = 1 + random.nextInt(KEYS);
      int other = KEYS + 1 + random.nextInt(KEYS);
      String big = "repeat(md5('" + random.nextInt() + "'), 100)";
      String sql =
          switch (random.nextInt(12)) {
            case 0, 1, 2 -> "UPDATE docs SET rev = rev + 1 WHERE id = " + id;
            case 3 -> "UPDATE docs SET big = " + big + " WHERE id = " + id;
            case 4 ->
                "UPDATE docs SET id = "
                    + other
                    + " WHERE id = "
                    + id
                    + " AND NOT EXISTS (SELECT FROM docs WHERE id = "
                    + other
                    + ")";
            case 5 -> "DELETE FROM docs WHERE id = " + id;
            case 6 ->
                "INSERT INTO docs VALUES (" + id + ", -1, " + big + ") ON CONFLICT (id) DO NOTHING";
            case 7 -> "UPDATE pairs SET v = 'w" + other + "' WHERE b = " + id;
            case 8 -> "DELETE FROM pairs WHERE b = " + id;
            case 9 ->
                "INSERT INTO pairs VALUES ('a"
                    + (id % 7)
                    + "', "
                    + id
                    + ", 'again')"
                    + " ON CONFLICT (a, b) DO UPDATE SET v = excluded.v";
            case 10 ->
                "INSERT INTO emptied VALUES (" + id + ", 'again') ON CONFLICT (id) DO NOTHING";
            default ->
                switch (random.nextInt(60)) {
                  case 0 -> "TRUNCATE emptied";
                  case 1 -> "VACUUM FULL pairs";
                  default -> "DELETE FROM emptied WHERE id = " + id;
                };
          };
      statement.execute(sql);
    }

    @Override
    public void close() {
      stopped = true;
      boolean interrupted = false;
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
