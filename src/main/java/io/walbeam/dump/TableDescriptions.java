package io.walbeam.dump;

import io.walbeam.change.TableId;
import io.walbeam.postgres.PublishedTable;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Descriptions of the tables that are dumped next, read for many at once: PostgreSQL lists all
 * tables of the publication for each such query. Thread-safe.
 *
 * <p>Each is given out once and soon. A table that is altered before its chunk is read is described
 * again.
 */
final class TableDescriptions {
  /** Tables that are described ahead: whoever asks first waits for the columns of all. */
  static final int TOGETHER = 200;

  /** Later it is read again. */
  private static final Duration FRESH = Duration.ofSeconds(10);

  /** Describes tables; those that are not published are left out. */
  @FunctionalInterface
  interface Catalogue {
    Map<TableId, PublishedTable> describe(List<TableId> tables) throws InterruptedException;
  }

  /** The tables that are dumped next. */
  @FunctionalInterface
  interface Next {
    List<TableId> tables(int most);
  }

  private final Catalogue catalogue;
  private final Next next;
  private final LongSupplier nanos;
  private final ReentrantLock lock = new ReentrantLock();

  /** Tables that somebody waits for: they are not among the next any more. */
  private final Set<TableId> wanted = ConcurrentHashMap.newKeySet();

  // Guarded by the lock.
  private final Map<TableId, PublishedTable> ahead = new HashMap<>();
  private long readNanos;

  TableDescriptions(Catalogue catalogue, Next next, LongSupplier nanos) {
    this.catalogue = catalogue;
    this.next = next;
    this.nanos = nanos;
  }

  /** The table as it is published, or was a moment ago; empty if it is not. */
  Optional<PublishedTable> of(TableId table) throws InterruptedException {
    boolean waits = wanted.add(table);
    try {
      return inTurn(table);
    } finally {
      if (waits) {
        wanted.remove(table);
      }
    }
  }

  private Optional<PublishedTable> inTurn(TableId table) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      PublishedTable known = ahead.remove(table);
      if (known != null && nanos.getAsLong() - readNanos < FRESH.toNanos()) {
        return Optional.of(known);
      }
      Set<TableId> tables = new LinkedHashSet<>(List.of(table));
      tables.addAll(wanted);
      tables.addAll(next.tables(TOGETHER));
      long began = nanos.getAsLong();
      Map<TableId, PublishedTable> read = catalogue.describe(List.copyOf(tables));
      ahead.clear();
      ahead.putAll(read);
      readNanos = began;
      return Optional.ofNullable(ahead.remove(table));
    } finally {
      lock.unlock();
    }
  }

  /** Tables that somebody waits for. */
  int waiting() {
    return wanted.size();
  }
}
