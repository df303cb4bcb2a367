package io.walbeam.local.bench;

import com.google.cloud.NoCredentials;
import com.google.cloud.bigquery.BigQuery;
import com.google.cloud.bigquery.BigQueryException;
import com.google.cloud.bigquery.BigQueryOptions;
import com.google.cloud.bigquery.Field;
import com.google.cloud.bigquery.PrimaryKey;
import com.google.cloud.bigquery.Schema;
import com.google.cloud.bigquery.StandardSQLTypeName;
import com.google.cloud.bigquery.StandardTableDefinition;
import com.google.cloud.bigquery.TableConstraints;
import com.google.cloud.bigquery.TableId;
import com.google.cloud.bigquery.TableInfo;
import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.ChildProcess;
import io.walbeam.local.demo.Installation;
import io.walbeam.local.demo.LocalEnds;
import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.ShopSchema;
import io.walbeam.local.demo.StandIn;
import io.walbeam.local.demo.WorkDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * What {@code check} and {@code status} cost with thousands of tables at both ends, and a dump of
 * each that was asked for; what a run costs with as many.
 */
public final class ManyTablesBenchmark {
  private static final Duration PATIENCE = Duration.ofMinutes(30);

  /** Tables that are made in one transaction: each holds a lock until its end. */
  private static final int IN_ONE_TRANSACTION = 500;

  private static final int CONFLICT = 409;

  /** Tables of the run that the other is compared with. */
  private static final int FEW = 10;

  private final LocalEnds ends;
  private final int tables;

  private ManyTablesBenchmark(LocalEnds ends, int tables) {
    this.ends = ends;
    this.tables = tables;
  }

  public static void main(String[] arguments)
      throws IOException, SQLException, InterruptedException {
    BenchOptions options = BenchOptions.of(arguments);
    options.allowOnly("tables", "runTables", "rounds");
    int tables = options.number("tables", 10_000);
    int rounds = options.number("rounds", 3);
    int runTables = options.number("runTables", tables);
    try (WorkDirectory files = WorkDirectory.create("walbeam-bench-")) {
      if (rounds > 0) {
        askCommands(files.path(), tables, rounds);
      }
      if (runTables > 0) {
        System.out.printf(Locale.ROOT, "%nruns into the counting stand-in, two rows a table%n");
        run(files.path(), Math.min(FEW, runTables));
        run(files.path(), runTables);
      }
    }
  }

  private static void askCommands(Path directory, int tables, int rounds)
      throws IOException, SQLException, InterruptedException {
    Path files = Files.createDirectory(directory.resolve("commands"));
    try (LocalEnds ends =
        LocalEnds.start(Installation.ofRunningProgram(), files, StandIn::storing)) {
      ManyTablesBenchmark benchmark = new ManyTablesBenchmark(ends, tables);
      benchmark.createAtSource();
      benchmark.askForDumps();
      benchmark.createAtDestination();
      System.out.printf(
          Locale.ROOT,
          "%n%,d tables at both ends; seconds, and CPU seconds of the command, the stand-in and"
              + " PostgreSQL%n",
          tables);
      for (int round = rounds; round > 0; round--) {
        for (String command : List.of("check", "status")) {
          benchmark.measure(command, "text");
          benchmark.measure(command, "json");
        }
      }
    }
  }

  private static void run(Path directory, int tables)
      throws IOException, SQLException, InterruptedException {
    Path files = Files.createDirectory(directory.resolve("run-" + tables));
    try (LocalEnds ends =
        LocalEnds.start(Installation.ofRunningProgram(), files, StandIn::counting)) {
      ManyTablesBenchmark benchmark = new ManyTablesBenchmark(ends, tables);
      benchmark.createAtSource();
      benchmark.insertRows();
      ManyTablesRun run = ManyTablesRun.measure(ends, tables);
      System.out.printf(
          Locale.ROOT,
          "  %,7d tables: dumped %6.1f s after the start (CPU %.1f s, %d MB, %d connections,"
              + " %d threads); one change %.0f ms; %,d tables in one transaction %.2f s; started"
              + " again %.1f s (CPU %.1f s, %d MB)%n",
          tables,
          run.dumped().seconds(),
          run.dumped().cpuSeconds(),
          run.dumped().peakMegabytes(),
          run.connections(),
          run.threads(),
          run.oneChangeMillis(),
          run.changedAtOnce(),
          run.transactionSeconds(),
          run.again().seconds(),
          run.again().cpuSeconds(),
          run.again().peakMegabytes());
    }
  }

