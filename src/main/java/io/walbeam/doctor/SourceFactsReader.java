package io.walbeam.doctor;

import io.walbeam.change.Lsn;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.TableId;
import io.walbeam.doctor.SourceFacts.Access;
import io.walbeam.doctor.SourceFacts.Blocker;
import io.walbeam.doctor.SourceFacts.Columns;
import io.walbeam.doctor.SourceFacts.Publication;
import io.walbeam.doctor.SourceFacts.Role;
import io.walbeam.doctor.SourceFacts.Server;
import io.walbeam.doctor.SourceFacts.Setting;
import io.walbeam.doctor.SourceFacts.Slot;
import io.walbeam.doctor.SourceFacts.Table;
import io.walbeam.postgres.PostgresSettings;
import io.walbeam.postgres.Publications;
import io.walbeam.postgres.tls.ServerCertificate;
import java.io.IOException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads {@link SourceFacts} with one query for each kind of thing, however many there are. */
final class SourceFactsReader {
  /** Long enough for a rate that means something, short enough for a person who waits. */
  static final Duration MEASURED = Duration.ofSeconds(2);

  private static final double NANOS_PER_SECOND = 1e9;

  private static final String SERVER =
      """
      SELECT pg_catalog.current_setting('server_version_num')::int AS version,
        pg_catalog.current_setting('server_version') AS version_text,
        pg_catalog.current_database() AS database, pg_catalog.pg_is_in_recovery() AS standby,
        coalesce((SELECT s.ssl FROM pg_catalog.pg_stat_ssl s
          WHERE s.pid = pg_catalog.pg_backend_pid()), false) AS encrypted,
        pg_catalog.to_regproc('pg_catalog.aurora_version') IS NOT NULL AS aurora,
        ARRAY(SELECT r.rolname::text FROM pg_catalog.pg_roles r) AS roles
      """;

  /** RDS gives the right by a role; elsewhere it is an attribute, which no membership passes on. */
  private static final String ROLE =
      """
      SELECT r.rolname AS name, r.rolsuper AS superuser,
        r.rolreplication OR EXISTS (SELECT FROM pg_catalog.pg_roles m
          WHERE m.rolname = 'rds_replication' AND pg_catalog.pg_has_role(r.oid, m.oid, 'MEMBER'))
          AS replication,
        r.rolbypassrls AS bypass_rls,
        ARRAY(SELECT m.rolname::text FROM pg_catalog.pg_roles m
          WHERE m.rolreplication AND m.oid <> r.oid AND NOT r.rolsuper
            AND pg_catalog.pg_has_role(r.oid, m.oid, 'MEMBER')) AS through,
        pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') AS may_create
      FROM pg_catalog.pg_roles r WHERE r.rolname = current_user
      """;

  private static final String SETTINGS =
      """
      SELECT name, CASE WHEN unit IS NULL OR setting = '-1' THEN setting
          ELSE pg_catalog.current_setting(name) END AS value, pending_restart
      FROM pg_catalog.pg_settings WHERE name IN ('wal_level', 'max_replication_slots',
        'max_wal_senders', 'max_slot_wal_keep_size', 'idle_replication_slot_timeout')
      """;

  /** On a standby the WAL ends where it was replayed. */
  private static final String WAL_END =
      """
      (CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
        ELSE pg_catalog.pg_current_wal_lsn() END)
      """;

  private static final String SLOTS =
      """
      SELECT s.slot_name, coalesce(s.plugin, '') AS plugin, coalesce(s.database, '') AS database,
        s.active, coalesce(s.wal_status, '') AS wal_status,
        coalesce(pg_catalog.to_jsonb(s) ->> 'invalidation_reason', '') AS invalidation,
        coalesce(pg_catalog.pg_wal_lsn_diff(%s, s.restart_lsn), 0)::bigint AS retained,
        s.safe_wal_size AS safe
      FROM pg_catalog.pg_replication_slots s
      """
          .formatted(WAL_END);

  private static final String SENDERS =
      "SELECT count(*)::int FROM pg_catalog.pg_stat_activity WHERE backend_type = 'walsender'";

