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
import io.walbeam.postgres.pgoutput.CapturedStream;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Generated and extreme arrays, ranges and hstores, printed by a real server, written as JSON, and
 * compared with what the server says their JSON is.
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

  @BeforeAll
  static void start() throws IOException, SQLException {
    server = CapturedStream.startServer();
    sql = DriverManager.getConnection(server.getJdbcUrl("postgres", "postgres"));
    execute("SELECT setseed(0.7)");
    execute("CREATE EXTENSION hstore");
    execute(SOME_TEXT);
  }

  @AfterAll
  static void stop() throws IOException, SQLException {
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
    String name;
    try (Statement statement = sql.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT oid::int8, typname FROM pg_type WHERE oid = '" + type + "'::regtype")) {
      result.next();
      oid = (int) result.getLong(1);
      name = result.getString(2);
    }
    Relation relation =
        new Relation(
            1,
            new TableId("public", "t"),
            ReplicaIdentity.DEFAULT,
            List.of(
                new RelationColumn("id", 20, -1, true), new RelationColumn("v", oid, -1, false)));
    TableMapping mapping =
        TableMapping.compile(
            relation,
            KeyColumns.of(relation, Optional.empty()),
            oid < 10_000 ? Map.of() : Map.of(oid, new TypeName(oid, "public", name)),
            new MappingSettings(TableNameTemplate.DEFAULT, ""));
    assertThat(mapping.destination().columns().get(2).type()).isEqualTo(DestinationType.JSON);
    return mapping;
  }

  private static void execute(String text) throws SQLException {
    try (Statement statement = sql.createStatement()) {
      statement.execute(text);
    }
  }
}
