package io.walbeam.scenario;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Random statements on random tables, as owners and applications make them. The same seed gives the
 * same statements on the same database. Not thread-safe.
 */
final class RandomAlterations {
  private static final List<String> TABLES = List.of("t1", "t2", "t3", "t4", "t5");
  private static final List<String> NAMES = List.of("a", "b", "c", "d", "\"E f\"", "\"e-f\"");

  private static final List<String> TYPES =
      List.of(
          "integer",
          "bigint",
          "text",
          "numeric(12,3)",
          "timestamp with time zone",
          "date",
          "boolean",
          "jsonb",
          "integer[]",
          "character varying(40)");

  /** Longer than what stays in the row, and not to be compressed. */
  private static final String LARGE =
      "(SELECT string_agg(md5(g::text || '%d'), '') FROM generate_series(1, 200) g)";

  private static final String COLUMNS =
      "SELECT string_agg(quote_ident(attname) || '|' || format_type(atttypid, atttypmod), '~'"
          + " ORDER BY attnum) FROM pg_attribute WHERE attrelid = to_regclass('public.%s')"
          + " AND attnum > 0 AND NOT attisdropped AND attname NOT IN ('id', 'k')";

  private final Scenario fixture;
  private final Random random;
  private int number;

  RandomAlterations(Scenario fixture, long seed) {
    this.fixture = fixture;
    this.random = new Random(seed);
  }

  /** The tables as they are in the beginning. */
  List<String> setup() {
    List<String> statements = new ArrayList<>();
    for (String table : TABLES) {
      statements.add(create(table));
      statements.add(insert(table, initial()));
    }
    return statements;
  }

  /** The next statement, or a transaction of several. */
  String next() throws SQLException {
    if (chance(15)) {
      StringBuilder transaction = new StringBuilder("BEGIN");
      for (int i = 2 + random.nextInt(3); i > 0; i--) {
        transaction.append("; ").append(one());
        if (chance(20)) {
          transaction.append("; SAVEPOINT s; ").append(change(anyTable()));
          transaction.append("; ROLLBACK TO SAVEPOINT s");
        }
      }
      return transaction.append(chance(80) ? "; COMMIT" : "; ROLLBACK").toString();
    }
    return one();
  }

  /** A change of rows, which takes no strong lock. */
  String change() throws SQLException {
    return change(anyTable());
  }

  private String one() throws SQLException {
    String table = anyTable();
    return chance(55) ? change(table) : alter(table);
  }

  private String anyTable() {
    return any(TABLES);
  }

  private String create(String table) {
    return "CREATE TABLE "
        + table
        + " (id int PRIMARY KEY, k int NOT NULL DEFAULT 0, a integer, b text, c numeric(12,3),"
        + " d text)";
  }

  private static Map<String, String> initial() {
    Map<String, String> columns = new LinkedHashMap<>();
    columns.put("a", "integer");
    columns.put("b", "text");
    columns.put("c", "numeric(12,3)");
    columns.put("d", "text");
    return columns;
  }

  /** Quoted names and types of the columns besides the key. */
  private Map<String, String> columns(String table) throws SQLException {
    Map<String, String> columns = new LinkedHashMap<>();
    for (String column : fixture.query(COLUMNS.formatted(table)).orElse("").split("~", -1)) {
      if (!column.isEmpty()) {
        String[] parts = column.split("\\|", -1);
        columns.put(parts[0], parts[1]);
      }
    }
    return columns;
  }

  private String change(String table) throws SQLException {
    Map<String, String> columns = columns(table);
    int kind = random.nextInt(10);
    if (kind < 4 || columns.isEmpty()) {
      return insert(table, columns);
    }
    if (kind < 7) {
      String column = any(List.copyOf(columns.keySet()));
      return "UPDATE "
          + table
          + " SET "
          + column
          + " = "
          + literal(columns.getOrDefault(column, "text"))
          + " WHERE id % 3 = "
          + random.nextInt(3);
    }
    if (kind < 8) {
      // Keys of rows change, where k is part of the key by either.
      return "UPDATE "
          + table
          + (chance(50) ? " SET id = id + 1000" : " SET k = k + 1")
          + " WHERE id = "
          + random.nextInt(40);
    }
    return "DELETE FROM " + table + " WHERE id % 7 = " + random.nextInt(7);
  }

