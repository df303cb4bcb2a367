package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.walbeam.local.demo.TextRow;
import io.walbeam.row.RoundTripCase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Every case of {@code round-trips.tsv} through a dump and through the stream: both write what the
 * case says, in a column of its type, in an array, in a composite of all types, and in a key.
 */
class RoundTripIT {
  /** Rows of the dump, and rows of the stream. */
  private static final List<Integer> PHASES = List.of(0, 1);

  private static final int ROWS_OF_A_PHASE = 1000;

  /** Those from here on hold one value each, which is refused. */
  private static final int FIRST_REFUSED = 500;

  /** BigQuery's key has at most 16 columns; one is the phase. */
  private static final int KEYS_OF_A_TABLE = 15;

  private final RoundTripComparison comparison = new RoundTripComparison();

  @Test
  void dumpAndStreamWriteWhatTheTableSays() throws Exception {
    try (Servers servers = Servers.here();
        Scenario fixture = Scenario.on(servers, "round_trip")) {
      fixture.execute(
          "ALTER DATABASE round_trip SET lc_monetary = 'C'",
          "ALTER DATABASE round_trip SET TimeZone = 'UTC'",
          "ALTER DATABASE round_trip SET IntervalStyle = 'iso_8601'");
      fixture.execute(RoundTripCase.setup().toArray(String[]::new));
      List<Column> columns = columns(fixture);
      fixture.execute(cellsTable(columns).toArray(String[]::new));
      List<List<Column>> keys = keyTables(fixture, columns);
      for (int phase : PHASES) {
        insertCells(fixture, columns, phase);
        for (int table = 0; table < keys.size(); table++) {
          insertKeys(fixture, table, keys.get(table), phase);
        }
        fixture.runToNow();
      }
      comparison.deadLetters(fixture);
      compareCells(fixture, columns);
      for (int table = 0; table < keys.size(); table++) {
        compareKeys(fixture, table, keys.get(table));
      }
      comparison.check();
    }
  }

  /**
   * A type and its cases.
   *
   * @param number names its columns
   */
  private record Column(int number, String type, List<RoundTripCase> cases) {
    List<RoundTripCase> kept() {
      return cases.stream().filter(one -> !one.refused()).toList();
    }

    boolean hasArray() {
      return cases.stream().anyMatch(one -> one.element().isPresent());
    }

    String cast(RoundTripCase one) {
      return "(" + one.literal() + ")::" + type;
    }
  }

  private static List<Column> columns(Scenario fixture) throws SQLException {
    int version =
        Integer.parseInt(
            fixture.query("SELECT current_setting('server_version_num')").orElseThrow());
    Map<String, List<RoundTripCase>> types =
        RoundTripCase.all().stream()
            .filter(one -> one.since() <= version / 10_000)
            .collect(
                Collectors.groupingBy(
                    RoundTripCase::type, LinkedHashMap::new, Collectors.toList()));
    List<Column> columns = new ArrayList<>();
    types.forEach((type, cases) -> columns.add(new Column(columns.size(), type, cases)));
    return columns;
  }

  private static List<String> cellsTable(List<Column> columns) {
    List<String> attributes = new ArrayList<>();
    List<String> definitions = new ArrayList<>(List.of("n int PRIMARY KEY"));
    for (Column column : columns) {
      definitions.add("c" + column.number() + " " + column.type());
      if (column.hasArray()) {
        definitions.add("a" + column.number() + " " + column.type() + "[]");
        attributes.add("e" + column.number() + " " + column.type());
      }
    }
    return List.of(
        "CREATE TYPE whole AS (" + String.join(", ", attributes) + ")",
        "CREATE TABLE cells (" + String.join(", ", definitions) + ", whole whole)");
  }

