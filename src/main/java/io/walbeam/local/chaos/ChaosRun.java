package io.walbeam.local.chaos;

import io.walbeam.change.Lsn;
import io.walbeam.change.TableId;
import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.ChildProcess;
import io.walbeam.local.demo.Installation;
import io.walbeam.local.demo.ShopWorkload;
import io.walbeam.local.demo.TableComparison;
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
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** One run: histories and faults side by side, and comparisons in between. */
final class ChaosRun {
  /** For what was committed to be confirmed after a fault is over. */
  private static final Duration RECOVERY = Duration.ofMinutes(5);

  /** For a last run to write everything, all dumps included. */
  private static final Duration FINISHING = Duration.ofMinutes(10);

  /** Longest time between two faults, milliseconds. */
  private static final int LONGEST_PEACE = 2_000;

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
        Supervisor program = new Supervisor(ends.command(), directory)) {
      Faults faults = new Faults(ends, program);
      ShopWorkload shop = new ShopWorkload(options.seed());
      History history = new History(options.seed());
      long end = System.nanoTime() + options.duration().toNanos();
      do {
        program.start();
        trouble(ends, faults, shop, history, end);
        program.stop();
        compare(ends);
      } while (tally.isGood() && !isOver(end));
      tally.print(out, program.exits());
      out.println("Repeat: " + options.command());
      return tally.isGood();
    }
  }

  private boolean isOver(long end) {
    return System.nanoTime() - end >= 0
        || (options.faults() > 0 && tally.faults() >= options.faults());
  }

  /** Changes rows and lets faults happen until the next quiet point. */
  private void trouble(ChaosEnds ends, Faults faults, ShopWorkload shop, History history, long end)
      throws IOException, SQLException, InterruptedException {
    long quiet = System.nanoTime() + options.quiet().toNanos();
    try (WorkloadRunner one =
            WorkloadRunner.start(ends.source(), ChaosEnds.DATABASE, shop, options.rate());
        WorkloadRunner other =
            WorkloadRunner.start(ends.source(), ChaosEnds.DATABASE, history, options.rate())) {
      while (System.nanoTime() - quiet < 0 && !isOver(end) && tally.isGood()) {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_PEACE));
        happen(ends, faults.all().get(random.nextInt(faults.all().size())));
      }
      tally.changed(one.changes() + other.changes());
    }
  }

  private void happen(ChaosEnds ends, FaultCase fault)
      throws IOException, SQLException, InterruptedException {
    long millis =
        fault.longestSeconds() == 0
            ? 0
            : 500 + random.nextInt((int) TimeUnit.SECONDS.toMillis(fault.longestSeconds()));
    out.printf(
        "%s  %s%s%n",
        LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS),
        fault.name(),
        millis == 0 ? "" : " for " + millis + " ms");
    tally.fault(fault.name());
    step(fault, fault.begin());
    TimeUnit.MILLISECONDS.sleep(millis);
    step(fault, fault.end());
    ends.heal();
    awaitRecovery(ends, fault);
  }

  private void step(FaultCase fault, FaultCase.Step step)
      throws IOException, SQLException, InterruptedException {
    try {
      step.run(random);
    } catch (IOException | SQLException | InterruptedException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("The fault could not be made: " + fault.name(), e);
    }
  }

  private void awaitRecovery(ChaosEnds ends, FaultCase fault)
      throws IOException, SQLException, InterruptedException {
    long began = System.nanoTime();
    Lsn position = ends.position();
    try {
      Await.until("everything is confirmed", RECOVERY, () -> ends.slot().isConfirmedTo(position));
      tally.recovered(fault.name(), Duration.ofNanos(System.nanoTime() - began));
    } catch (IllegalStateException e) {
      tally.problem("No recovery within " + RECOVERY + " after: " + fault.name());
      showLog(directory);
    }
  }

  /** A last run to the end of the log; then both sides must be equal. */
  private void compare(ChaosEnds ends) throws IOException, SQLException, InterruptedException {
    Path files = Files.createDirectories(directory.resolve("finishing"));
    try (ChildProcess finishing = ends.command().with("stopAt", "now").start(files)) {
      int exitCode = finishing.exitCode(FINISHING);
      if (exitCode != 0) {
        tally.problem("A run to the end of the log ended with exit code " + exitCode + ".");
        showLog(files);
      }
    } catch (IllegalStateException e) {
      tally.problem("A run to the end of the log does not end.");
      showLog(files);
    }
    try (Connection connection = ends.source().connect(ChaosEnds.DATABASE)) {
      List<TableComparison> results = TableComparison.compareAll(connection, ends.destination());
      tally.compared(results);
      long letters = ends.destination().deadLetterCount();
      if (letters > 0) {
        tally.problem(letters + " dead letters, though every row can be written.");
      }
      out.printf(
          "%s  compared %d tables, %d rows: %s%n",
          LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS),
          results.size(),
          results.stream().mapToInt(table -> table.rows().size()).sum(),
          results.stream().allMatch(TableComparison::equal)
              ? "equal"
              : "DIFFERENT in "
                  + results.stream()
                      .filter(table -> !table.equal())
                      .map(TableComparison::table)
                      .map(TableId::toString)
                      .toList());
    }
  }

  private void showLog(Path where) throws IOException {
    List<String> lines = Files.readAllLines(where.resolve("walbeam.err"));
    lines.stream().skip(Math.max(0, lines.size() - SHOWN_LINES)).forEach(out::println);
  }
}
