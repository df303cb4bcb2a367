package io.walbeam.job;

import io.walbeam.change.TableId;
import io.walbeam.deadletter.DeadLetter;
import io.walbeam.failure.ErrorClass;
import io.walbeam.metrics.JobCounts;
import io.walbeam.metrics.Metric;
import io.walbeam.sink.DeadLetterSink;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the dead letters of a job, whether they come from the stream or from a dump, and says so:
 * the first of each table and class with its remedy, then how many came, once a minute.
 * Thread-safe.
 */
final class CountedDeadLetters implements DeadLetterSink {
  private static final Logger log = LoggerFactory.getLogger(CountedDeadLetters.class);

  /** Often enough to be seen, rare enough to be read. */
  static final Duration REMINDER_INTERVAL = Duration.ofMinutes(1);

  /** Tables and classes that are told apart; more than this nobody reads. */
  private static final int MOST_TOLD = 10_000;

  private record Kind(TableId table, ErrorClass errorClass) {}

  private static final class Seen {
    Instant told;
    long since;

    Seen(Instant told) {
      this.told = told;
    }
  }

  private final DeadLetterSink sink;
  private final JobCounts counts;
  private final Clock clock;
  private final Map<Kind, Seen> seen = new HashMap<>();

  CountedDeadLetters(DeadLetterSink sink, JobCounts counts, Clock clock) {
    this.sink = sink;
    this.counts = counts;
    this.clock = clock;
  }

  @Override
  public void write(List<DeadLetter> letters) throws InterruptedException {
    sink.write(letters);
    for (DeadLetter letter : letters) {
      counts.add(Metric.DEAD_LETTERS.named(letter.refusal().errorClass().label()), 1);
      tell(letter);
    }
  }

  private synchronized void tell(DeadLetter letter) {
    Kind kind = new Kind(letter.change().table(), letter.refusal().errorClass());
    Instant now = clock.instant();
    Seen known = seen.get(kind);
    if (known == null) {
      if (seen.size() < MOST_TOLD) {
        seen.put(kind, new Seen(now));
        log.warn(
            "A change of table {} is a dead letter ({}): {}",
            kind.table(),
            kind.errorClass().label(),
            letter.refusal().describe());
      }
      return;
    }
    known.since++;
    if (!now.isBefore(known.told.plus(REMINDER_INTERVAL))) {
      log.warn(
          "{} more changes of table {} are dead letters ({}).",
          known.since,
          kind.table(),
          kind.errorClass().label());
      known.told = now;
      known.since = 0;
    }
  }
}