  private String insert(String table, Map<String, String> columns) {
    StringBuilder names = new StringBuilder("id");
    StringBuilder values = new StringBuilder("g");
    columns.forEach(
        (name, type) -> {
          names.append(", ").append(name);
          values.append(", ").append(literal(type));
        });
    int first = random.nextInt(40);
    return "INSERT INTO "
        + table
        + " ("
        + names
        + ") SELECT "
        + values
        + " FROM generate_series("
        + first
        + ", "
        + (first + random.nextInt(6))
        + ") g ON CONFLICT DO NOTHING";
  }

  private String alter(String table) throws SQLException {
    Map<String, String> columns = columns(table);
    List<String> names = List.copyOf(columns.keySet());
    String prefix = "ALTER TABLE " + table + " ";
    int kind = random.nextInt(columns.size() < 2 ? 4 : 17);
    return switch (kind) {
      case 0, 1, 2 -> {
        String type = any(TYPES);
        yield prefix
            + "ADD COLUMN "
            + any(NAMES)
            + " "
            + type
            + (chance(40) ? " DEFAULT " + literal(type) : "");
      }
      case 3 -> chance(30) ? "TRUNCATE " + table : "VACUUM FULL " + table;
      case 4, 5 -> prefix + "DROP COLUMN " + any(names);
      case 6, 7, 8 -> prefix + "RENAME COLUMN " + any(names) + " TO " + any(NAMES);
      case 9 -> {
        String one = names.get(0);
        String other = names.get(names.size() - 1);
        yield prefix
            + "RENAME COLUMN "
            + one
            + " TO x; "
            + prefix
            + "RENAME COLUMN "
            + other
            + " TO "
            + one
            + "; "
            + prefix
            + "RENAME COLUMN x TO "
            + other;
      }
      case 10, 11, 12 -> {
        String name = any(names);
        yield prefix + "ALTER " + name + " TYPE " + retyped(name, columns.getOrDefault(name, ""));
      }
      case 13 -> "DROP TABLE " + table + "; " + create(table) + "; " + insert(table, initial());
      case 14 ->
          prefix
              + "RENAME TO "
              + table
              + "_old"
              + ++number
              + "; ALTER INDEX "
              + table
              + "_pkey RENAME TO "
              + table
              + "_old"
              + number
              + "_pkey; "
              + create(table)
              + "; "
              + insert(table, initial());
      case 15 ->
          prefix
              + "DROP CONSTRAINT "
              + table
              + "_pkey, ADD CONSTRAINT "
              + table
              + "_pkey PRIMARY KEY "
              + (chance(60) ? "(id, k)" : "(id)");
      default -> "ANALYZE " + table + "; GRANT SELECT ON " + table + " TO PUBLIC";
    };
  }

  private String retyped(String name, String type) {
    return switch (type) {
      case "integer", "bigint" ->
          any(
              List.of(
                  "bigint",
                  "text USING " + name + "::text",
                  type + " USING " + name + " + 100",
                  "numeric(20,5)"));
      case "text", "character varying(40)" ->
          any(List.of("integer USING length(" + name + ")", "text", "character varying(40)"));
      default -> "text USING " + name + "::text";
    };
  }

  private String literal(String type) {
    if (chance(15)) {
      return "NULL::" + type;
    }
    int n = random.nextInt(1000);
    String text =
        switch (type.replaceAll("\\(.*?\\)", "")) {
          case "integer", "bigint" -> Integer.toString(n);
          case "numeric" -> n + "." + n % 7;
          case "timestamp with time zone" ->
              "timestamptz '2024-01-01 UTC' + " + n + " * interval '1.5 s'";
          case "date" -> "date '2024-01-01' + " + n;
          case "boolean" -> n % 2 == 0 ? "true" : "false";
          case "jsonb" -> "jsonb_build_object('n', " + n + ", 's', ARRAY['x', NULL])";
          case "integer[]" -> "ARRAY[" + n + ", NULL, 3]";
          default -> n % 5 == 0 && type.equals("text") ? LARGE.formatted(n) : "'w''" + n + " é'";
        };
    return "(" + text + ")::" + type;
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }
}
