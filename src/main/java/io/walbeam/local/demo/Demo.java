package io.walbeam.local.demo;

import io.walbeam.change.Lsn;
import io.walbeam.change.TableId;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * The whole of walbeam on one machine: an embedded PostgreSQL with a shop in it, the pipeline, the
 * BigQuery stand-in, and a look at both sides at the end.
 */
public final class Demo {
  private static final TableId POISON_TABLE = new TableId("public", "orders");
  private static final String POISON_KEY = "id=-1";

  /** BigQuery has no infinite timestamp. */
  private static final String POISON =
      "INSERT INTO orders VALUES (-1, 0, '00000000-0000-4000-8000-000000000000', 'new', NULL,"
          + " 'infinity')";

  private final DemoOptions options;
  private final PrintStream out;

  private Demo(DemoOptions options, PrintStream out) {
    this.options = options;
    this.out = out;
  }

  /**
   * Runs the demo on standard output.
   *
   * @param arguments what follows {@code demo} on the command line
   * @return the exit code: 0 if both sides are equal, 1 if not, 2 for a wrong command line
   */
  public static int run(List<String> arguments) {
    if (arguments.contains("--help")) {
      System.out.print(DemoOptions.USAGE);
      return 0;
    }
    DemoOptions options;
    try {
      options = DemoOptions.parse(arguments);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage() + "\n\n" + DemoOptions.USAGE);
      return 2;
    }
    // Names of people and towns are not ASCII, whatever the locale says.
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    return new Demo(options, out).run();
  }

  private int run() {
    try (WorkDirectory directory = WorkDirectory.create("walbeam-demo-")) {
      try {
        return runIn(directory) ? 0 : 1;
      } catch (IOException | SQLException | RuntimeException e) {
        if (!AtExit.ending()) {
          directory.keep();
          System.err.println("\nThe demo failed. " + e.getMessage());
          System.err.println("Everything it wrote is in " + directory.path() + ".");
        }
        return 1;
      }
    } catch (IOException e) {
      System.err.println("There is no room for temporary files: " + e.getMessage());
      return 1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    }
  }

  private boolean runIn(WorkDirectory directory)
      throws IOException, SQLException, InterruptedException {
    out.println("Starting PostgreSQL, the BigQuery stand-in and walbeam ...");
    try (DemoSession session =
        DemoSession.start(Installation.ofRunningProgram(), directory.path(), options.to())) {
      session.awaitSlot();
      introduce(session, directory);
      long changes = changeRows(session);
      Lsn end = session.awaitConfirmation();
      out.println();
      out.printf(
          Locale.ROOT,
          "%,d rows changed. All of it is in %s, and the slot is confirmed up to %s.%n%n",
          changes,
          session.target().name(),
          end);
      boolean equal = compare(session);
      out.println(equal ? "EQUAL: " + verdict(session.target()) : "NOT EQUAL: see above.");
      if (options.keep()) {
        stay(session);
      }
      if (!equal) {
        directory.keep();
        out.println("Everything the demo wrote is in " + directory.path() + ".");
      }
      return equal;
    }
  }

  private static String verdict(DemoTarget target) {
    return target.takesEveryValue()
        ? "the changes, replayed, are every table as it is."
        : "every table is the same on both sides, and the one row that BigQuery cannot hold\nis in"
            + " the dead-letter table.";
  }

  private void introduce(DemoSession session, WorkDirectory directory) throws SQLException {
    String version =
        session
            .ends()
            .source()
            .query(ShopSchema.DATABASE, "SELECT current_setting('server_version')")
            .orElse("");
    out.println();
    out.println(
        "  source       PostgreSQL "
            + version
            + " at localhost:"
            + session.ends().source().port()
            + ", database "
            + ShopSchema.DATABASE);
    out.println(
        "  pipeline     walbeam, process "
            + session.pipeline().pid()
            + ", slot and publication "
            + LocalEnds.SLOT);
    out.println("  destination  " + session.target().describe());
    out.println("  logs         " + directory.path());
    out.println();
    out.printf(
        Locale.ROOT,
        "Changing about %,d rows a second for %d s: inserts, updates, deletes, new keys, and one"
            + " row that BigQuery cannot hold.%n%n",
        options.rate(),
        options.seconds());
  }

  private long changeRows(DemoSession session)
      throws IOException, SQLException, InterruptedException {
    ProgressPrinter progress = new ProgressPrinter(out, session.ends(), session.target());
    progress.heading();
    long started = System.nanoTime();
    try (WorkloadRunner workload =
        WorkloadRunner.start(
            session.ends().source(),
            ShopSchema.DATABASE,
            new ShopWorkload(options.seed()),
            options.rate())) {
      for (int second = 1; second <= options.seconds(); second++) {
        if (second == (options.seconds() + 1) / 2) {
          session.ends().source().execute(ShopSchema.DATABASE, POISON);
        }
        TimeUnit.NANOSECONDS.sleep(started + TimeUnit.SECONDS.toNanos(second) - System.nanoTime());
        session.checkPipeline();
        progress.line(Duration.ofNanos(System.nanoTime() - started), workload.changes());
      }
      return workload.changes();
    }
  }

  private boolean compare(DemoSession session)
      throws IOException, SQLException, InterruptedException {
    try (Connection connection = session.ends().source().connect(ShopSchema.DATABASE)) {
      List<TableComparison> comparisons =
          TableComparison.compareAll(connection, session.target().copy());
      return new DemoReport(out, session.target(), POISON_TABLE, POISON_KEY)
          .print(comparisons, session.target().deadLetters());
    }
  }

  private void stay(DemoSession session) throws IOException, InterruptedException {
    out.println();
    out.println("Everything stays up until Ctrl-C. Change something, and look at the other side:");
    out.println();
    out.println(
        "  psql 'postgresql://"
            + SourceServer.SUPERUSER
            + "@localhost:"
            + session.ends().source().port()
            + "/"
            + ShopSchema.DATABASE
            + "'");
    out.println();
    session.target().explain(out);
    out.println();
    while (true) {
      session.checkPipeline();
      TimeUnit.SECONDS.sleep(1);
    }
  }
}