  /** Tables of the types that can be in a key, so many to a table as a key has columns. */
  private static List<List<Column>> keyTables(Scenario fixture, List<Column> columns)
      throws SQLException {
    List<Column> possible = new ArrayList<>();
    try (Connection connection = fixture.connect();
        Statement statement = connection.createStatement()) {
      for (Column column : columns) {
        try {
          statement.execute("CREATE TEMP TABLE tried (v " + column.type() + " PRIMARY KEY)");
          statement.execute("DROP TABLE tried");
          possible.add(column);
        } catch (SQLException noOperatorClass) {
          assertThat(noOperatorClass.getSQLState()).as(column.type()).isEqualTo("42704");
        }
      }
    }
    List<List<Column>> tables = new ArrayList<>();
    for (int from = 0; from < possible.size(); from += KEYS_OF_A_TABLE) {
      List<Column> table =
          possible.subList(from, Math.min(possible.size(), from + KEYS_OF_A_TABLE));
      String names =
          table.stream().map(column -> "c" + column.number()).collect(Collectors.joining(", "));
      String definitions =
          table.stream()
              .map(column -> "c" + column.number() + " " + column.type())
              .collect(Collectors.joining(", "));
      fixture.execute(
          "CREATE TABLE "
              + keyTable(tables.size())
              + " (n int, phase int, "
              + definitions
              + ", PRIMARY KEY (phase, "
              + names
              + "))");
      tables.add(table);
    }
    return tables;
  }

  private static String keyTable(int number) {
    return "keys_" + number;
  }

  /** Row k has the k-th kept value of every type; then each value that is refused has its own. */
  private static void insertCells(Scenario fixture, List<Column> columns, int phase)
      throws SQLException {
    List<String> statements = new ArrayList<>();
    for (int row = 0; row < rows(columns); row++) {
      List<String> names = new ArrayList<>(List.of("n", "whole"));
      List<String> values = new ArrayList<>(List.of(String.valueOf(id(phase, row)), ""));
      List<String> attributes = new ArrayList<>();
      for (Column column : columns) {
        if (row < column.kept().size()) {
          names.add("c" + column.number());
          values.add(column.cast(column.kept().get(row)));
        }
        Optional<RoundTripCase> element = element(column, row);
        if (element.isPresent()) {
          String value = column.cast(element.orElseThrow());
          names.add("a" + column.number());
          values.add("ARRAY[" + value + ", NULL]::" + column.type() + "[]");
          attributes.add(value);
        } else if (column.hasArray()) {
          attributes.add("NULL");
        }
      }
      values.set(1, "ROW(" + String.join(", ", attributes) + ")::whole");
      statements.add(insert("cells", names, values));
    }
    int row = FIRST_REFUSED;
    for (Column column : columns) {
      for (RoundTripCase one : column.cases()) {
        if (one.refused()) {
          statements.add(
              insert(
                  "cells",
                  List.of("n", "c" + column.number()),
                  List.of(String.valueOf(id(phase, row)), column.cast(one))));
          row++;
        }
      }
    }
    fixture.execute(statements.toArray(String[]::new));
  }

  /** A row for each value; the other columns of the key have the first of their type. */
  private static void insertKeys(Scenario fixture, int table, List<Column> columns, int phase)
      throws SQLException {
    List<String> statements = new ArrayList<>();
    int row = 0;
    for (Column column : columns) {
      for (RoundTripCase one : column.cases()) {
        List<String> names = new ArrayList<>(List.of("n", "phase"));
        List<String> values =
            new ArrayList<>(List.of(String.valueOf(id(phase, row)), String.valueOf(phase)));
        for (Column other : columns) {
          names.add("c" + other.number());
          values.add(other.cast(other.equals(column) ? one : other.kept().get(0)));
        }
        statements.add(insert(keyTable(table), names, values) + " ON CONFLICT DO NOTHING");
        row++;
      }
    }
    fixture.execute(statements.toArray(String[]::new));
  }

