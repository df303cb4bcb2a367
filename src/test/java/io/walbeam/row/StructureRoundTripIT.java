package io.walbeam.row;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.walbeam.change.Operation;
import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.TableId;
import io.walbeam.change.TypeName;
import io.walbeam.change.TypeShape;
import io.walbeam.postgres.Catalogue;
import io.walbeam.postgres.PostgresSettings;
import io.walbeam.postgres.ReplicationSettings;
import io.walbeam.postgres.pgoutput.CapturedStream;
import io.walbeam.secret.SecretReference;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Generated and extreme arrays, ranges, composites and hstores, printed by a real server, written
 * as JSON, and compared with what the server says their JSON is.
 */
class StructureRoundTripIT {
  /** Gives one of some texts with everything that PostgreSQL quotes or escapes; NULL among them. */
  private static final String SOME_TEXT =
      """
      CREATE FUNCTION some_text() RETURNS text VOLATILE LANGUAGE sql AS $$
        SELECT (ARRAY['a', '', 'NULL', 'null', NULL, ' ', 'x,y', 'x;y', '{', '}', '(', ')', '[', ']',
          '"', '""', E'\\\\', E'a\\\\"b', E'\\n', E'\\t\\x01', 'caf\u00E9', '\uD83D\uDE00', '''', '=>', 'a b'])
          [1 + floor(random() * 25)::int]
      $$
      """;

  private static EmbeddedPostgres server;
  private static Connection sql;
  private static Catalogue catalogue;

  @BeforeAll
  static void start() throws IOException, SQLException {
    server = CapturedStream.startServer();
    sql = DriverManager.getConnection(server.getJdbcUrl("postgres", "postgres"));
    catalogue =
        new Catalogue(
            new ReplicationSettings(
                new PostgresSettings(
                    "localhost", server.getPort(), "postgres", "postgres", new SecretReference("")),
                "walbeam",
                "walbeam"));
    execute("SELECT setseed(0.7)");
    execute("CREATE EXTENSION hstore");
    execute(SOME_TEXT);
  }

  @AfterAll
  static void stop() throws IOException, SQLException {
    catalogue.close();
    sql.close();
    server.close();
  }

  @Test
  void arraysOfAnyTextAndShape() throws SQLException {
    compare(
        "text[]",
        "to_json(v)",
        "SELECT ARRAY[some_text(), some_text(), some_text()] AS v FROM generate_series(1, 500) g"
            + " UNION ALL SELECT ARRAY[ARRAY[some_text(), some_text()],"
            + " ARRAY[some_text(), some_text()]] FROM generate_series(1, 500) g"
            + " UNION ALL SELECT '{}' UNION ALL SELECT NULL");
  }

  @Test
  void arraysOfNumbers() throws SQLException {
    compare(
        "int8[]",
        "to_json(v)",
        "SELECT ARRAY[(random() * 1e18)::int8, NULL, -9223372036854775808] AS v"
            + " FROM generate_series(1, 100) g");
    compare(
        "float8[]",
        "to_json(v)",
        "SELECT ARRAY[(random() - 0.5) * power(10, random() * 600 - 300), 'NaN', 'Infinity', NULL]"
            + " AS v FROM generate_series(1, 200) g");
    compare(
        "numeric[]",
        "CASE WHEN v[1] = round(v[1], 14) THEN to_json(v) ELSE to_json(v::text[]) END",
        "SELECT ARRAY[round(random()::numeric, 14) + 0.5] AS v FROM generate_series(1, 200) g"
            + " UNION ALL SELECT ARRAY[0.1234567890123456789]"
            + " UNION ALL SELECT ARRAY[1e30 + 0.1234567890123456]");
    compare("bool[]", "to_json(v)", "SELECT ARRAY[true, false, NULL] AS v");
  }

  @Test
  void arraysOfDocuments() throws SQLException {
    compare(
        "jsonb[]",
        "to_json(v)",
        "SELECT ARRAY[to_jsonb(some_text()), jsonb_build_object('k', some_text(), 'n', 1.5), NULL]"
            + " AS v FROM generate_series(1, 300) g");
  }

  @Test
  void arraysWithOtherLowerBounds() throws SQLException {
    compare(
        "int4[]",
        "json_build_object('lower_bounds', ARRAY[array_lower(v, 1)], 'elements', to_json(v))",
        "SELECT '[0:1]={1,2}'::int4[] AS v UNION ALL SELECT '[-7:-5]={1,NULL,3}'");
    compare(
        "int4[]",
        "json_build_object('lower_bounds', ARRAY[array_lower(v, 1), array_lower(v, 2)],"
            + " 'elements', to_json(v))",
        "SELECT '[1:1][-2:-1]={{1,2}}'::int4[] AS v");
  }

