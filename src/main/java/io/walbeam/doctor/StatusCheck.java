package io.walbeam.doctor;

import io.walbeam.change.Lsn;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.PostgresConnections;
import io.walbeam.postgres.PostgresErrors;
import io.walbeam.postgres.Publications;
import io.walbeam.postgres.ReplicationSettings;
import io.walbeam.sink.AppliedTable;
import io.walbeam.sink.DeadLetterCount;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.SlotState;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks at both ends, without the process of the job. What cannot be reached is a finding; the
 * other end is looked at all the same. Used by one thread.
 */
public final class StatusCheck {
  private static final String APPLICATION = "walbeam-status";

  /** Long enough for a rate that means something. */
  private static final long MEASURED_MILLIS = 1_000;

  private static final double MILLIS_PER_SECOND = 1_000;

  private static final String SLOT =
      """
      WITH wal AS (SELECT CASE WHEN pg_catalog.pg_is_in_recovery()
        THEN pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_flush_lsn() END AS at)
      SELECT s.active, coalesce(s.wal_status, '') AS wal_status,
        coalesce(pg_catalog.to_jsonb(s) ->> 'invalidation_reason', '') AS invalidation,
        coalesce(s.confirmed_flush_lsn, '0/0')::text AS confirmed,
        coalesce(pg_catalog.pg_wal_lsn_diff(w.at, s.restart_lsn), 0)::bigint AS retained,
        s.safe_wal_size AS safe, coalesce(a.application_name, '') AS reader,
        greatest(0, pg_catalog.pg_wal_lsn_diff(w.at,
          coalesce(r.sent_lsn, s.confirmed_flush_lsn)))::bigint AS unsent,
        greatest(0, coalesce(pg_catalog.pg_wal_lsn_diff(r.sent_lsn, r.write_lsn), 0))::bigint
          AS unread,
        greatest(0, coalesce(pg_catalog.pg_wal_lsn_diff(r.write_lsn, s.confirmed_flush_lsn), 0))
          ::bigint AS unwritten
      FROM pg_catalog.pg_replication_slots s CROSS JOIN wal w
      LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = s.active_pid
      LEFT JOIN pg_catalog.pg_stat_replication r ON r.pid = s.active_pid
      WHERE s.slot_name = ?
      """;

  private static final String CLOCK =
      "SELECT (extract(epoch FROM pg_catalog.clock_timestamp()) * 1000000)::bigint,"
          + " (CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()"
          + " ELSE pg_catalog.pg_current_wal_flush_lsn() END)::text";

  private final ReplicationSettings replication;
  private final Records records;

  /** What the look before this one has seen. */
  private Optional<TableActivity> earlier = Optional.empty();

  /**
   * @param records reads the destination
   */
  public StatusCheck(ReplicationSettings replication, Records records) {
    this.replication = replication;
    this.records = records;
  }

  /** What the tables in the destination say. */
  public record Recorded(
      Optional<SlotState> state,
      List<DumpEntry> dumps,
      List<DeadLetterCount> deadLetters,
      List<AppliedTable> applied) {
    public Recorded {
      dumps = List.copyOf(dumps);
      deadLetters = List.copyOf(deadLetters);
      applied = List.copyOf(applied);
    }
  }

  /** Reads them. */
  @FunctionalInterface
  public interface Records {
    Recorded read() throws InterruptedException;
  }

  private record Clock(long micros, long walEnd) {}

  private record AtSource(
      long nowMicros, Optional<StatusFacts.SlotFacts> slot, List<StatusFacts.TableRate> rates) {}

  /**
   * Looks at both ends. Rates are of the time since the look before, or measured for a moment.
   *
   * @throws InterruptedException if the thread is interrupted meanwhile
   */
  public StatusFacts look() throws InterruptedException {
    List<Finding> unreachable = new ArrayList<>();
    AtSource source =
        new AtSource(
            TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis()),
            Optional.empty(),
            List.of());
    try (Connection connection =
        new PostgresConnections(replication.postgres()).open(APPLICATION)) {
      source = source(connection);
    } catch (WalbeamException e) {
      unreachable.add(failed("source", e));
    } catch (SQLException e) {
      unreachable.add(
          failed("source", PostgresErrors.using("read the slot", replication.postgres(), e)));
    }
    Recorded recorded = new Recorded(Optional.empty(), List.of(), List.of(), List.of());
    try {
      recorded = records.read();
    } catch (WalbeamException e) {
      unreachable.add(failed("destination", e));
    }
    return new StatusFacts(
        replication.slot(),
        source.slot(),
        recorded.state(),
        recorded.dumps(),
        recorded.deadLetters(),
        recorded.applied(),
        source.rates(),
        source.nowMicros(),
        unreachable);
  }

  private static Finding failed(String end, WalbeamException e) {
    return new Finding(Severity.ACT, end, e.getMessage(), e.remedy(), "the connection");
  }

  private AtSource source(Connection connection) throws SQLException, InterruptedException {
    List<String> publications = Publications.inUse(connection, replication.publication());
    Clock before = clock(connection);
    TableActivity first =
        earlier.isPresent()
            ? earlier.get()
            : TableActivity.read(connection, publications, before.micros());
    Thread.sleep(MEASURED_MILLIS);
    Clock after = clock(connection);
    double seconds =
        Math.max(1, (after.micros() - before.micros()) / MILLIS_PER_SECOND) / MILLIS_PER_SECOND;
    TableActivity now = TableActivity.read(connection, publications, after.micros());
    earlier = Optional.of(now);
    double rate = (after.walEnd() - before.walEnd()) / seconds;
    try (PreparedStatement statement = connection.prepareStatement(SLOT)) {
      statement.setString(1, replication.slot());
      try (ResultSet row = statement.executeQuery()) {
        return new AtSource(
            after.micros(),
            row.next() ? Optional.of(slot(row, rate)) : Optional.empty(),
            now.since(first));
      }
    }
  }

  private static Clock clock(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(CLOCK);
        ResultSet row = statement.executeQuery()) {
      row.next();
      return new Clock(row.getLong(1), Lsn.parse(text(row, 2)).value());
    }
  }

  private static StatusFacts.SlotFacts slot(ResultSet row, double rate) throws SQLException {
    long safe = row.getLong("safe");
    boolean limited = !row.wasNull();
    return new StatusFacts.SlotFacts(
        row.getBoolean("active"),
        text(row, 2),
        text(row, 3),
        Lsn.parse(text(row, 4)).value(),
        row.getLong("retained"),
        limited ? Optional.of(safe) : Optional.empty(),
        text(row, 7),
        row.getLong("unsent"),
        row.getLong("unread"),
        row.getLong("unwritten"),
        rate);
  }

  private static String text(ResultSet row, int column) throws SQLException {
    @Nullable String value = row.getString(column);
    return value == null ? "" : value;
  }
}