  private static final String BLOCKERS =
      """
      SELECT a.pid, '' AS gid,
        extract(epoch FROM pg_catalog.clock_timestamp() - a.xact_start)::bigint AS seconds
      FROM pg_catalog.pg_stat_activity a
      WHERE a.xact_start IS NOT NULL AND a.pid <> pg_catalog.pg_backend_pid()
        AND a.backend_type = 'client backend'
      UNION ALL
      SELECT 0, p.gid, extract(epoch FROM pg_catalog.clock_timestamp() - p.prepared)::bigint
      FROM pg_catalog.pg_prepared_xacts p
      ORDER BY seconds DESC LIMIT 10
      """;

  private static final String PUBLICATIONS =
      """
      SELECT p.pubname, p.pubupdate OR p.pubdelete AS changes, p.pubviaroot
      FROM pg_catalog.pg_publication p WHERE p.pubname = ANY (?)
      """;

  /**
   * A usable identity as in PostgreSQL's source, RelationGetReplicaIndex: a deferrable key is none.
   */
  private static final String TABLES =
      """
      WITH keyed AS (
        SELECT i.indrelid AS oid,
          bool_or(i.indisprimary AND i.indimmediate AND i.indisvalid) AS key,
          bool_or(i.indisreplident AND i.indimmediate AND i.indisvalid) AS index
        FROM pg_catalog.pg_index i WHERE i.indisprimary OR i.indisreplident GROUP BY 1),
      sent AS (
        SELECT c.oid, t.attname FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        JOIN (SELECT p.schemaname, p.tablename,
            pg_catalog.jsonb_array_elements_text(pg_catalog.to_jsonb(p) -> 'attnames') AS attname
          FROM pg_catalog.pg_publication_tables p
          WHERE p.pubname = ANY (?) AND pg_catalog.jsonb_typeof(
              pg_catalog.to_jsonb(p) -> 'attnames') = 'array'
            AND pg_catalog.current_setting('server_version_num')::int >= 180000) t
          ON t.schemaname = n.nspname AND t.tablename = c.relname),
      columns AS (
        SELECT a.attrelid AS oid, count(*) FILTER (WHERE a.attstorage <> 'p')::int AS wide,
          count(*) FILTER (WHERE a.attgenerated <> '' AND NOT EXISTS (
            SELECT FROM sent s WHERE s.oid = a.attrelid AND s.attname = a.attname))::int
            AS generated,
          pg_catalog.array_agg(a.attname::text ORDER BY a.attnum) AS names,
          pg_catalog.array_agg(a.atttypid::int8 ORDER BY a.attnum) AS types,
          pg_catalog.array_agg(a.atttypmod::int8 ORDER BY a.attnum) AS modifiers
        FROM pg_catalog.pg_attribute a WHERE a.attnum > 0 AND NOT a.attisdropped GROUP BY 1),
      all_tables AS (
        SELECT c.oid, n.nspname, c.relname, c.relkind, c.relpersistence, c.relreplident,
          c.relowner, c.relispartition, c.relrowsecurity, c.relforcerowsecurity,
          CASE c.relreplident WHEN 'f' THEN true WHEN 'n' THEN false
            WHEN 'i' THEN coalesce(k.index, false) ELSE coalesce(k.key, false) END AS usable,
          pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS schema_usable,
          pg_catalog.has_table_privilege(c.oid, 'SELECT') AS readable
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN keyed k ON k.oid = c.oid
        WHERE c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't'
          AND n.nspname NOT IN ('pg_catalog', 'information_schema')
          AND n.nspname NOT LIKE 'pg\\_toast%'),
      keys AS (
        SELECT i.indrelid AS oid, pg_catalog.array_agg(a.attname::text ORDER BY k.place) AS names
        FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
        CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
        WHERE k.place <= i.indnkeyatts AND i.indimmediate AND i.indisvalid
          AND CASE c.relreplident WHEN 'i' THEN i.indisreplident ELSE i.indisprimary END
        GROUP BY 1),
      published AS (
        SELECT t.schemaname, t.tablename, pg_catalog.array_agg(t.pubname::text) AS names
        FROM pg_catalog.pg_publication_tables t WHERE t.pubname = ANY (?) GROUP BY 1, 2),
      filtered AS (
        SELECT DISTINCT r.prrelid AS oid FROM pg_catalog.pg_publication_rel r
        JOIN pg_catalog.pg_publication p ON p.oid = r.prpubid
        WHERE p.pubname = ANY (?) AND (pg_catalog.to_jsonb(r) ->> 'prqual' IS NOT NULL
          OR pg_catalog.to_jsonb(r) ->> 'prattrs' IS NOT NULL)),
      leaves AS (
        SELECT r.oid, bool_or(NOT l.usable) AS unusable,
          pg_catalog.array_agg(pg_catalog.format('%I.%I', l.nspname, l.relname)
            ORDER BY l.nspname, l.relname) FILTER (WHERE NOT l.readable) AS unreadable
        FROM all_tables r CROSS JOIN LATERAL pg_catalog.pg_partition_tree(r.oid) t
        JOIN all_tables l ON l.oid = t.relid AND l.relkind = 'r'
        WHERE r.relkind = 'p' AND t.isleaf GROUP BY 1)
      SELECT c.nspname, c.relname, c.relkind, c.relpersistence, c.relreplident,
        c.usable, coalesce(l.unusable, false) AS leaf_unusable,
        coalesce(a.wide, 0) AS wide, coalesce(a.generated, 0) AS generated,
        coalesce(a.names, '{}') AS columns, coalesce(a.types, '{}') AS types,
        coalesce(a.modifiers, '{}') AS modifiers,
        coalesce(l.unreadable, '{}') AS unreadable_leaves, coalesce(k.names, '{}') AS key,
        f.oid IS NOT NULL AS filtered,
        pg_catalog.pg_has_role(c.relowner, 'USAGE') AS owned,
        c.readable, c.schema_usable,
        c.relrowsecurity AND (c.relforcerowsecurity
          OR NOT pg_catalog.pg_has_role(c.relowner, 'USAGE')) AS hidden_rows,
        coalesce(p.names, '{}') AS published
      FROM all_tables c
      LEFT JOIN columns a ON a.oid = c.oid
      LEFT JOIN keys k ON k.oid = c.oid
      LEFT JOIN published p ON p.schemaname = c.nspname AND p.tablename = c.relname
      LEFT JOIN filtered f ON f.oid = c.oid
      LEFT JOIN leaves l ON l.oid = c.oid
      WHERE NOT c.relispartition OR p.names IS NOT NULL
      ORDER BY 1, 2
      """;

