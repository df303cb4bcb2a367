package io.walbeam.local.standin.store;

import io.walbeam.local.standin.AppendFailure;
import io.walbeam.local.standin.Fault;
import io.walbeam.local.standin.Faults;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One table: its definition and its rows.
 *
 * <p>The physical table is a log of everything that was appended; which row of a key counts is
 * decided when it is read, as BigQuery does in its runtime merge: the highest position, of equal
 * ones the latest ingested, nothing if that is a deletion. Losing rows, and deletions older than
 * the retention window, are removed when the log has grown enough. Appending is therefore no more
 * than an append, and a late, repeated or reordered row needs no special case.
 *
 * <p>Thread-safe: writers take turns, readers do not wait.
 */
public final class Table {
  /** How long a deletion is remembered (documentation "Stream table updates with CDC"). */
  static final Duration DELETE_RETENTION = Duration.ofDays(2);

  /** Rows appended since the last clean-up that make another worth its cost. */
  private static final long COMPACTION_ROWS = 500_000;

  private static final String INGESTION = Store.quote("$ingestion");
  private static final String DELETED = Store.quote("$deleted");

  private final Store store;
  private final Clock clock;
  private final boolean staleReads;
  private final ReentrantLock writing = new ReentrantLock();
  private final Instant created;

  private volatile TableDefinition definition;
  private volatile boolean changes;
  private volatile boolean dropped;
  private volatile long ingested;
  private volatile long compacted;
  private volatile long applied;
  private volatile Instant appliedAt;
  private volatile Instant modified;
  private volatile @Nullable TableDefinition delayed;
  private volatile Faults.@Nullable Delay delay;

  Table(
      Store store,
      Clock clock,
      boolean staleReads,
      TableDefinition definition,
      boolean changes,
      Instant created) {
    this.store = store;
    this.clock = clock;
    this.staleReads = staleReads;
    this.definition = definition;
    this.changes = changes;
    this.created = created;
    this.modified = created;
    this.appliedAt = clock.instant();
  }

  public TableDefinition definition() {
    return definition;
  }

  /**
   * The definition as writers see it, which lags behind while a delay is on; null while the table
   * is not visible to them at all.
   */
  public @Nullable TableDefinition writerDefinition() {
    Faults.Delay now = delay;
    if (now != null) {
      if (now.holds(clock.instant())) {
        return delayed;
      }
      delay = null;
    }
    return definition;
  }

  void delayVisibility(@Nullable TableDefinition visible, Fault fault) {
    delayed = visible;
    delay = new Faults.Delay(fault, clock.instant());
  }

  public Instant created() {
    return created;
  }

  public Instant modified() {
    return modified;
  }

  /** Whether change rows were ever streamed into it. */
  public boolean changes() {
    return changes;
  }

  boolean dropped() {
    return dropped;
  }

  /** Reads what an earlier process left; everything there counts as applied. */
  void recover() throws SQLException {
    if (!definition.isView()) {
      ingested = store.number("SELECT coalesce(max(" + INGESTION + "), 0) FROM " + physical());
      applied = ingested;
    }
  }

  String createSql() {
    StringBuilder sql =
        new StringBuilder("CREATE TABLE " + physical() + "(" + INGESTION + " BIGINT DEFAULT 0");
    for (int i = 0; i < SequenceNumber.SECTIONS; i++) {
      sql.append(", ")
          .append(section(i))
          .append(" BIGINT DEFAULT ")
          .append(SequenceNumber.ZERO.flipped(i));
    }
    sql.append(", ").append(DELETED).append(" BIGINT");
    for (Column column : definition.columns()) {
      sql.append(", ").append(Store.quote(column.name())).append(' ').append(column.duckType());
    }
    return sql.append(')').toString();
  }

  /**
   * Appends decoded rows as one transaction. When this returns they are durable and visible.
   *
   * @param decoded the definition that the rows were decoded for
   * @throws AppendFailure if the table was deleted meanwhile
   */
  public void append(TableDefinition decoded, List<Row> rows, boolean asChanges)
      throws SQLException, AppendFailure {
    writing.lock();
    try {
      if (dropped) {
        throw AppendFailure.tableNotFound(decoded.ref());
      }
      long first = ingested + 1;
      long now = micros(clock.instant());
      List<Column> columns = definition.columns();
      boolean firstChanges = asChanges && !changes;
      // Before the commit, so that no reader takes the log for compacted when it is not.
      ingested = first + rows.size() - 1;
      store.inTransaction(
          connection -> {
            RowWriter.write(connection, definition.physicalName(), columns, rows, first, now);
            if (firstChanges) {
              markChanges(connection);
            }
            return rows.size();
          });
      if (firstChanges) {
        changes = true;
      }
      modified = clock.instant();
      long ripe = staleReads ? applied : ingested;
      if (changes && ripe - compacted > Math.max(COMPACTION_ROWS, compacted)) {
        compact();
      }
    } finally {
      writing.unlock();
    }
  }

