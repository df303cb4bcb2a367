package io.walbeam.sink.bigquery;

import com.google.api.services.bigquery.model.Table;
import io.walbeam.failure.ErrorClass;
import io.walbeam.failure.Refusal;
import io.walbeam.failure.RetryPolicy;
import io.walbeam.failure.Stage;
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.ChangesView;
import io.walbeam.row.ContextMapping;
import io.walbeam.row.DestinationTable;
import io.walbeam.sink.Waits;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates and extends tables before their first row. Thread-safe.
 *
 * <p>The hot path is one map look-up by the whole {@link DestinationTable}. Otherwise one thread
 * per table reads the table first and changes it only if need be; other workers may do the same at
 * the same time, and whoever is second finds it done. A table that was there and is gone is created
 * again only after a quiet time: BigQuery refuses or loses rows for minutes where a name is dropped
 * and made anew while somebody writes to it.
 */
final class BigQueryTables {
  private static final Logger log = LoggerFactory.getLogger(BigQueryTables.class);

  /** Outcome of preparing a table. */
  sealed interface Preparation {}

  /** Rows may be sent, though BigQuery may show new columns to writers only after minutes. */
  record Ready(TableLayout layout) implements Preparation {}

  /** No row may go there: the table is another source table's, or let go. */
  record Taken(Refusal refusal) implements Preparation {}

  /** A person must act on this table. */
  record Blocked(Refusal refusal) implements Preparation {}

  /** Time without a write to a name before its table is made again, nanoseconds. */
  static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(15);

  /** Time before a table is made again once more: somebody may delete it on purpose. */
  static final long AGAIN_NANOS = TimeUnit.DAYS.toNanos(1);

  private final class TableState {
    final ReentrantLock lock = new ReentrantLock();
    final Set<String> seen = new HashSet<>();
    final Set<ChangesView> viewsSeen = new HashSet<>();
    boolean lettersSeen;

    /** When the last write found the table gone. */
    OptionalLong missedNanos = OptionalLong.empty();

    OptionalLong madeAgainNanos = OptionalLong.empty();
    long updatedNanos = System.nanoTime() - pace.metadataSpacing().toNanos();
    long validatedNanos = System.nanoTime();
  }

  /** When a table was last seen to be another's. */
  private record Recent(Taken taken, long nanos) {}

  private final BigQueryRest rest;
  private final TablePlaces places;

  /** What settles dead letters, which the view of open ones looks at. */
  private final DestinationTable ledger;

  /** What it must have: older ones may lack what only people look at. */
  private final DestinationTable leastLedger;

  private final ChangesViews views;
  private final Pace pace;
  private final Waits waits;
  private final LongSupplier nanoTime;
  private final Map<DestinationTable, TableLayout> ready = new ConcurrentHashMap<>();
  private final Map<String, String> sources = new ConcurrentHashMap<>();
  private final Map<DestinationTable, Recent> taken = new ConcurrentHashMap<>();
  private final Map<String, TableState> states = new ConcurrentHashMap<>();

  /**
   * @param nanoTime the clock for quiet times
   */
  BigQueryTables(
      BigQueryRest rest,
      Pace pace,
      Waits waits,
      LongSupplier nanoTime,
      DestinationTable ledger,
      DestinationTable leastLedger) {
    this.ledger = ledger;
    this.leastLedger = leastLedger;
    this.nanoTime = nanoTime;
    this.rest = rest;
    this.places = new TablePlaces(rest);
    this.views = new ChangesViews(rest);
    this.pace = pace;
    this.waits = waits;
  }

  /** The layout of a table that was prepared before, else null. */
  @Nullable TableLayout ready(DestinationTable table) {
    return ready.get(table);
  }

  /** Whether any table was ever prepared: the dataset and the credentials are good. */
  boolean anyReady() {
    return !ready.isEmpty();
  }

  /**
   * Makes the table as wanted.
   *
   * @throws io.walbeam.failure.WalbeamException of kind OPERATOR if the dataset is missing or a
   *     permission is
   */
  Preparation prepare(DestinationTable table) throws InterruptedException {
    TableState state = state(table);
    state.lock.lockInterruptibly();
    try {
      TableLayout known = ready.get(table);
      if (known != null) {
        return new Ready(known);
      }
      // Before the first row, which is led there.
      rest.learnLocation();
      Recent recent = taken.get(table);
      return recent != null && System.nanoTime() - recent.nanos() < pace.revalidateAfter().toNanos()
          ? recent.taken()
          : reconcile(table, state);
    } finally {
      state.lock.unlock();
    }
  }

