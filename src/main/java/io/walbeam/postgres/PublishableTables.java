package io.walbeam.postgres;

import io.walbeam.change.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Asks the catalogue which tables could be published, and which are published at a price. */
final class PublishableTables {
  /**
   * Whether UPDATE and DELETE of a table's rows may be published: it has a replica identity that is
   * there (PostgreSQL source, RelationGetReplicaIndex: a deferrable key is none).
   */
  private static final String USABLE =
      """
      CASE %1$s.relreplident WHEN 'f' THEN true WHEN 'n' THEN false ELSE EXISTS (
        SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = %1$s.oid AND i.indisvalid
          AND i.indimmediate AND CASE %1$s.relreplident
            WHEN 'i' THEN i.indisreplident ELSE i.indisprimary END) END
      """;

  /**
   * Permanent tables that are not partitions: a partition's changes are published as its root's. A
   * partitioned table without a key of its own may get a partition without identity at any time.
   */
  private static final String TABLES =
      """
      SELECT n.nspname, c.relname, pg_catalog.pg_has_role(c.relowner, 'USAGE'),
        c.relkind = 'p', EXISTS (
          SELECT FROM pg_catalog.pg_index i
          WHERE i.indrelid = c.oid AND i.indisprimary AND i.indimmediate),
        CASE WHEN c.relkind = 'p' THEN NOT EXISTS (
          SELECT FROM pg_catalog.pg_partition_tree(c.oid::pg_catalog.regclass) t
          JOIN pg_catalog.pg_class l ON l.oid = t.relid AND l.relkind = 'r'
          WHERE t.isleaf AND NOT %s) ELSE %s END,
        coalesce((SELECT sum(CASE b.pubname WHEN ? THEN 2 ELSE 1 END)
          FROM pg_catalog.pg_publication_rel r
          JOIN pg_catalog.pg_publication b ON b.oid = r.prpubid
          WHERE r.prrelid = c.oid AND b.pubname IN (?, ?)), 0),
        NOT EXISTS (SELECT FROM pg_catalog.pg_publication_rel r
          JOIN pg_catalog.pg_publication b ON b.oid = r.prpubid
          WHERE r.prrelid = c.oid AND b.pubname IN (?, ?)
            AND (pg_catalog.to_jsonb(r) ->> 'prqual' IS NOT NULL
              OR pg_catalog.to_jsonb(r) ->> 'prattrs' IS NOT NULL)),
        c.relreplident = 'd', CASE WHEN c.relkind = 'p' THEN (
          SELECT pg_catalog.string_agg(pg_catalog.format(
            'ALTER TABLE %%I.%%I REPLICA IDENTITY DEFAULT;', ln.nspname, l.relname), ' '
            ORDER BY ln.nspname, l.relname)
          FROM pg_catalog.pg_partition_tree(c.oid::pg_catalog.regclass) t
          JOIN pg_catalog.pg_class l ON l.oid = t.relid AND l.relkind = 'r'
          JOIN pg_catalog.pg_namespace ln ON ln.oid = l.relnamespace
          WHERE t.isleaf AND NOT %s) END
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p' AND NOT c.relispartition
        AND n.nspname NOT IN ('pg_catalog', 'information_schema')
        AND n.nspname NOT LIKE 'pg\\_toast%%' ORDER BY 1, 2
      """
          .formatted(USABLE.formatted("l"), USABLE.formatted("c"), USABLE.formatted("l"));

  /** Tables of which the application's UPDATE or DELETE fails because they are published. */
  private static final String HARMED =
      """
      SELECT DISTINCT ln.nspname, l.relname
      FROM pg_catalog.pg_publication_tables p
      JOIN pg_catalog.pg_publication b ON b.pubname = p.pubname AND (b.pubupdate OR b.pubdelete)
      JOIN pg_catalog.pg_namespace n ON n.nspname = p.schemaname
      JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = p.tablename
      JOIN pg_catalog.pg_class l ON l.relkind = 'r' AND (l.oid = c.oid OR l.oid IN (
        SELECT t.relid FROM pg_catalog.pg_partition_tree(c.oid::pg_catalog.regclass) t
        WHERE t.isleaf))
      JOIN pg_catalog.pg_namespace ln ON ln.oid = l.relnamespace
      WHERE p.pubname = ? AND NOT %s ORDER BY 1, 2
      """
          .formatted(USABLE.formatted("l"));

  private PublishableTables() {}

  /**
   * Every table of the database that is not the system's.
   *
   * @param changes name of the publication of all changes
   * @param inserts name of the one of insertions
   */
  static List<PublishableTable> read(Connection connection, String changes, String inserts)
      throws SQLException {
    List<PublishableTable> tables = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(TABLES)) {
      statement.setString(1, changes);
      for (int i = 2; i <= 4; i += 2) {
        statement.setString(i, changes);
        statement.setString(i + 1, inserts);
      }
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          TableId table = new TableId(row.getString(1), row.getString(2));
          boolean partitioned = row.getBoolean(4);
          boolean key = row.getBoolean(5);
          @Nullable String leaves = row.getString(10);
          tables.add(
              new PublishableTable(
                  table,
                  row.getBoolean(3),
                  partitioned,
                  fit(partitioned, key, row.getBoolean(6)),
                  switch (row.getInt(7)) {
                    case 1 -> Set.of(PublishableTable.Place.INSERTS);
                    case 2 -> Set.of(PublishableTable.Place.CHANGES);
                    case 3 ->
                        Set.of(PublishableTable.Place.CHANGES, PublishableTable.Place.INSERTS);
                    default -> Set.of();
                  },
                  row.getBoolean(8),
                  partitioned
                      ? remedyOfPartitioned(key, leaves)
                      : remedy(table, key, row.getBoolean(9))));
        }
      }
    }
    return tables;
  }

  /** A partitioned table without a key of its own may get a partition without identity. */
  private static String remedyOfPartitioned(boolean key, @Nullable String leaves) {
    if (!key) {
      return "add a primary key to the partitioned table.";
    }
    return leaves == null ? "" : "run: " + leaves;
  }

  /**
   * @param key whether it has a primary key that is not deferrable
   * @param byKey whether that would be its identity
   */
  private static String remedy(TableId table, boolean key, boolean byKey) {
    String alter = "run: ALTER TABLE " + table.quoted() + " REPLICA IDENTITY ";
    if (key) {
      return byKey ? "" : alter + "DEFAULT;";
    }
    return (byKey ? "give it a primary key that is not deferrable, or " : "") + alter + "FULL;";
  }

  private static PublishableTable.Fit fit(boolean partitioned, boolean key, boolean usable) {
    if (partitioned && !key) {
      return PublishableTable.Fit.INSERTS;
    }
    if (usable) {
      return PublishableTable.Fit.CHANGES;
    }
    return partitioned ? PublishableTable.Fit.NEITHER : PublishableTable.Fit.INSERTS;
  }

  /** Leaves that the application cannot update because of the publication. */
  static List<TableId> harmed(Connection connection, String publication) throws SQLException {
    List<TableId> tables = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(HARMED)) {
      statement.setString(1, publication);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          tables.add(new TableId(row.getString(1), row.getString(2)));
        }
      }
    }
    return tables;
  }
}
