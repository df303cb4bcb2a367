package io.walbeam.local.demo;

import io.walbeam.change.Lsn;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** One line a second: how fast rows change and how far the destination is behind. */
final class ProgressPrinter {
  private static final String HEADING =
      "    time     changes   changes/s   lag bytes   lag s   confirmed     dead letters";

  private final PrintStream out;
  private final LocalEnds ends;
  private final DemoTarget target;
  private long lastChanges;
  private Duration lastElapsed = Duration.ZERO;

  ProgressPrinter(PrintStream out, LocalEnds ends, DemoTarget target) {
    this.out = out;
    this.ends = ends;
    this.target = target;
  }

  void heading() {
    out.println(HEADING);
  }

  /**
   * Prints one line.
   *
   * @param elapsed since the workload began
   * @param changes rows changed since then
   */
  void line(Duration elapsed, long changes) throws IOException, SQLException, InterruptedException {
    double seconds = Math.max(elapsed.minus(lastElapsed).toMillis(), 1) / 1000.0;
    Lsn server = ends.slot().serverPosition();
    Optional<Lsn> confirmed = ends.slot().confirmed();
    out.println(
        String.format(
                Locale.ROOT,
                "  %4d s  %,10d  %,10d  %,10d  %6s   %-11s  %,12d",
                Math.round(elapsed.toMillis() / 1000.0),
                changes,
                Math.round((changes - lastChanges) / seconds),
                confirmed.map(server::minus).orElse(0L),
                target.completeUntil().map(this::age).orElse("-"),
                confirmed.map(Lsn::toString).orElse("-"),
                target.deadLetterCount())
            .stripTrailing());
    lastChanges = changes;
    lastElapsed = elapsed;
  }

  /** Seconds since the commit that the destination is complete up to. */
  private String age(Instant completeUntil) {
    long millis = Math.max(0, Duration.between(completeUntil, Instant.now()).toMillis());
    return String.format(Locale.ROOT, "%.1f", millis / 1000.0);
  }
}