  @Test
  void rangesOfEveryType() throws SQLException {
    range("int4range", "low", "high");
    range("int8range", "low", "high");
    range("numrange", "low + 0.25", "high + 0.5");
    range("daterange", "date '2024-01-01' + low", "date '2024-01-01' + high");
    range(
        "tsrange",
        "timestamp '2024-01-01 12:00' + low * interval '1 day'",
        "timestamp '2024-01-01 12:00' + high * interval '1.5 days'");
    range(
        "tstzrange",
        "timestamptz '2024-01-01 12:00' + low * interval '1 s'",
        "timestamptz '2024-01-01 12:00' + high * interval '1.25 s'");
  }

  @Test
  void multiranges() throws SQLException {
    compare(
        "int4multirange",
        "(SELECT coalesce(json_agg(json_build_object('lower', lower(r), 'upper', upper(r),"
            + " 'bounds', '[)')), '[]') FROM unnest(v) AS r)",
        "SELECT '{}'::int4multirange AS v UNION ALL SELECT '{[1,3),[5,8)}' UNION ALL SELECT"
            + " '{[1,3]}' UNION ALL SELECT '{[7,)}'");
  }

  @Test
  void compositesOfAnything() throws SQLException {
    execute("CREATE TYPE mood AS ENUM ('good', 'a \"bad\", one')");
    execute("CREATE DOMAIN amount AS numeric(10,2)");
    execute("CREATE TYPE pair AS (\"a \"\"name\" text, n amount)");
    execute("CREATE TYPE empty AS ()");
    execute(
        "CREATE TYPE whole AS (p pair, ps pair[], m mood, r int4range, j jsonb, i int8, dropped"
            + " int, e empty)");
    execute("ALTER TYPE whole DROP ATTRIBUTE dropped");
    compare(
        "pair",
        "to_json(v)",
        "SELECT ROW(some_text(), round((random() * 100)::numeric, 2))::pair AS v"
            + " FROM generate_series(1, 300) g UNION ALL SELECT ROW(NULL, NULL)::pair");
    compare(
        "pair[]",
        "to_json(v)",
        "SELECT ARRAY[ROW(some_text(), 1.5)::pair, NULL, ROW(some_text(), NULL)::pair] AS v"
            + " FROM generate_series(1, 300) g");
    compare(
        "whole",
        "json_build_object('p', (v).p, 'ps', (v).ps, 'm', (v).m, 'r', json_build_object('lower', 1,"
            + " 'upper', 5, 'bounds', '[)'), 'j', (v).j, 'i', (v).i, 'e', '{}'::json)",
        "SELECT ROW(ROW(some_text(), 2.25)::pair, ARRAY[ROW(some_text(), 1.5)::pair], 'a \"bad\","
            + " one', '[1,5)', jsonb_build_array(some_text(), 1.5), 7, ROW())::whole AS v FROM"
            + " generate_series(1, 300) g");
  }

  @Test
  void arraysAndRangesOfTypesThatAreNotBuiltIn() throws SQLException {
    execute("CREATE TYPE size AS ENUM ('s', 'm', 'x,l')");
    execute("CREATE DOMAIN shelf AS int[]");
    execute("CREATE TYPE textrange AS RANGE (subtype = text, multirange_type_name = textranges)");
    compare("size[]", "to_json(v)", "SELECT ARRAY['s', NULL, 'x,l']::size[] AS v");
    compare("shelf", "to_json(v)", "SELECT ARRAY[1, 2]::shelf AS v");
    compare("shelf[]", "'[[1,2],null]'", "SELECT '{\"{1,2}\",NULL}'::shelf[] AS v");
    compare(
        "textrange",
        "json_build_object('lower', lower(v), 'upper', upper(v), 'bounds', '[)')",
        "SELECT textrange('a,b', 'c \"d\"') AS v UNION ALL SELECT textrange('', 'b')");
    compare(
        "textranges",
        "json_build_array(json_build_object('lower', lower(v), 'upper', upper(v), 'bounds', '[)'))",
        "SELECT textranges(textrange('a', 'c,d')) AS v");
  }

