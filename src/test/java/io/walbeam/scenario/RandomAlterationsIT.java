package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.TableId;
import io.walbeam.local.demo.ChildProcess;
import io.walbeam.local.demo.Program;
import io.walbeam.local.demo.TableComparison;
import io.walbeam.local.demo.TableComparison.Place;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Whatever is done to tables, and whenever runs end: afterwards each copy is what PostgreSQL has. A
 * failure prints its seed; {@code -Dwalbeam.soak.seed} repeats it. {@code scripts/soak} goes on for
 * as long as it is let.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RandomAlterationsIT {
  private static final long FIXED_SEED = 7;
  private static final int ROUNDS = 3;
  private static final int STATEMENTS = 25;

  private Servers servers;

  @BeforeAll
  void start() throws Exception {
    servers = Servers.here();
  }

  @AfterAll
  void stop() throws Exception {
    servers.close();
  }

  @Test
  void everyTableEndsAsItsSource() throws Exception {
    converges(Long.getLong("walbeam.soak.seed", FIXED_SEED), /* kills= */ false);
  }

  @Test
  @EnabledIfSystemProperty(
      named = "walbeam.soak.minutes",
      matches = "[0-9]+",
      disabledReason = "goes on until it is over; scripts/soak")
  void seedAfterSeedForAsLongAsItIsLet() throws Exception {
    long end = System.nanoTime() + Long.getLong("walbeam.soak.minutes", 1L) * 60_000_000_000L;
    long seed = Long.getLong("walbeam.soak.seed", System.currentTimeMillis());
    int done = 0;
    while (done == 0 || System.nanoTime() - end < 0) {
      converges(seed++, /* kills= */ true);
      done++;
    }
    assertThat(done).isPositive();
  }

  private void converges(long seed, boolean kills) throws Exception {
    Scenario fixture = Scenario.on(servers, "random_" + seed);
    RandomAlterations alterations = new RandomAlterations(fixture, seed);
    Random when = new Random(seed);
    List<String> said = new ArrayList<>();
    fixture.execute(alterations.setup().toArray(String[]::new));
    for (int round = 0; round < ROUNDS; round++) {
      switch (when.nextInt(3)) {
        case 0 -> alter(fixture, alterations, said);
        case 1 -> alterWhileARunStreams(fixture, alterations, said, kills && when.nextBoolean());
        default -> {
          alter(fixture, alterations, said);
          fixture.runToNow();
        }
      }
    }
    // What the first notices in its stream is dumped by the second.
    fixture.runToNow();
    fixture.runToNow();
    assertThat(differences(fixture))
        .as("seed %d, after:%n%s", seed, String.join(";\n", said))
        .isEmpty();
    fixture.close();
  }

  private static void alterWhileARunStreams(
      Scenario fixture, RandomAlterations alterations, List<String> said, boolean kill)
      throws Exception {
    said.add("-- while a run streams" + (kill ? ", which is killed" : ""));
    if (kill) {
      try (ChildProcess run = fixture.startProcess(fixture.command())) {
        fixture.awaitReading(run);
        alter(fixture, alterations, said);
        run.kill();
      }
    } else {
      try (Program run = fixture.start(fixture.command())) {
        fixture.awaitReading(run);
        alter(fixture, alterations, said);
        run.terminate();
        assertThat(run.exitCode(Scenario.DEADLINE)).as(run.errors()).isZero();
      }
    }
    said.add("-- it has ended");
  }

  /** Statements that fail for what there is are part of it. */
  private static void alter(Scenario fixture, RandomAlterations alterations, List<String> said)
      throws SQLException {
    try (Connection other = fixture.connect();
        Statement session = other.createStatement()) {
      other.setAutoCommit(false);
      session.execute("SET lock_timeout = '1s'");
      for (int i = 0; i < STATEMENTS; i++) {
        if (i % 8 == 3) {
          // Another session's transaction, open while the next statement runs.
          said.add("/* open until the next */ " + tried(session, alterations.change()));
        }
        String next = alterations.next();
        try (Connection connection = fixture.connect();
            Statement statement = connection.createStatement()) {
          statement.execute("SET lock_timeout = '1s'");
          said.add(tried(statement, next));
        }
        other.commit();
      }
    }
  }

  private static String tried(Statement statement, String text) {
    try {
      statement.execute(text);
      return text;
    } catch (SQLException e) {
      try {
        statement.getConnection().rollback();
      } catch (SQLException notOpen) {
        // Autocommit: nothing is open.
      }
      return "-- " + e.getSQLState() + ": " + text;
    }
  }

  private static List<String> differences(Scenario fixture) throws Exception {
    List<String> different = new ArrayList<>();
    try (Connection connection = fixture.connect()) {
      Map<String, Set<String>> keys = destinationKeys(fixture);
      for (TableId id : tables(connection)) {
        String copy = copy(keys, key(fixture, id), "public_" + id.name());
        TableComparison table =
            TableComparison.compare(
                connection, fixture.destination(), id, new Place(copy, Map.of()));
        if (!table.equal() && !isEqualInOtherColumns(connection, fixture, id, copy)) {
          different.add(table.describe());
        }
      }
    }
    return different;
  }

  private static List<TableId> tables(Connection connection) throws SQLException {
    List<TableId> tables = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")) {
      while (rows.next()) {
        tables.add(new TableId("public", rows.getString(1)));
      }
    }
    return tables;
  }

  /** Columns of the keys of the destination's tables, by table. */
  private static Map<String, Set<String>> destinationKeys(Scenario fixture) throws Exception {
    Map<String, Set<String>> keys = new HashMap<>();
    fixture
        .destination()
        .query(
            "SELECT table_name, column_name FROM `"
                + fixture.name()
                + "`.INFORMATION_SCHEMA.KEY_COLUMN_USAGE")
        .forEach(
            row ->
                keys.computeIfAbsent(row.require("table_name"), any -> new TreeSet<>())
                    .add(row.require("column_name")));
    return keys;
  }

  private static Set<String> key(Scenario fixture, TableId table) throws SQLException {
    return new TreeSet<>(
        List.of(
            fixture
                .query(
                    "SELECT string_agg(attname, '~') FROM pg_index JOIN pg_attribute ON attrelid ="
                        + " indrelid AND attnum = ANY (indkey) WHERE indisprimary AND indrelid = '"
                        + table.quoted()
                        + "'::regclass")
                .orElse("")
                .split("~", -1)));
  }

  /** Of the tables that follow one another under a name, the one that has the key. */
  private static String copy(Map<String, Set<String>> keys, Set<String> key, String name) {
    String copy = name;
    for (int number = 2; keys.containsKey(copy); number++) {
      if (key.equals(keys.get(copy))) {
        return copy;
      }
      copy = name + "__" + number;
    }
    return copy;
  }

  /** A column whose type BigQuery could not change is beside the one of its name. */
  private static boolean isEqualInOtherColumns(
      Connection connection, Scenario fixture, TableId table, String copy) throws Exception {
    if (!fixture.destination().tables().contains(copy)
        || fixture.destination().rows(copy).isEmpty()) {
      return false;
    }
    Set<String> copied = new TreeSet<>(fixture.destination().rows(copy).get(0).columns());
    Map<String, String> places = new HashMap<>();
    for (String column : columns(fixture, table)) {
      String name = nameThere(column);
      for (String candidate : copied) {
        if (candidate.equalsIgnoreCase(name) || candidate.startsWith(name + "_")) {
          Map<String, String> tried = new HashMap<>(places);
          tried.put(column, candidate);
          if (isEqualIn(connection, fixture, table, column, new Place(copy, tried))) {
            places.put(column, candidate);
            break;
          }
        }
      }
    }
    Set<String> columns = columns(fixture, table);
    for (String column : columns) {
      // Its name is another's there, and it has none before the first row that has it.
      if (!places.containsKey(column)
          && places.values().stream().anyMatch(nameThere(column)::equalsIgnoreCase)
          && copied.stream().noneMatch(name -> name.startsWith(nameThere(column) + "_"))) {
        places.put(column, nameThere(column) + "_of_no_row");
      }
    }
    TableComparison compared =
        TableComparison.compare(connection, fixture.destination(), table, new Place(copy, places));
    // A column that came without values is not there before the first row of the new shape.
    return compared.differences().stream()
        .allMatch(
            difference ->
                columns.contains(difference.detail())
                    && compared.rows().stream()
                        .allMatch(row -> row.get(difference.detail()).isEmpty()));
  }

  /** The name that a column has if it is the only one that would. */
  private static String nameThere(String column) {
    return column.replaceAll("[^A-Za-z0-9_]", "_");
  }

  /** Whether nothing is different about the one column. */
  private static boolean isEqualIn(
      Connection connection, Scenario fixture, TableId table, String column, Place place)
      throws Exception {
    return TableComparison.compare(connection, fixture.destination(), table, place)
        .differences()
        .stream()
        .noneMatch(
            difference ->
                ("; " + difference.detail() + ";").contains("; " + column + ": ")
                    || difference.detail().equals(column));
  }

  private static Set<String> columns(Scenario fixture, TableId table) throws SQLException {
    return Set.of(
            fixture
                .query(
                    "SELECT string_agg(attname, '~') FROM pg_attribute WHERE attrelid = '"
                        + table.quoted()
                        + "'::regclass AND attnum > 0 AND NOT attisdropped")
                .orElse("")
                .split("~", -1))
        .stream()
        .filter(name -> !name.equals("id"))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