  private SourceFactsReader() {}

  /**
   * Reads everything; takes {@link #MEASURED} at least.
   *
   * @param publications names of those that the slot is read with
   * @param asGiven who runs the server, if it was said
   */
  static SourceFacts read(
      Connection connection,
      PostgresSettings settings,
      List<String> publications,
      Optional<Provider> asGiven)
      throws SQLException, InterruptedException {
    long begun = System.nanoTime();
    long firstEnd = walEnd(connection);
    int firstProcess = process(connection);
    Role role = first(connection, ROLE, SourceFactsReader::role);
    Map<String, Setting> parameters = new HashMap<>();
    each(
        connection,
        SETTINGS,
        List.of(),
        row ->
            parameters.put(text(row, "name"), new Setting(text(row, "value"), row.getBoolean(3))));
    List<Slot> slots = new ArrayList<>();
    each(connection, SLOTS, List.of(), row -> slots.add(slot(row)));
    List<Blocker> blockers = new ArrayList<>();
    each(
        connection,
        BLOCKERS,
        List.of(),
        row -> blockers.add(new Blocker(row.getInt(1), text(row, "gid"), row.getLong(3))));
    List<String> own = new ArrayList<>();
    for (String name : publications) {
      if (Publications.isOurs(connection, name)) {
        own.add(name);
      }
    }
    List<Publication> found = new ArrayList<>();
    each(
        connection,
        PUBLICATIONS,
        List.of(publications),
        row -> {
          String name = text(row, "pubname");
          found.add(
              new Publication(name, row.getBoolean(2), row.getBoolean(3), own.contains(name)));
        });
    List<Table> tables = new ArrayList<>();
    each(
        connection,
        TABLES,
        List.of(publications, publications, publications),
        row -> tables.add(table(row)));
    int senders = first(connection, SENDERS, row -> row.getInt(1));
    Thread.sleep(
        Math.max(0, MEASURED.toMillis() - Duration.ofNanos(System.nanoTime() - begun).toMillis()));
    long written = walEnd(connection) - firstEnd;
    double rate = written / ((System.nanoTime() - begun) / NANOS_PER_SECOND);
    boolean pooled = process(connection) != firstProcess;
    Optional<Long> days = certificateDays(settings);
    Server server = first(connection, SERVER, row -> server(row, settings, pooled, days, asGiven));
    return new SourceFacts(server, role, parameters, slots, senders, rate, blockers, found, tables);
  }

