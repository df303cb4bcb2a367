package io.walbeam.local.chaos;

import io.walbeam.change.Lsn;
import io.walbeam.change.TableId;
import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.ChildProcess;
import io.walbeam.local.demo.Installation;
import io.walbeam.local.demo.ShopSchema;
import io.walbeam.local.demo.ShopWorkload;
import io.walbeam.local.demo.TableComparison;
import io.walbeam.local.demo.Workload;
import io.walbeam.local.demo.WorkloadRunner;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** One run: histories and faults side by side, and comparisons in between. */
final class ChaosRun {
  /** For what was committed to be confirmed after a fault is over. */
  private static final Duration RECOVERY = Duration.ofMinutes(15);

  /** For a last run to write everything, all dumps included. */
  private static final Duration FINISHING = Duration.ofMinutes(20);

  /** Rows of a table of the shop that outlive a quiet point. */
  private static final int KEPT_ROWS = 5_000;

  /** Lines of the program's log that are shown if it fails. */
  private static final int SHOWN_LINES = 15;

  private final ChaosOptions options;
  private final Installation installation;
  private final Path directory;
  private final PrintStream out;
  private final Random random;
  private final Tally tally = new Tally();

  /**
   * @param directory for the files of everything that is started
   */
  ChaosRun(ChaosOptions options, Installation installation, Path directory, PrintStream out) {
    this.options = options;
    this.installation = installation;
    this.directory = directory;
    this.out = out;
    this.random = new Random(options.seed());
  }

  /** Runs, prints what happened, and returns whether both sides were equal at every look. */
  boolean run() throws IOException, SQLException, InterruptedException {
    try (ChaosEnds ends = ChaosEnds.start(installation, directory);
        Deployment program = deploy(ends)) {
      Faults faults = new Faults(ends, program);
      ShopWorkload shop = new ShopWorkload(options.seed());
      History history = new History(options.seed());
      long end = System.nanoTime() + options.duration().toNanos();
      do {
        program.start();
        trouble(ends, program, faults, shop, history, end);
        program.stop();
        compare(ends, program);
      } while (tally.isGood() && !isOver(end));
      tally.print(out, program.exits());
      out.println("Repeat: " + options.command());
      return tally.isGood();
    }
  }

  private Deployment deploy(ChaosEnds ends) throws IOException, InterruptedException {
    return switch (options.runner()) {
      case DIRECT -> new OneProcess(ends);
      case FLINK -> OnFlink.start(ends);
    };
  }

  private boolean isOver(long end) {
    return System.nanoTime() - end >= 0
        || (options.faults() > 0 && tally.faults() >= options.faults());
  }

  /** Changes rows and lets faults happen until the next quiet point. */
  private void trouble(
      ChaosEnds ends,
      Deployment program,
      Faults faults,
      ShopWorkload shop,
      History history,
      long end)
      throws IOException, SQLException, InterruptedException {
    try (WorkloadRunner one = workload(ends, shop);
        WorkloadRunner other = workload(ends, history)) {
      // Only what has begun can be met, and only of what is confirmed a failover is noticed.
      awaitRecovery(ends, "the start", Optional.empty());
      long quiet = System.nanoTime() + options.quiet().toNanos();
      while (System.nanoTime() - quiet < 0 && !isOver(end) && tally.isGood()) {
        happen(ends, program, Burst.plan(random, faults.all(), options.burst()));
      }
      tally.changed(one.changes() + other.changes());
    }
  }

  private WorkloadRunner workload(ChaosEnds ends, Workload workload) {
    return WorkloadRunner.start(ends::source, ChaosEnds.DATABASE, workload, options.rate());
  }