  private void markChanges(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("UPDATE meta.tables SET changes = true WHERE id = " + definition.id());
    }
  }

  /** Makes everything appended so far visible to stale reads, and removes rows that lost. */
  void apply() throws SQLException {
    writing.lock();
    try {
      applied = ingested;
      appliedAt = clock.instant();
      if (changes && !dropped) {
        compact();
      }
    } finally {
      writing.unlock();
    }
  }

  /** Runs a change of the physical table while no writer is active. */
  void change(TableDefinition after, Store.Work<Integer> work) throws SQLException {
    writing.lock();
    try {
      List<String> statements = new ArrayList<>();
      additions(definition.columns(), after.columns(), "", statements);
      store.inTransaction(
          connection -> {
            try (Statement statement = connection.createStatement()) {
              for (String sql : statements) {
                statement.execute(sql);
              }
            }
            return work.run(connection);
          });
      definition = after;
      modified = clock.instant();
    } finally {
      writing.unlock();
    }
  }

  void drop(Store.Work<Integer> work) throws SQLException {
    writing.lock();
    try {
      store.inTransaction(
          connection -> {
            if (!definition.isView()) {
              try (Statement statement = connection.createStatement()) {
                statement.execute("DROP TABLE " + physical());
              }
            }
            return work.run(connection);
          });
      dropped = true;
    } finally {
      writing.unlock();
    }
  }

  /** Runs a DML statement while no writer is active; the rows it adds get their place after it. */
  public long modify(Store.Work<Long> work) throws SQLException {
    writing.lock();
    try {
      long affected = store.inTransaction(work);
      recover();
      modified = clock.instant();
      return affected;
    } finally {
      writing.unlock();
    }
  }

  /** A parenthesised SELECT of the table's present rows, in column order. */
  public String relation() {
    TableDefinition now = definition;
    StringBuilder columns = new StringBuilder();
    for (Column column : now.columns()) {
      columns.append(columns.isEmpty() ? "" : ", ").append(Store.quote(column.name()));
    }
    if (columns.isEmpty()) {
      columns.append("NULL AS \"$none\"");
    }
    String head = "(SELECT " + columns + " FROM ";
    boolean stale = staleReads && changes && !freshReads();
    if (!changes) {
      return head + physical(now) + ")";
    }
    if (now.primaryKey().isEmpty()) {
      // Somebody took the key away: nothing tells which row of several counts.
      return head + physical(now) + " WHERE " + DELETED + " IS NULL)";
    }
    if (!stale && compacted == ingested) {
      return head + physical(now) + " WHERE " + DELETED + " IS NULL)";
    }
    String upTo = stale ? " WHERE " + INGESTION + " <= " + applied : "";
    return head
        + "(SELECT * FROM "
        + physical(now)
        + upTo
        + " QUALIFY "
        + rank(now)
        + " = 1) WHERE "
        + DELETED
        + " IS NULL)";
  }

  /** Applies changes that are older than the table's maxStaleness, as BigQuery would by then. */
  public void applyIfDue() throws SQLException {
    if (staleReads
        && changes
        && applied < ingested
        && Duration.between(appliedAt, clock.instant())
                .compareTo(Staleness.of(definition.resource()))
            >= 0) {
      apply();
    }
  }

  /** Up to when changes are visible to every query; null before the first change. */
  public @Nullable Instant applyWatermark() {
    if (!changes) {
      return null;
    }
    return staleReads && !freshReads() ? appliedAt : clock.instant();
  }

  private boolean freshReads() {
    return Staleness.of(definition.resource()).isZero();
  }

  private void compact() throws SQLException {
    if (definition.primaryKey().isEmpty()) {
      return;
    }
    long retained = micros(clock.instant().minus(DELETE_RETENTION));
    String ripe = staleReads ? " WHERE " + INGESTION + " <= " + applied : "";
    String sql =
        "DELETE FROM "
            + physical()
            + " WHERE rowid IN (SELECT rowid FROM "
            + physical()
            + ripe
            + " QUALIFY "
            + rank(definition)
            + " > 1 OR ("
            + rank(definition)
            + " = 1 AND "
            + DELETED
            + " < "
            + retained
            + "))";
    store.execute(sql);
    compacted = staleReads ? applied : ingested;
  }

  private static String rank(TableDefinition definition) {
    StringBuilder sql = new StringBuilder("row_number() OVER (PARTITION BY ");
    for (int i = 0; i < definition.primaryKey().size(); i++) {
      sql.append(i == 0 ? "" : ", ").append(Store.quote(definition.primaryKey().get(i)));
    }
    sql.append(" ORDER BY ");
    for (int i = 0; i < SequenceNumber.SECTIONS; i++) {
      sql.append(section(i)).append(" DESC, ");
    }
    return sql.append(INGESTION).append(" DESC)").toString();
  }

  private void additions(
      List<Column> before, List<Column> after, String prefix, List<String> statements) {
    for (int i = 0; i < after.size(); i++) {
      Column column = after.get(i);
      String path = prefix + Store.quote(column.name());
      if (i >= before.size()) {
        statements.add(
            "ALTER TABLE " + physical() + " ADD COLUMN " + path + " " + column.duckType());
      } else {
        additions(before.get(i).fields(), column.fields(), path + ".", statements);
      }
    }
  }

  private String physical() {
    return physical(definition);
  }

  private static String physical(TableDefinition definition) {
    return Store.DATA + "." + definition.physicalName();
  }

  private static String section(int index) {
    return Store.quote("$position" + index);
  }

  public static long micros(Instant instant) {
    return instant.getEpochSecond() * 1_000_000L + instant.getNano() / 1_000;
  }
}
