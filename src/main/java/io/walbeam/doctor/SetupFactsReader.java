package io.walbeam.doctor;

import io.walbeam.change.TableId;
import io.walbeam.doctor.SetupFacts.DefaultGrant;
import io.walbeam.doctor.SetupFacts.Granted;
import io.walbeam.doctor.SetupFacts.Relation;
import io.walbeam.doctor.SetupFacts.RunRole;
import io.walbeam.postgres.DdlCapture;
import io.walbeam.postgres.PublicationPlan;
import io.walbeam.postgres.Publications;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads {@link SetupFacts} with one query for each kind of thing, however many there are. */
final class SetupFactsReader {
  private static final String MAY_CREATE_ROLES =
      "SELECT rolsuper OR rolcreaterole FROM pg_catalog.pg_roles WHERE rolname = current_user";

  private static final String ROLE =
      """
      SELECT r.rolcanlogin, r.rolsuper OR r.rolreplication OR EXISTS (
          SELECT FROM pg_catalog.pg_roles m WHERE m.rolname = 'rds_replication'
            AND pg_catalog.pg_has_role(r.oid, m.oid, 'MEMBER')),
        r.rolsuper OR r.rolbypassrls,
        coalesce(pg_catalog.shobj_description(r.oid, 'pg_authid') = '%s', false),
        pg_catalog.has_database_privilege(r.oid, d.oid, 'CONNECT'),
        EXISTS (SELECT FROM pg_catalog.pg_shdepend s
          WHERE s.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND s.refobjid = r.oid
            AND (s.deptype = 'o' OR s.dbid NOT IN (0, d.oid) OR (s.dbid = 0 AND s.objid <> d.oid
              AND s.classid = 'pg_catalog.pg_database'::pg_catalog.regclass)))
      FROM pg_catalog.pg_roles r
      JOIN pg_catalog.pg_database d ON d.datname = pg_catalog.current_database()
      WHERE r.rolname = ?
      """
          .formatted(SetupSteps.ROLE_MARK);

  private static final String RELATIONS =
      """
      SELECT n.nspname, c.relname, coalesce(tn.nspname, n.nspname), coalesce(t.relname, c.relname),
        pg_catalog.pg_get_userbyid(c.relowner), pg_catalog.pg_has_role(c.relowner, 'USAGE'),
        c.relreplident, c.relkind = 'r', c.relrowsecurity,
        coalesce(pg_catalog.has_table_privilege(r.oid, c.oid, 'SELECT'), false),
        coalesce(pg_catalog.has_schema_privilege(r.oid, n.oid, 'USAGE'), false)
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_catalog.pg_roles r ON r.rolname = ?
      LEFT JOIN pg_catalog.pg_class t
        ON c.relispartition AND t.oid = pg_catalog.pg_partition_root(c.oid)
      LEFT JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
      WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p'
        AND n.nspname NOT IN ('pg_catalog', 'information_schema')
        AND n.nspname NOT LIKE 'pg\\_toast%' ORDER BY 1, 2
      """;

  private static final String DEFAULTS =
      """
      SELECT n.nspname, pg_catalog.pg_get_userbyid(d.defaclrole)
      FROM pg_catalog.pg_default_acl d
      JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace
      CROSS JOIN LATERAL pg_catalog.aclexplode(d.defaclacl) a
      JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
      WHERE d.defaclobjtype = 'r' AND a.privilege_type = 'SELECT' AND r.rolname = ?
      """;

  private static final String GRANTED =
      """
      WITH role AS (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ?)
      SELECT DISTINCT false, pg_catalog.format('TABLE %I.%I', n.nspname, c.relname)
      FROM role, pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) a
      WHERE a.grantee = role.oid AND c.relkind <> 'S'
      UNION ALL
      SELECT DISTINCT false, pg_catalog.format('SCHEMA %I', n.nspname)
      FROM role, pg_catalog.pg_namespace n CROSS JOIN LATERAL pg_catalog.aclexplode(n.nspacl) a
      WHERE a.grantee = role.oid
      UNION ALL
      SELECT DISTINCT false, pg_catalog.format('DATABASE %I', d.datname)
      FROM role, pg_catalog.pg_database d CROSS JOIN LATERAL pg_catalog.aclexplode(d.datacl) a
      WHERE a.grantee = role.oid AND d.datname = pg_catalog.current_database()
      UNION ALL
      SELECT DISTINCT true, pg_catalog.format('FOR ROLE %I IN SCHEMA %I',
        pg_catalog.pg_get_userbyid(d.defaclrole), n.nspname)
      FROM role, pg_catalog.pg_default_acl d
      JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace
      CROSS JOIN LATERAL pg_catalog.aclexplode(d.defaclacl) a
      WHERE a.grantee = role.oid AND d.defaclobjtype = 'r'
      ORDER BY 1, 2
      """;

  private SetupFactsReader() {}

  static SetupFacts read(Connection connection, SetupRequest request)
      throws SQLException, InterruptedException {
    String publication = request.replication().publication();
    SourceFacts source =
        SourceFactsReader.read(
            connection,
            request.replication().postgres(),
            Publications.inUse(connection, publication),
            request.provider());
    List<RunRole> roles =
        rows(
            connection,
            ROLE,
            request.role(),
            row ->
                new RunRole(
                    row.getBoolean(1),
                    row.getBoolean(2),
                    row.getBoolean(3),
                    row.getBoolean(4),
                    row.getBoolean(5),
                    row.getBoolean(6)));
    Set<DefaultGrant> defaults =
        new HashSet<>(
            rows(
                connection,
                DEFAULTS,
                request.role(),
                row -> new DefaultGrant(row.getString(1), row.getString(2))));
    return new SetupFacts(
        source,
        mayCreateRoles(connection),
        roles.stream().findFirst(),
        rows(connection, RELATIONS, request.role(), SetupFactsReader::relation),
        defaults,
        rows(
            connection,
            GRANTED,
            request.role(),
            row -> new Granted(row.getBoolean(1), row.getString(2))),
        PublicationPlan.of(connection, publication, request.tables(), request.full()),
        DdlCapture.isInstalled(connection),
        PublicationPlan.removal(connection, publication));
  }

  private static Relation relation(ResultSet row) throws SQLException {
    return new Relation(
        new TableId(row.getString(1), row.getString(2)),
        new TableId(row.getString(3), row.getString(4)),
        row.getString(5),
        row.getBoolean(6),
        row.getString(7).charAt(0),
        row.getBoolean(8),
        row.getBoolean(9),
        row.getBoolean(10),
        row.getBoolean(11));
  }

  private static boolean mayCreateRoles(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(MAY_CREATE_ROLES);
        ResultSet row = statement.executeQuery()) {
      return row.next() && row.getBoolean(1);
    }
  }

  @FunctionalInterface
  private interface Row<T> {
    T read(ResultSet row) throws SQLException;
  }

  private static <T> List<T> rows(Connection connection, String sql, String role, Row<T> reader)
      throws SQLException {
    List<T> found = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, role);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          found.add(reader.read(row));
        }
      }
    }
    return found;
  }
}