  /**
   * Looks again at a table whose rows are refused, but not more often than {@link
   * Pace#revalidateAfter}; in between it counts as ready.
   */
  Preparation revalidate(TableLayout layout) throws InterruptedException {
    TableState state = state(layout.wanted());
    state.lock.lockInterruptibly();
    try {
      long age = System.nanoTime() - state.validatedNanos;
      return age < pace.revalidateAfter().toNanos()
          ? new Ready(layout)
          : reconcile(layout.wanted(), state);
    } finally {
      state.lock.unlock();
    }
  }

  /** Looks again at a table that rows could not find when they were sent. */
  Preparation find(TableLayout layout) throws InterruptedException {
    return find(layout, true);
  }

  /** Looks again at a table that is gone; nothing was sent since. */
  Preparation awaitAgain(TableLayout layout) throws InterruptedException {
    return find(layout, false);
  }

  private Preparation find(TableLayout layout, boolean written) throws InterruptedException {
    TableState state = state(layout.wanted());
    state.lock.lockInterruptibly();
    try {
      if (written) {
        state.missedNanos = OptionalLong.of(nanoTime.getAsLong());
      }
      return reconcile(layout.wanted(), state);
    } finally {
      state.lock.unlock();
    }
  }

  private TableState state(DestinationTable table) {
    // BigQuery's table names are case-sensitive, unless the dataset says otherwise: one lock then.
    return states.computeIfAbsent(table.name().toLowerCase(Locale.ROOT), any -> new TableState());
  }

  /**
   * The table as it is there, under the name that the source's key has led to; empty if there is
   * none. Changes nothing.
   */
  Optional<DestinationTable> existing(DestinationTable table) throws InterruptedException {
    TableLayout known = ready.get(table);
    if (known != null) {
      return Optional.of(known.table());
    }
    return places.locate(table) instanceof TablePlaces.Found found
        ? found.table()
        : Optional.empty();
  }

  private Preparation reconcile(DestinationTable table, TableState state)
      throws InterruptedException {
    while (true) {
      TablePlaces.Place place = places.locate(table);
      if (place instanceof TablePlaces.Free free) {
        String name = free.table().name();
        boolean again = state.seen.contains(name);
        if (again) {
          ready.remove(table);
          if (!mayBeMadeAgain(state)) {
            return gone(name);
          }
        }
        // Without the time that keeps workers apart: one of two makes the table, the other finds
        // it.
        pauseBeforeUpdate(state, Duration.ZERO);
        if (rest.insert(name, TableDefinitions.of(free.table(), rest.settings()))) {
          if (again) {
            state.madeAgainNanos = OptionalLong.of(nanoTime.getAsLong());
            log.warn(
                "Table {} was deleted while rows are written to it. It is made again, and its"
                    + " source table is dumped again.",
                name);
          } else {
            sayCreated(table, name);
          }
          return ready(table, free.table(), state);
        }
        continue;
      }
      TablePlaces.Found found = (TablePlaces.Found) place;
      state.seen.add(found.name());
      if (found.plan() instanceof TableEvolution.Another another) {
        return taken(table, another);
      }
      if (found.plan() instanceof TableEvolution.Conflict conflict) {
        ready.remove(table);
        return blocked(ErrorClass.TABLE_CONFLICT, conflict.message(), conflict.remedy());
      }
      if (found.plan() instanceof TableEvolution.Extend extend) {
        pauseBeforeUpdate(state, RetryPolicy.jitter(pace.firstDelay()));
        Table patch = new Table().setSchema(extend.schema());
        try {
          if (!rest.patch(found.name(), patch, found.existing().getEtag())) {
            continue;
          }
        } catch (WalbeamException e) {
          return ready(table, withoutColumns(table, found, e), state);
        }
        log.info("Added columns to table {}.", found.name());
      }
      return ready(table, found.table().orElse(table), state);
    }
  }