  private static long walEnd(Connection connection) throws SQLException {
    return first(
        connection, "SELECT " + WAL_END + "::text", row -> Lsn.parse(text(row, 1)).value());
  }

  private static int process(Connection connection) throws SQLException {
    return first(connection, "SELECT pg_catalog.pg_backend_pid()", row -> row.getInt(1));
  }

  private static Server server(
      ResultSet row,
      PostgresSettings settings,
      boolean pooled,
      Optional<Long> certificateDays,
      Optional<Provider> asGiven)
      throws SQLException {
    String host = settings.host();
    boolean aurora = row.getBoolean("aurora");
    List<String> roles = texts(row, "roles");
    return new Server(
        row.getInt("version"),
        text(row, "version_text"),
        text(row, "database"),
        row.getBoolean("standby"),
        row.getBoolean("encrypted"),
        host.equals("localhost") || host.startsWith("127.") || host.equals("::1"),
        pooled,
        certificateDays,
        asGiven.orElseGet(() -> Provider.recognise(host, roles, aurora)));
  }

  private static Optional<Long> certificateDays(PostgresSettings settings) {
    try {
      return ServerCertificate.expires(settings.host(), settings.port())
          .map(end -> Duration.between(Instant.now(), end).toDays());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Role role(ResultSet row) throws SQLException {
    return new Role(
        text(row, "name"),
        row.getBoolean("superuser"),
        row.getBoolean("replication"),
        row.getBoolean("bypass_rls"),
        texts(row, "through"),
        row.getBoolean("may_create"));
  }

  private static Slot slot(ResultSet row) throws SQLException {
    long safe = row.getLong("safe");
    return new Slot(
        text(row, "slot_name"),
        text(row, "plugin"),
        text(row, "database"),
        row.getBoolean("active"),
        text(row, "wal_status"),
        text(row, "invalidation"),
        row.getLong("retained"),
        row.getObject("safe") == null ? Optional.empty() : Optional.of(safe));
  }

  private static Table table(ResultSet row) throws SQLException {
    return new Table(
        new TableId(text(row, "nspname"), text(row, "relname")),
        text(row, "relkind").charAt(0),
        text(row, "relpersistence").charAt(0),
        new SourceFacts.Key(
            text(row, "relreplident").charAt(0),
            row.getBoolean("usable"),
            row.getBoolean("leaf_unusable"),
            texts(row, "key")),
        new Columns(typed(row), row.getInt("wide"), row.getInt("generated")),
        new Access(
            row.getBoolean("owned"),
            row.getBoolean("readable"),
            row.getBoolean("schema_usable"),
            row.getBoolean("hidden_rows"),
            texts(row, "unreadable_leaves")),
        texts(row, "published"),
        row.getBoolean("filtered"));
  }

  private static List<RelationColumn> typed(ResultSet row) throws SQLException {
    List<String> names = texts(row, "columns");
    Long[] types = (Long[]) row.getArray("types").getArray();
    Long[] modifiers = (Long[]) row.getArray("modifiers").getArray();
    List<RelationColumn> columns = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      columns.add(
          new RelationColumn(
              names.get(i), types[i].intValue(), modifiers[i].intValue(), /* identity= */ false));
    }
    return columns;
  }

  @FunctionalInterface
  private interface Row<T> {
    T read(ResultSet row) throws SQLException;
  }

  @FunctionalInterface
  private interface EachRow {
    void take(ResultSet row) throws SQLException;
  }

  private static <T> T first(Connection connection, String sql, Row<T> reader) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet row = statement.executeQuery()) {
      if (!row.next()) {
        throw new SQLException("no row for a query that always has one", "02000");
      }
      return reader.read(row);
    }
  }

  private static void each(
      Connection connection, String sql, List<List<String>> names, EachRow reader)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < names.size(); i++) {
        statement.setArray(i + 1, connection.createArrayOf("text", names.get(i).toArray()));
      }
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          reader.take(row);
        }
      }
    }
  }

  private static String text(ResultSet row, String column) throws SQLException {
    @Nullable String value = row.getString(column);
    return value == null ? "" : value;
  }

  private static String text(ResultSet row, int column) throws SQLException {
    @Nullable String value = row.getString(column);
    return value == null ? "" : value;
  }

  private static List<String> texts(ResultSet row, String column) throws SQLException {
    @Nullable Array array = row.getArray(column);
    return array == null ? List.of() : List.of((String[]) array.getArray());
  }
}