  private void createAtSource() throws SQLException {
    ofEachTable("CREATE TABLE t%s (id bigint PRIMARY KEY, v text, n numeric, at timestamptz)");
  }

  private void insertRows() throws SQLException {
    ofEachTable("INSERT INTO t%s VALUES (1, ''a'', 1, now()), (2, ''b'', 2, now())");
  }

  /**
   * Executes a statement at the source for each table, many in a transaction.
   *
   * @param statement with %s for the table's number, in a string of SQL
   */
  private void ofEachTable(String statement) throws SQLException {
    for (int from = 1; from <= tables; from += IN_ONE_TRANSACTION) {
      ends.source()
          .execute(
              ShopSchema.DATABASE,
              "DO $$ BEGIN FOR i IN "
                  + from
                  + ".."
                  + Math.min(tables, from + IN_ONE_TRANSACTION - 1)
                  + " LOOP EXECUTE format('"
                  + statement
                  + "', i); END LOOP; END $$");
    }
  }

  /** The run asks for a dump of each table, and is ended before it has made many of them. */
  private void askForDumps() throws IOException, InterruptedException {
    try (ChildProcess run = ends.command().start(ends.directory())) {
      Await.until(
          "a dump of each table is asked for",
          PATIENCE,
          () ->
              ends.destination().tables().contains("_walbeam_backfills")
                  && ends.destination().rows("_walbeam_backfills").size() >= tables);
      run.kill();
    }
  }

  private void createAtDestination() {
    BigQuery client =
        BigQueryOptions.newBuilder()
            .setHost(ends.standIn().endpoint())
            .setProjectId(LocalEnds.PROJECT)
            .setCredentials(NoCredentials.getInstance())
            .build()
            .getService();
    StandardTableDefinition definition =
        StandardTableDefinition.newBuilder()
            .setSchema(
                Schema.of(
                    Field.of("id", StandardSQLTypeName.INT64),
                    Field.of("v", StandardSQLTypeName.STRING),
                    Field.of("n", StandardSQLTypeName.STRING),
                    Field.of("at", StandardSQLTypeName.TIMESTAMP)))
            .setTableConstraints(
                TableConstraints.newBuilder()
                    .setPrimaryKey(PrimaryKey.newBuilder().setColumns(List.of("id")).build())
                    .build())
            .build();
    for (int i = 1; i <= tables; i++) {
      try {
        client.create(TableInfo.of(TableId.of(LocalEnds.DATASET, "public_t" + i), definition));
      } catch (BigQueryException e) {
        if (e.getCode() != CONFLICT) { // what the run has made
          throw e;
        }
      }
    }
  }

  private void measure(String command, String format) throws IOException, InterruptedException {
    PipelineCommand asked =
        ends.command()
            .command(command)
            .with("format", format)
            .withJvmArguments(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    long postmaster = ends.source().processId();
    double server = seconds(postmaster);
    double standIn = seconds(ends.standIn().process().pid());
    long began = System.nanoTime();
    try (CpuMeter cpu = CpuMeter.start();
        ChildProcess process = asked.start(ends.directory())) {
      cpu.watchFromItsStart(command, process.pid());
      int exitCode = process.exitCode(PATIENCE);
      double took = (System.nanoTime() - began) / 1e9;
      System.out.printf(
          Locale.ROOT,
          "  %6s %-4s %6.1f s, CPU %5.1f + %.1f + %.1f s, exit code %d%n",
          command,
          format,
          took,
          cpu.seconds(command),
          seconds(ends.standIn().process().pid()) - standIn,
          seconds(postmaster) - server,
          exitCode);
    }
  }

  /** CPU seconds of a process and of those of its children that have ended. */
  private static double seconds(long pid) throws IOException {
    return CpuSplit.secondsWithChildrenOf(Files.readString(Path.of("/proc/" + pid + "/stat")));
  }
}
