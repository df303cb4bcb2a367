package io.walbeam.sink;

import io.walbeam.failure.Retry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is waiting right now, for which table, why, and since when: the answer to "why does the
 * position not move?". Thread-safe.
 *
 * <p>A stall lasts while at least one {@link Ongoing} of the same table and reason is open. It is
 * logged when it begins and once a minute while it lasts, however many threads wait; and when
 * nothing of the table waits any more.
 */
public final class Stalls {
  private static final Logger log = LoggerFactory.getLogger(Stalls.class);

  /** Often enough to be seen, rare enough to be read. */
  static final Duration REMINDER_INTERVAL = Duration.ofMinutes(1);

  /**
   * One stall.
   *
   * @param table name of the destination table
   * @param reason what is waited for and what to do, without row values
   * @param since when it began
   * @param parked whether a person must act before it ends
   */
  public record Stall(String table, String reason, Instant since, boolean parked) {}

  /** The stall of one waiter. */
  public interface Ongoing extends Retry.Shown {}

  private record Key(String table, String reason, boolean parked) {}

  private static final class Entry {
    final Instant since;
    Instant reminded;
    int waiters;

    Entry(Instant since, Instant now) {
      this.since = since;
      reminded = now;
    }
  }

  private final Clock clock;
  private final Map<Key, Entry> entries = new HashMap<>();

  public Stalls() {
    this(Clock.systemUTC());
  }

  public Stalls(Clock clock) {
    this.clock = clock;
  }

  /** Records that one more waiter waits on {@code table} because of {@code reason}. */
  public Ongoing begin(String table, String reason) {
    return begin(table, reason, false);
  }

  /** The same for a wait that ends only when a person acts. */
  public Ongoing park(String table, String reason) {
    return begin(table, reason, true);
  }

  /** Shows what waits on {@code table}. */
  public Retry.Board of(String table) {
    return (reason, person) -> begin(table, reason, person);
  }

  /** Whether anything waits on {@code table} now. */
  public boolean isStalled(String table) {
    synchronized (entries) {
      return entries.keySet().stream().anyMatch(key -> key.table().equals(table));
    }
  }

  private Ongoing begin(String table, String reason, boolean parked) {
    Key key = new Key(table, reason, parked);
    synchronized (entries) {
      enter(key, clock.instant());
    }
    return new Waiter(key);
  }

  private void enter(Key key, Instant since) {
    Entry entry = entries.get(key);
    if (entry == null) {
      entry = new Entry(since, clock.instant());
      entries.put(key, entry);
      log.warn("Table {} waits: {}", key.table(), key.reason());
    }
    entry.waiters++;
  }

  /** Since when the waiter that goes has waited. */
  private Instant exit(Key key) {
    Entry entry = entries.get(key);
    if (entry == null) {
      return clock.instant();
    }
    if (--entry.waiters == 0) {
      entries.remove(key);
    }
    return entry.since;
  }

  /** Logs the stalls that have not been logged for a minute. Waiters call it now and then. */
  public void remind() {
    Instant now = clock.instant();
    synchronized (entries) {
      entries.forEach(
          (key, entry) -> {
            if (!now.isBefore(entry.reminded.plus(REMINDER_INTERVAL))) {
              entry.reminded = now;
              log.warn(
                  "Table {} has been waiting for {} s: {}",
                  key.table(),
                  Duration.between(entry.since, now).toSeconds(),
                  key.reason());
            }
          });
    }
  }

  /** The stalls of this moment, the oldest first. */
  public List<Stall> current() {
    List<Stall> current = new ArrayList<>();
    synchronized (entries) {
      entries.forEach(
          (key, entry) ->
              current.add(new Stall(key.table(), key.reason(), entry.since, key.parked())));
    }
    current.sort(Comparator.comparing(Stall::since).thenComparing(Stall::table));
    return current;
  }

  private final class Waiter implements Ongoing {
    private Key key;
    private boolean ended;

    Waiter(Key key) {
      this.key = key;
    }

    @Override
    public void change(String reason, boolean person) {
      synchronized (entries) {
        if (ended) {
          return;
        }
        Instant since = exit(key);
        // Who must act is given time from the moment when it is said.
        boolean same = key.parked() == person;
        key = new Key(key.table(), reason, person);
        enter(key, same ? since : clock.instant());
      }
    }

    @Override
    public void leave() {
      synchronized (entries) {
        if (!ended) {
          ended = true;
          exit(key);
        }
      }
    }

    @Override
    public void close() {
      synchronized (entries) {
        if (ended) {
          return;
        }
        ended = true;
        Instant since = exit(key);
        if (!isStalled(key.table())) {
          log.info(
              "Table {} no longer waits after {} s.",
              key.table(),
              Duration.between(since, clock.instant()).toSeconds());
        }
      }
    }
  }
}
