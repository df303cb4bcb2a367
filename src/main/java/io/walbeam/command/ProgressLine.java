package io.walbeam.command;

import io.walbeam.dump.DumpsOverview;
import io.walbeam.job.MissingChanges;
import io.walbeam.job.RunProgress;
import io.walbeam.sink.Stalls;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Words for how far a run is. Keeps the last state for the rate. Not thread-safe. */
final class ProgressLine {
  private static final double NANOS_PER_SECOND = 1e9;

  private static final long SECONDS_PER_MINUTE = 60;
  private static final long MINUTES_PER_HOUR = 60;

  private long lastChanges;
  private long lastNanos;

  ProgressLine(long nanos) {
    this.lastNanos = nanos;
  }

  /** Everything, for a log. */
  String forLog(RunProgress now, long nanos) {
    return text(now, rate(now, nanos));
  }

  /**
   * The same, cut so that it does not wrap: a line that did could not be rewritten.
   *
   * @param columns of the terminal, of which the last stays free
   */
  String forTerminal(RunProgress now, long nanos, int columns) {
    String text = forLog(now, nanos);
    return text.length() >= columns ? text.substring(0, columns - 2) + "~" : text;
  }

  private static String text(RunProgress now, long rate) {
    String text =
        String.format(
                Locale.ROOT,
                "%,d changes, %,d/s, lag %s %d s, dead letters %,d, stalls %d",
                now.changes(),
                rate,
                bytes(now.lag().bytes()),
                now.lag().seconds(),
                now.deadLetters(),
                now.stalls().size())
            + missing(now.missing())
            + dumps(now.dumps());
    if (now.stalls().isEmpty()) {
      return text
          + now.missing().tables().entrySet().stream()
              .limit(1)
              .map(ProgressLine::letGo)
              .collect(Collectors.joining());
    }
    Stalls.Stall oldest = now.stalls().get(0);
    return text + " (" + oldest.table() + " waits: " + oldest.reason() + ")";
  }

  /** Nothing while every table is written to. */
  private static String missing(MissingChanges missing) {
    return missing.isEmpty()
        ? ""
        : String.format(
            Locale.ROOT,
            ", let go %d, missing changes %,d",
            missing.tables().size(),
            missing.changes());
  }

  private static String letGo(Map.Entry<String, String> table) {
    return " (" + table.getKey() + " was let go: " + table.getValue() + ")";
  }

  /** Nothing once all dumps are over. */
  private static String dumps(DumpsOverview dumps) {
    if (dumps.left() == 0) {
      return "";
    }
    String text =
        String.format(
            Locale.ROOT,
            ", dumps %d of %d tables %,d rows",
            dumps.finished(),
            dumps.finished() + dumps.left(),
            dumps.rows());
    return dumps.secondsLeft().isPresent()
        ? text + ", about " + duration(dumps.secondsLeft().getAsLong()) + " left"
        : text;
  }

  /** In the unit that a person would say. */
  static String duration(long seconds) {
    if (seconds < 2 * SECONDS_PER_MINUTE) {
      return seconds + " s";
    }
    long minutes = seconds / SECONDS_PER_MINUTE;
    return minutes < 2 * MINUTES_PER_HOUR
        ? minutes + " min"
        : minutes / MINUTES_PER_HOUR + " h " + minutes % MINUTES_PER_HOUR + " min";
  }

  private long rate(RunProgress now, long nanos) {
    double seconds = Math.max((nanos - lastNanos) / NANOS_PER_SECOND, 0.001);
    long rate = Math.round((now.changes() - lastChanges) / seconds);
    lastChanges = now.changes();
    lastNanos = nanos;
    return rate;
  }

  /** Bytes in the largest unit that leaves a whole number. */
  static String bytes(long bytes) {
    if (bytes < 10L << 10) {
      return bytes + " B";
    }
    if (bytes < 10L << 20) {
      return (bytes >> 10) + " kB";
    }
    return bytes < 10L << 30 ? (bytes >> 20) + " MB" : (bytes >> 30) + " GB";
  }
}
