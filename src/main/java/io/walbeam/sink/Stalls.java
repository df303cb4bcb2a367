package io.walbeam.sink;

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
 * logged when it begins, once a minute while it lasts, and when it ends, however many threads wait.
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

  /** Ends the stall for one waiter. Closing twice does nothing. */
  public interface Ongoing extends AutoCloseable {
    @Override
    void close();
  }

  private record Key(String table, String reason, boolean parked) {}

  private static final class Entry {
    final Instant since;
    Instant reminded;
    int waiters;

    Entry(Instant now) {
      since = now;
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

  /** Whether anything waits on {@code table} now. */
  public boolean isStalled(String table) {
    synchronized (entries) {
      return entries.keySet().stream().anyMatch(key -> key.table().equals(table));
    }
  }

  private Ongoing begin(String table, String reason, boolean parked) {
    Key key = new Key(table, reason, parked);
    synchronized (entries) {
      Entry entry = entries.get(key);
      if (entry == null) {
        entry = new Entry(clock.instant());
        entries.put(key, entry);
        log.warn("Table {} waits: {}", table, reason);
      }
      entry.waiters++;
    }
    return new Waiter(key);
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
    private final Key key;
    private boolean closed;

    Waiter(Key key) {
      this.key = key;
    }

    @Override
    public void close() {
      synchronized (entries) {
        if (closed) {
          return;
        }
        closed = true;
        Entry entry = entries.get(key);
        if (entry != null && --entry.waiters == 0) {
          entries.remove(key);
          log.info(
              "Table {} no longer waits after {} s.",
              key.table(),
              Duration.between(entry.since, clock.instant()).toSeconds());
        }
      }
    }
  }
}