  private void happen(ChaosEnds ends, Deployment program, Burst burst)
      throws IOException, SQLException, InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(burst.lanes().size());
    try {
      List<Future<?>> lanes = new ArrayList<>();
      for (Burst.Lane lane : burst.lanes()) {
        lanes.add(
            threads.submit(
                () -> {
                  happen(lane);
                  return null;
                }));
      }
      for (Future<?> lane : lanes) {
        lane.get();
      }
    } catch (ExecutionException e) {
      throw new IOException("A fault could not be mended.", e);
    } finally {
      threads.shutdownNow();
    }
    ends.heal();
    program.heal();
    awaitRecovery(ends, burst.toString(), Optional.of(tally));
  }

  private void happen(Burst.Lane lane) throws Exception {
    Random decisions = new Random(lane.seed());
    for (Burst.Happening happening : lane.happenings()) {
      TimeUnit.MILLISECONDS.sleep(happening.peaceMillis());
      FaultCase fault = happening.fault();
      out.printf(
          "%s  %s%s%n",
          now(), fault.name(), happening.millis() == 0 ? "" : " for " + happening.millis() + " ms");
      if (begins(fault, decisions)) {
        TimeUnit.MILLISECONDS.sleep(happening.millis());
        fault.end().run(decisions);
      }
    }
  }

  /** Whether the fault could be made: what it is about may be away because of another one. */
  private boolean begins(FaultCase fault, Random decisions) throws Exception {
    try {
      fault.begin().run(decisions);
      tally.fault(fault.name());
      return true;
    } catch (IOException | SQLException e) {
      out.println(now() + "  " + fault.name() + " could not be made: " + e);
      tally.notMade();
      // As far as it was made, it is mended.
      fault.end().run(decisions);
      return false;
    }
  }

  private static LocalTime now() {
    return LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS);
  }

  /**
   * Returns when everything committed until now is confirmed.
   *
   * @param counted where it counts as a recovery
   */
  private void awaitRecovery(ChaosEnds ends, String after, Optional<Tally> counted)
      throws IOException, SQLException, InterruptedException {
    long began = System.nanoTime();
    Lsn position = ends.position();
    try {
      Await.until("everything is confirmed", RECOVERY, () -> ends.slot().isConfirmedTo(position));
      Duration time = Duration.ofNanos(System.nanoTime() - began);
      counted.ifPresent(tally -> tally.recovered(after, time));
    } catch (IllegalStateException e) {
      tally.problem("No recovery within " + RECOVERY + " after: " + after);
      showLog(directory);
    }
  }

  /** A last run to the end of the log; then both sides must be equal. */
  private void compare(ChaosEnds ends, Deployment program)
      throws IOException, SQLException, InterruptedException {
    Path files = Files.createDirectories(directory.resolve("finishing"));
    try (ChildProcess finishing = program.finish(files)) {
      int exitCode = finishing.exitCode(FINISHING);
      if (exitCode != 0) {
        tally.problem("A run to the end of the log ended with exit code " + exitCode + ".");
        showLog(files);
      }
    } catch (IllegalStateException e) {
      tally.problem("A run to the end of the log does not end.");
      showLog(files);
    }
    ends.keepSlot();
    compareTables(ends);
    // So that a long run needs no more memory than a short one.
    ends.execute(ShopSchema.keeping(KEPT_ROWS).toArray(String[]::new));
  }

  private void compareTables(ChaosEnds ends)
      throws IOException, SQLException, InterruptedException {
    List<TableId> different = new ArrayList<>();
    AtomicInteger tables = new AtomicInteger();
    AtomicLong rows = new AtomicLong();
    try (Connection connection = ends.source().connect(ChaosEnds.DATABASE)) {
      TableComparison.compareEach(
          connection,
          ends.destination(),
          table -> {
            tally.compared(table);
            tables.incrementAndGet();
            rows.addAndGet(table.rows().size());
            if (!table.equal()) {
              different.add(table.table());
            }
          });
    }
    tally.compared(tables.get());
    long letters = ends.destination().deadLetterCount();
    if (letters > 0) {
      tally.problem(letters + " dead letters, though every row can be written.");
    }
    out.printf(
        "%s  after %d faults: compared %d tables, %d rows: %s%n",
        now(),
        tally.faults(),
        tables.get(),
        rows.get(),
        different.isEmpty() ? "equal" : "DIFFERENT in " + different);
  }

  private void showLog(Path where) throws IOException {
    List<String> lines = Files.readAllLines(where.resolve("walbeam.err"));
    lines.stream().skip(Math.max(0, lines.size() - SHOWN_LINES)).forEach(out::println);
  }
}