  /**
   * The ledger as it is there, if it may be used without the columns that could not be added.
   *
   * @throws WalbeamException {@code refused} if not
   */
  private DestinationTable withoutColumns(
      DestinationTable table, TablePlaces.Found found, WalbeamException refused) {
    if (!table.equals(ledger)
        || !(TableEvolution.plan(found.existing(), leastLedger)
            instanceof TableEvolution.Fits fits)) {
      throw refused;
    }
    log.warn(
        "Table {} stays without its newest columns, which only tell people who dumps. {}",
        table.name(),
        refused.describe());
    return fits.table();
  }

  private Taken taken(DestinationTable table, TableEvolution.Another another) {
    ready.remove(table);
    Taken now =
        new Taken(
            new Refusal(Stage.APPEND, ErrorClass.LET_GO, another.message(), another.remedy()));
    if (taken.put(table, new Recent(now, System.nanoTime())) == null) {
      log.warn("{} {}", another.message(), another.remedy());
    }
    return now;
  }

  private boolean mayBeMadeAgain(TableState state) throws InterruptedException {
    long now = nanoTime.getAsLong();
    if (state.missedNanos.isEmpty()) {
      state.missedNanos = OptionalLong.of(now);
    }
    boolean quiet = now - state.missedNanos.getAsLong() >= QUIET_NANOS;
    boolean rare =
        state.madeAgainNanos.isEmpty() || now - state.madeAgainNanos.getAsLong() >= AGAIN_NANOS;
    return quiet && rare && !rest.tablesExpire();
  }

  private static void sayCreated(DestinationTable table, String name) {
    if (name.equals(table.name())) {
      log.info("Created table {}.", name);
    } else {
      log.warn(
          "The key of what is written to {} is now ({}), so its rows go to the new table {}; what"
              + " is there under other keys stays as it is. Once the new table is dumped, walbeam"
              + " resync --finish --tables='{}' puts a view of it in the place of the old one.",
          table.name(),
          String.join(", ", table.primaryKey()),
          name,
          TableOwner.of(table.description()).orElse("*.*"));
    }
  }

  private Preparation ready(DestinationTable wanted, DestinationTable table, TableState state)
      throws InterruptedException {
    Optional<String> source = TableOwner.of(wanted.description());
    if (source.isPresent()) {
      // Of a table that somebody else has made, no description tells whose it is.
      String first = sources.putIfAbsent(table.name(), source.get());
      Optional<TableEvolution.Another> another =
          TableOwner.other(Optional.ofNullable(first), wanted);
      if (another.isPresent()) {
        return taken(wanted, another.get());
      }
    }
    state.seen.add(table.name());
    if (table.view().isPresent() && !state.viewsSeen.contains(table.view().get())) {
      // A view of a table that is not there would be refused.
      prepare(ContextMapping.DESTINATION);
      views.make(table.view().get(), table);
      state.viewsSeen.add(table.view().get());
    }
    if (table.name().equals(rest.settings().deadLetterTable()) && !state.lettersSeen) {
      prepare(ledger);
      views.makeOpenLetters();
      state.lettersSeen = true;
    }
    state.validatedNanos = System.nanoTime();
    state.missedNanos = OptionalLong.empty();
    return new Ready(
        ready.computeIfAbsent(
            wanted,
            any -> new TableLayout(wanted, table, rest.settings().defaultStream(table.name()))));
  }

  /** Keeps below the limit of metadata updates, and workers apart that learnt of it together. */
  private void pauseBeforeUpdate(TableState state, Duration least) throws InterruptedException {
    long since = System.nanoTime() - state.updatedNanos;
    long missing = pace.metadataSpacing().toNanos() - since;
    waits.sleep(least.plus(Duration.ofNanos(Math.max(0, missing))));
    state.updatedNanos = System.nanoTime();
  }

  private static Blocked blocked(ErrorClass errorClass, String message, String remedy) {
    return new Blocked(new Refusal(Stage.APPEND, errorClass, message, remedy));
  }

  private Blocked gone(String name) {
    BigQuerySettings settings = rest.settings();
    return blocked(
        ErrorClass.TABLE_DELETED,
        "BigQuery table "
            + settings.dataset()
            + "."
            + name
            + " was deleted while rows are written to it.",
        "Restore it (CREATE TABLE ... CLONE ... FOR SYSTEM_TIME AS OF), and writing goes on as soon"
            + " as it exists. Otherwise it is made again after 15 minutes and dumped, once a day at"
            + " most, and never where the dataset lets tables expire.");
  }
}