  @Test
  void amountsOfMoneyHaveTheDigitsOfTheDatabase() {
    for (int i = 0; i < 2; i++) {
      assertThat(catalogue.entry(0, Set.of(BuiltInTypes.MONEY), false).types())
          .isEqualTo(Map.of(BuiltInTypes.MONEY, new TypeShape.Money(2)));
    }
  }

  @Test
  void hstores() throws SQLException {
    compare(
        "hstore",
        "hstore_to_json(v)",
        "SELECT hstore(ARRAY[coalesce(some_text(), 'k1'), coalesce(some_text(), 'k2')],"
            + " ARRAY[some_text(), some_text()]) AS v FROM generate_series(1, 500) g"
            + " UNION ALL SELECT ''::hstore");
  }

  private static void range(String type, String low, String high) throws SQLException {
    String bound = type.startsWith("ts") ? "(v)::text" : "(v)";
    compare(
        type,
        "CASE WHEN isempty(v) THEN json_build_object('empty', true) ELSE json_build_object('lower',"
            + " lower"
            + bound
            + ", 'upper', upper"
            + bound
            + ", 'bounds', CASE WHEN lower_inc(v) THEN '[' ELSE '(' END"
            + " || CASE WHEN upper_inc(v) THEN ']' ELSE ')' END) END",
        "SELECT "
            + type
            + "("
            + low
            + ", "
            + high
            + ", b) AS v FROM (VALUES ('[)'), ('[]'), ('()'), ('(]')) AS bounds(b),"
            + " (VALUES (NULL, NULL), (1, 7), (1, NULL), (NULL, 7), (3, 3)) AS ends(low, high)");
  }

  /**
   * Compares every value.
   *
   * @param oracle SQL of the JSON that {@code v} must become
   * @param values SQL query of column {@code v}
   */
  private static void compare(String type, String oracle, String values) throws SQLException {
    TableMapping mapping = mapping(type);
    ProtoRows rows = new ProtoRows(mapping.destination());
    RowBuffer buffer = new RowBuffer();
    RowMeta meta = new RowMeta().transaction(0, 1, 2, 3).change(4, 0, Operation.READ);
    List<String> failures = new ArrayList<>();
    int count = 0;
    String query =
        "SELECT v::text, (" + oracle + ")::text FROM (" + values + ") AS given WHERE v IS NOT NULL";
    try (Statement statement = sql.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      while (result.next()) {
        count++;
        String text = result.getString(1);
        JsonElement wanted = JsonParser.parseString(result.getString(2));
        try {
          EncodedRow row = mapping.encodeUpsert(TypeCases.tuple("1", text), meta, buffer);
          String json = (String) Objects.requireNonNull(rows.read(row).get("v"));
          if (!JsonParser.parseString(json).equals(wanted)) {
            failures.add(text + " became " + json + " instead of " + wanted);
          }
        } catch (RowRejectedException e) {
          failures.add(text + " was rejected: " + e.refusal().message());
        }
      }
    }
    assertThat(failures).isEmpty();
    assertThat(count).isPositive();
  }

  private static TableMapping mapping(String type) throws SQLException {
    int oid;
    String schema;
    String name;
    try (Statement statement = sql.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT t.oid::int8, n.nspname, t.typname"
                    + " FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace"
                    + " WHERE t.oid = '"
                    + type
                    + "'::regtype")) {
      result.next();
      oid = (int) result.getLong(1);
      schema = result.getString(2);
      name = result.getString(3);
    }
    boolean announced = oid >= 10_000;
    TableMapping mapping =
        TableMapping.compile(
            relation(oid),
            KeyColumns.of(relation(oid), Optional.empty()),
            announced
                ? new SourceTypes(
                    Map.of(oid, new TypeName(oid, schema, name)),
                    catalogue.entry(0, Set.of(oid), false).types())
                : SourceTypes.NONE,
            ExistingColumns.NONE,
            new MappingSettings(TableNameTemplate.DEFAULT, ""),
            Substitutions.UNTOLD);
    assertThat(mapping.destination().columns().get(2).type()).isEqualTo(DestinationType.JSON);
    return mapping;
  }

  private static Relation relation(int oid) {
    return new Relation(
        1,
        new TableId("public", "t"),
        ReplicaIdentity.DEFAULT,
        List.of(new RelationColumn("id", 20, -1, true), new RelationColumn("v", oid, -1, false)));
  }

  private static void execute(String text) throws SQLException {
    try (Statement statement = sql.createStatement()) {
      statement.execute(text);
    }
  }
}
