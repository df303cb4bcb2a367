package io.walbeam.doctor;

import io.walbeam.change.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How many rows of the published tables were inserted, updated and deleted until one moment, by
 * PostgreSQL's statistics; one query however many tables there are. Immutable.
 *
 * @param rows by table, of its partitions if they are published as one
 * @param atMicros the server's clock, microseconds since the Unix epoch
 */
record TableActivity(Map<TableId, Long> rows, long atMicros) {
  private static final double MICROS_PER_SECOND = 1e6;

  private static final String ROWS =
      """
      WITH published AS (
        SELECT DISTINCT g.relid FROM pg_catalog.pg_publication p
        CROSS JOIN LATERAL pg_catalog.pg_get_publication_tables(p.pubname::text) g
        WHERE p.pubname = ANY (?)),
      written AS (
        SELECT coalesce(r.relid, l.relid) AS relid,
          sum(pg_catalog.pg_stat_get_tuples_inserted(c.oid)
            + pg_catalog.pg_stat_get_tuples_updated(c.oid)
            + pg_catalog.pg_stat_get_tuples_deleted(c.oid))::int8 AS rows
        FROM pg_catalog.pg_class c
        LEFT JOIN published l ON l.relid = c.oid
        LEFT JOIN published r ON c.relispartition
          AND r.relid = pg_catalog.pg_partition_root(c.oid)
        WHERE c.relkind = 'r' AND (l.relid IS NOT NULL OR r.relid IS NOT NULL) GROUP BY 1)
      SELECT n.nspname, c.relname, w.rows FROM written w
      JOIN pg_catalog.pg_class c ON c.oid = w.relid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      """;

  TableActivity {
    rows = Map.copyOf(rows);
  }

  static TableActivity read(Connection connection, List<String> publications, long atMicros)
      throws SQLException {
    Map<TableId, Long> rows = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(ROWS)) {
      statement.setArray(1, connection.createArrayOf("text", publications.toArray()));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          rows.put(new TableId(row.getString(1), row.getString(2)), row.getLong(3));
        }
      }
    }
    return new TableActivity(rows, atMicros);
  }

  /** The tables that were written to since then, the busiest first. */
  List<StatusFacts.TableRate> since(TableActivity earlier) {
    double seconds = Math.max(1, atMicros - earlier.atMicros) / MICROS_PER_SECOND;
    List<StatusFacts.TableRate> rates = new ArrayList<>();
    rows.forEach(
        (table, now) -> {
          // Statistics may have been reset, or lost in a crash.
          long more = now - earlier.rows.getOrDefault(table, now);
          if (more > 0) {
            rates.add(new StatusFacts.TableRate(table, more / seconds));
          }
        });
    rates.sort(
        Comparator.comparingDouble(StatusFacts.TableRate::rowsPerSecond)
            .reversed()
            .thenComparing(rate -> rate.table().toString()));
    return rates;
  }
}