  private void compareCells(Scenario fixture, List<Column> columns) throws Exception {
    Map<String, String> types = types(fixture, "public_cells");
    Map<Integer, TextRow> copied = copied(fixture, "public_cells");
    for (int phase : PHASES) {
      for (Column column : columns) {
        String name = "c" + column.number();
        for (int row = 0; row < column.kept().size(); row++) {
          RoundTripCase one = column.kept().get(row);
          comparison.type(one, types.get(name));
          comparison.cell(one, copied.get(id(phase, row)), name);
        }
        for (int row = 0; element(column, row).isPresent(); row++) {
          RoundTripCase one = element(column, row).orElseThrow();
          String element = one.element().orElseThrow();
          TextRow copy = copied.get(id(phase, row));
          String array = "[" + element + ",null]";
          comparison.json(one, copy, "a" + column.number(), JsonParser.parseString(array));
          comparison.member(one, copy, "whole", "e" + column.number());
        }
      }
      int row = FIRST_REFUSED;
      for (Column column : columns) {
        for (RoundTripCase one : column.cases()) {
          if (one.refused()) {
            comparison.type(one, types.get("c" + column.number()));
            comparison.deadLetter(one, "cells", id(phase, row), copied.containsKey(id(phase, row)));
            row++;
          }
        }
      }
    }
  }

  /** A column that has another type in a key has PostgreSQL's text there. */
  private void compareKeys(Scenario fixture, int table, List<Column> columns) throws Exception {
    Map<String, String> types = types(fixture, "public_" + keyTable(table));
    Map<Integer, TextRow> copied = copied(fixture, "public_" + keyTable(table));
    Map<Integer, List<String>> texts = texts(fixture, table, columns);
    for (int phase : PHASES) {
      int row = 0;
      for (Column column : columns) {
        String name = "c" + column.number();
        for (RoundTripCase one : column.cases()) {
          int id = id(phase, row++);
          Optional<String> text =
              Optional.ofNullable(texts.get(id)).map(given -> given.get(columns.indexOf(column)));
          if (text.isEmpty()) {
            continue;
          }
          if (!one.destinationType().equals(types.get(name))) {
            comparison.type("STRING", one, types.get(name));
            comparison.text(one, copied.get(id), name, text.orElseThrow());
          } else if (one.refused()) {
            comparison.deadLetter(one, keyTable(table), id, copied.containsKey(id));
          } else {
            comparison.cell(one, copied.get(id), name);
          }
        }
      }
    }
  }

  /** PostgreSQL's text of each column, by {@code n}. */
  private static Map<Integer, List<String>> texts(Scenario fixture, int table, List<Column> columns)
      throws SQLException {
    String values =
        columns.stream()
            .map(column -> "format('%s', c" + column.number() + ")")
            .collect(Collectors.joining(", "));
    Map<Integer, List<String>> texts = new HashMap<>();
    try (Connection connection = fixture.connect();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT n, " + values + " FROM " + keyTable(table))) {
      while (rows.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
          row.add(rows.getString(i + 2));
        }
        texts.put(rows.getInt(1), row);
      }
    }
    return texts;
  }

  private static Map<String, String> types(Scenario fixture, String table) throws Exception {
    return fixture
        .destination()
        .query(
            "SELECT column_name, data_type FROM `"
                + fixture.name()
                + "`.INFORMATION_SCHEMA.COLUMNS WHERE table_name = '"
                + table
                + "'")
        .stream()
        .collect(
            Collectors.toMap(row -> row.require("column_name"), row -> row.require("data_type")));
  }

  private static Map<Integer, TextRow> copied(Scenario fixture, String table) throws Exception {
    return fixture.destination().rows(table).stream()
        .collect(Collectors.toMap(row -> Integer.valueOf(row.require("n")), row -> row));
  }

  private static Optional<RoundTripCase> element(Column column, int row) {
    List<RoundTripCase> elements =
        column.cases().stream().filter(one -> one.element().isPresent()).toList();
    return row < elements.size() ? Optional.of(elements.get(row)) : Optional.empty();
  }

  private static int rows(List<Column> columns) {
    return columns.stream().mapToInt(column -> column.cases().size()).max().orElseThrow();
  }

  private static int id(int phase, int row) {
    return phase * ROWS_OF_A_PHASE + row;
  }

  private static String insert(String table, List<String> names, List<String> values) {
    return "INSERT INTO "
        + table
        + " ("
        + String.join(", ", names)
        + ") VALUES ("
        + String.join(", ", values)
        + ")";
  }
}
