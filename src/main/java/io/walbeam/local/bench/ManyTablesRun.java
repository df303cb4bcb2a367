package io.walbeam.local.bench;

import com.google.gson.JsonObject;
import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.ChildProcess;
import io.walbeam.local.demo.LocalEnds;
import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.ShopSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * A run with many small tables: it dumps them, follows changes of one and of many at once, is
 * stopped and started again. Times end with the stand-in's count of acknowledged rows.
 *
 * @param tables with two rows each
 * @param dumped until every table was dumped
 * @param oneChangeMillis from the commit of a change of one table until it was acknowledged, the
 *     median
 * @param changedAtOnce tables that one transaction changed
 * @param transactionSeconds from its commit until all of its rows were acknowledged
 * @param again from the second start until a change that waited for it was acknowledged
 * @param connections most connections to PostgreSQL while dumping
 * @param threads most threads of the pipeline while dumping
 */
record ManyTablesRun(
    int tables,
    Phase dumped,
    double oneChangeMillis,
    int changedAtOnce,
    double transactionSeconds,
    Phase again,
    int connections,
    int threads) {
  private static final Duration PATIENCE = Duration.ofMinutes(30);
  private static final String PIPELINE = "pipeline";

  /** Rows of each table. */
  private static final int ROWS = 2;

  /** Single changes whose median counts. */
  private static final int SINGLE_CHANGES = 21;

  /** Most tables that one transaction changes. */
  private static final int MOST_AT_ONCE = 2_000;

  /**
   * From the start of a process on.
   *
   * @param seconds until what was awaited
   * @param cpuSeconds of the pipeline until then
   * @param peakMegabytes its largest resident size
   */
  record Phase(double seconds, double cpuSeconds, long peakMegabytes) {}

  /** The tables {@code t1}, {@code t2} and so on are there, published, with their rows. */
  static ManyTablesRun measure(LocalEnds ends, int tables)
      throws IOException, SQLException, InterruptedException {
    PipelineCommand command = ends.command().with("snapshot", "initial");
    Counts counts = new Counts(ends);
    int[] most = new int[2];
    Phase dumped;
    double one;
    double transaction;
    int atOnce = Math.min(tables, MOST_AT_ONCE);
    try (ChildProcess pipeline = command.start(ends.directory())) {
      dumped =
          awaited(
              "every table is dumped",
              pipeline,
              () -> {
                most[0] = Math.max(most[0], connections(ends));
                most[1] = Math.max(most[1], threads(pipeline.pid()));
                return counts.holding(ROWS) >= tables;
              });
      double[] single = new double[SINGLE_CHANGES];
      for (int i = 0; i < SINGLE_CHANGES; i++) {
        single[i] = change(ends, counts, 1) * 1e3;
      }
      Arrays.sort(single);
      one = single[SINGLE_CHANGES / 2];
      transaction = change(ends, counts, atOnce);
      pipeline.terminate();
      if (pipeline.exitCode(PATIENCE) != 0) {
        throw new IOException("The pipeline failed: " + pipeline.errors().strip());
      }
    }
    long before = counts.all();
    update(ends, 1);
    try (ChildProcess pipeline = command.start(ends.directory())) {
      Phase again = awaited("a change is acknowledged", pipeline, () -> counts.all() > before);
      return new ManyTablesRun(tables, dumped, one, atOnce, transaction, again, most[0], most[1]);
    }
  }

  private static Phase awaited(String what, ChildProcess pipeline, Await.Condition condition)
      throws IOException, InterruptedException {
    long began = System.nanoTime();
    try (CpuMeter cpu = CpuMeter.start()) {
      cpu.watchFromItsStart(PIPELINE, pipeline.pid());
      Await.until(
          what,
          PATIENCE,
          () -> {
            if (!pipeline.isAlive()) {
              throw new IOException("The pipeline has ended: " + pipeline.errors().strip());
            }
            return condition.holds();
          });
      return new Phase(
          (System.nanoTime() - began) / 1e9,
          cpu.seconds(PIPELINE),
          ThroughputRun.peakMegabytes(pipeline.pid()));
    }
  }

  /** Seconds from the commit of a change of so many tables until it was acknowledged. */
  private static double change(LocalEnds ends, Counts counts, int tables)
      throws IOException, SQLException, InterruptedException {
    long before = counts.all();
    update(ends, tables);
    long committed = System.nanoTime();
    Await.until("the changes are acknowledged", PATIENCE, () -> counts.all() >= before + tables);
    return (System.nanoTime() - committed) / 1e9;
  }

  private static void update(LocalEnds ends, int tables) throws SQLException {
    ends.source()
        .execute(
            ShopSchema.DATABASE,
            "DO $$ BEGIN FOR i IN 1.."
                + tables
                + " LOOP EXECUTE format('UPDATE t%s SET v = v || ''.'' WHERE id = 1', i);"
                + " END LOOP; END $$");
  }

  private static int connections(LocalEnds ends) throws SQLException {
    String count =
        "SELECT count(*)::text FROM pg_stat_activity"
            + " WHERE pid <> pg_backend_pid() AND backend_type IN ('client backend', 'walsender')";
    return ends.source().query(ShopSchema.DATABASE, count).map(Integer::parseInt).orElse(0);
  }

  private static int threads(long pid) throws IOException {
    try (var tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
      return (int) tasks.count();
    }
  }

  /** The stand-in's counts of the tables {@code t1}, {@code t2} and so on. */
  private static final class Counts {
    private static final String PREFIX = LocalEnds.PROJECT + "." + LocalEnds.DATASET + ".public_t";

    private final StandInCounts counts;

    Counts(LocalEnds ends) {
      counts = new StandInCounts(ends);
    }

    /** Tables with at least so many rows. */
    long holding(long rows) throws IOException, InterruptedException {
      return each().filter(count -> count >= rows).count();
    }

    /** Rows of all of them. */
    long all() throws IOException, InterruptedException {
      return each().sum();
    }

    private LongStream each() throws IOException, InterruptedException {
      JsonObject now = counts.read();
      return now.keySet().stream()
          .filter(table -> table.startsWith(PREFIX))
          .mapToLong(table -> StandInCounts.rows(now, table));
    }
  }
}
