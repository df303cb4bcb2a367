package io.walbeam.sink;

import io.walbeam.failure.ErrorClass;
import io.walbeam.failure.Refusal;
import io.walbeam.failure.Stage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tables that this process has let go: they waited so long for a person, while another table
 * was written to, that they no longer hold anything up. Their rows are refused with {@link
 * ErrorClass#LET_GO}, and whoever gets them back remembers what is missing. Thread-safe.
 *
 * <p>Never for an outage: it needs a person who must act on this table, and a destination that
 * takes other rows meanwhile and refuses these once more. Whether a table takes rows again is tried
 * now and then; the first rows that are accepted end it.
 */
public final class LetGo {
  private static final Logger log = LoggerFactory.getLogger(LetGo.class);

  /** First and longest time between two tries of a table: a person needs minutes, or days. */
  public static final Duration FIRST_LOOK = Duration.ofMinutes(10);

  static final Duration LONGEST_LOOK = Duration.ofHours(2);

  /** A table that needs a person. */
  private static final class Waiting {
    final Instant since;
    Refusal reason;
    boolean othersAccepted;

    /** Refused once more after others were accepted: an outage that ends is no reason to let go. */
    boolean refusedSince;

    Waiting(Instant since, Refusal reason) {
      this.since = since;
      this.reason = reason;
    }
  }

  /** A table that was let go. */
  private static final class Gone {
    Refusal reason;
    Instant nextLook;
    Duration interval = FIRST_LOOK;
    boolean trying;

    Gone(Refusal reason, Instant nextLook) {
      this.reason = reason;
      this.nextLook = nextLook;
    }
  }

  private final Duration after;
  private final Predicate<String> own;
  private final Clock clock;

  // Guarded by this.
  private final Map<String, Waiting> waiting = new HashMap<>();
  private final Map<String, Gone> gone = new TreeMap<>();

  /** Whether there is anything to guard: accepted rows are many, and mostly nothing waits. */
  private volatile boolean any;

  /**
   * @param after how long a table waits before it is let go; zero for at once, whether or not
   *     another table is written to, because a run that shall end does not wait
   * @param own whether a table is walbeam's own: without those everything waits
   */
  public LetGo(Duration after, Predicate<String> own, Clock clock) {
    this.after = after;
    this.own = own;
    this.clock = clock;
  }

  /** Lets no table go. */
  public static LetGo never() {
    return new LetGo(Duration.ZERO, any -> true, Clock.systemUTC());
  }

  /**
   * Why rows of a table are not to be tried; empty if they are. Of a table that was let go they are
   * tried when a look is due.
   */
  public Optional<Refusal> refusal(String table) {
    if (!any) {
      return Optional.empty();
    }
    synchronized (this) {
      Gone known = gone.get(table);
      if (known == null) {
        return Optional.empty();
      }
      if (!clock.instant().isBefore(known.nextLook)) {
        look(known);
      }
      return known.trying ? Optional.empty() : Optional.of(letGo(table, known.reason));
    }
  }

  /** Rows of a table are tried from now on; if a person must still act it is let go at once. */
  public synchronized void lookAt(String table) {
    for (String name : List.of(table, readingOf(table))) {
      Gone known = gone.get(name);
      if (known != null) {
        look(known);
      }
    }
  }

  /** What is let go when rows of the source cannot be looked up for a table: only those wait. */
  public static String readingOf(String table) {
    return table + " (values that are read at the source)";
  }

  /** Whether the keys of a table that was let go are beyond doubt. */
  public synchronized boolean keysTell(String table) {
    Gone known = gone.get(table);
    return known == null
        || (known.reason.errorClass() != ErrorClass.TABLE_CONFLICT
            && known.reason.errorClass() != ErrorClass.PRIMARY_KEY);
  }

  /** Whether a table is let go. */
  public synchronized boolean isLetGo(String table) {
    return gone.containsKey(table);
  }

  private void look(Gone known) {
    known.trying = true;
    known.nextLook = clock.instant().plus(known.interval);
    known.interval = longer(known.interval);
  }

  /** The time between two looks at a table, after one that found it as it was. */
  public static Duration longer(Duration interval) {
    Duration twice = interval.multipliedBy(2);
    return twice.compareTo(LONGEST_LOOK) < 0 ? twice : LONGEST_LOOK;
  }

  /** A person must act before rows of the table can be written. */
  public void waits(String table, Refusal reason) {
    if (own.test(table)) {
      return;
    }
    synchronized (this) {
      any = true;
      Gone known = gone.get(table);
      if (known == null) {
        Waiting one = waiting.computeIfAbsent(table, each -> new Waiting(clock.instant(), reason));
        one.reason = reason;
        one.refusedSince |= one.othersAccepted;
      } else {
        known.reason = reason;
        known.trying = false;
      }
    }
  }

  /** Whether a write that waits for a person is to be given up. */
  public synchronized boolean isOver(String table) {
    Gone known = gone.get(table);
    if (known != null) {
      return !known.trying;
    }
    Waiting one = waiting.get(table);
    if (one == null) {
      return false;
    }
    Duration waited = Duration.between(one.since, clock.instant());
    if (!after.isZero() && (waited.compareTo(after) < 0 || !one.refusedSince)) {
      return false;
    }
    waiting.remove(table);
    gone.put(table, new Gone(one.reason, clock.instant().plus(FIRST_LOOK)));
    log.warn(
        "Table {} is let go after {} s, so that nothing waits for it; what it misses is remembered,"
            + " and it is dumped once it takes rows again. {}",
        table,
        waited.toSeconds(),
        one.reason.describe());
    return true;
  }

  /**
   * Whether a table would be let go if only something else had been written meanwhile. Where what
   * waits holds up everything else, nothing is, unless somebody writes to a table of walbeam's own.
   */
  public boolean lacksProof() {
    if (!any || after.isZero()) {
      return false;
    }
    synchronized (this) {
      Instant before = clock.instant().minus(after);
      return waiting.values().stream()
          .anyMatch(one -> !one.othersAccepted && !one.since.isAfter(before));
    }
  }

  /** Rows of a table were written. */
  public void accepted(String table) {
    if (any) {
      synchronized (this) {
        waiting.values().forEach(other -> other.othersAccepted = true);
      }
      ended(table);
    }
  }

  /** What was waited for is there. */
  public void ended(String table) {
    if (!any) {
      return;
    }
    synchronized (this) {
      waiting.remove(table);
      if (gone.remove(table) != null) {
        log.info("Table {} takes rows again.", table);
      }
      any = !waiting.isEmpty() || !gone.isEmpty();
    }
  }

  /** The tables that are let go, by name, and why. */
  public synchronized Map<String, String> tables() {
    Map<String, String> reasons = new TreeMap<>();
    gone.forEach((table, one) -> reasons.put(table, one.reason.describe()));
    return reasons;
  }

  /** What is said of a row of a table that is let go. */
  public Refusal refusalOf(String table) {
    synchronized (this) {
      Gone known = gone.get(table);
      if (known != null) {
        return letGo(table, known.reason);
      }
    }
    return new Refusal(
        Stage.APPEND,
        ErrorClass.LET_GO,
        "Table " + table + " was let go.",
        "It is dumped once it takes rows again.");
  }

  private static Refusal letGo(String table, Refusal reason) {
    return new Refusal(
        reason.stage(),
        ErrorClass.LET_GO,
        "Table " + table + " was let go: " + reason.message(),
        reason.remedy());
  }
}
