package io.walbeam.local.chaos;

import io.walbeam.local.demo.Workload;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Random;

/**
 * What a shop does not do: keys of many kinds that change, large values that stay, rows that move
 * between partitions, truncations, savepoints, large transactions, changes of schemas, new tables.
 * The same seed gives the same statements. Not thread-safe.
 */
final class History implements Workload {
  private static final List<String> SCHEMA =
      List.of(
          "CREATE TABLE toasts (id bigint PRIMARY KEY, n int, body text)",
          "ALTER TABLE toasts ALTER COLUMN body SET STORAGE EXTERNAL",
          "CREATE TABLE parts (id int, k int, v text, PRIMARY KEY (id, k)) PARTITION BY LIST (k)",
          "CREATE TABLE parts_0 PARTITION OF parts FOR VALUES IN (0)",
          "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1)",
          "CREATE TABLE parts_2 PARTITION OF parts FOR VALUES IN (2)",
          "CREATE TABLE texts (key text PRIMARY KEY, n int)",
          "CREATE TABLE moments (at timestamptz, flag boolean, n int, PRIMARY KEY (at, flag))",
          "CREATE TABLE amounts (key numeric(20, 4), day date, u uuid, n int,"
              + " PRIMARY KEY (key, day, u))",
          "CREATE TABLE indexed (id int PRIMARY KEY, code text NOT NULL UNIQUE, n int)",
          "ALTER TABLE indexed REPLICA IDENTITY USING INDEX indexed_code_key",
          "CREATE TABLE scratch (id int PRIMARY KEY, v text)",
          "CREATE TABLE bulk (id int PRIMARY KEY, v text)",
          "CREATE TABLE shapes (id int PRIMARY KEY, v bigint, c0 int)");

  /** Rows of a large transaction: several batches, and a spill at the server. */
  private static final int LARGE = 20_000;

  /** Tables that are added at most: each is dumped, and compared at each quiet point. */
  private static final int MOST_ADDED = 5;

  private static final int KEYS = 200;

  /** Rows that one transaction counts as at most, for the rate. */
  private static final int MOST_COUNTED = 50;

  /** Schemas change rarely: every change may lead to a dump. */
  private static final int SHAPE_PER_MILLE = 3;

  private final Random random;
  private int added;
  private int columns = 1;

  History(long seed) {
    this.random = new Random(seed);
  }

  /** Creates the tables in the connection's database. */
  static void create(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : SCHEMA) {
        statement.execute(sql);
      }
    }
  }

  @Override
  public int transaction(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET LOCAL ROLE " + ChaosEnds.ROLE);
      statement.execute("SET LOCAL lock_timeout = '5s'");
      int changed = step(statement);
      connection.commit();
      // A large one is not followed by a long rest.
      return Math.min(changed, MOST_COUNTED);
    } catch (SQLException e) {
      String state = String.valueOf(e.getSQLState());
      if (state.startsWith("08") || state.startsWith("57P")) {
        throw e;
      }
      // A duplicate key, a lock that did not come: part of what applications do.
      connection.rollback();
      return 1;
    }
  }

  private int step(Statement statement) throws SQLException {
    int id = random.nextInt(KEYS);
    int other = random.nextInt(KEYS);
    if (random.nextInt(1_000) < SHAPE_PER_MILLE) {
      return changeShape(statement);
    }
    return switch (random.nextInt(12)) {
      case 0 ->
          statement.executeUpdate(
              "INSERT INTO toasts SELECT "
                  + id
                  + ", 0, string_agg(md5(n::text || '"
                  + random.nextInt()
                  + "'), '') FROM generate_series(1, 200) n"
                  + " ON CONFLICT (id) DO UPDATE SET body = excluded.body");
      case 1 -> statement.executeUpdate("UPDATE toasts SET n = n + 1 WHERE id % 7 = " + id % 7);
      case 2 ->
          statement.executeUpdate("DELETE FROM toasts WHERE id = " + id)
              + statement.executeUpdate("UPDATE toasts SET id = " + id + " WHERE id = " + other);
      case 3 -> part(statement, id, other);
      case 4 ->
          upsert(statement, "texts", "'k " + id + " ü\\'", "key = 'k " + other + " moved'", id);
      case 5 ->
          upsert(
              statement,
              "moments",
              "'2026-01-01 00:00+00'::timestamptz + interval '1.5 s' * "
                  + id
                  + ", "
                  + id % 2
                  + "=0",
              "at = at + interval '1 year', flag = NOT flag",
              id);
      case 6 ->
          upsert(
              statement,
              "amounts",
              id + ".2500, '2026-02-01'::date + " + id + ", md5('" + id + "')::uuid",
              "key = key + 1000",
              id);
      case 7 -> indexed(statement, id, other);
      case 8 -> scratch(statement, id);
      case 9 -> savepoints(statement, id, other);
      case 10 ->
          statement.executeUpdate(
              "INSERT INTO shapes (id, v) VALUES ("
                  + id
                  + ", "
                  + other
                  + ") ON CONFLICT (id) DO UPDATE SET v = shapes.v + 1");
      default -> large(statement, id);
    };
  }

  private int upsert(Statement statement, String table, String key, String move, int id)
      throws SQLException {
    return switch (random.nextInt(4)) {
      case 0 -> statement.executeUpdate("UPDATE " + table + " SET " + move + " WHERE n = " + id);
      case 1 -> statement.executeUpdate("DELETE FROM " + table + " WHERE n = " + id);
      default ->
          statement.executeUpdate(
              "INSERT INTO " + table + " VALUES (" + key + ", " + id + ") ON CONFLICT DO NOTHING");
    };
  }

  private int part(Statement statement, int id, int other) throws SQLException {
    return switch (random.nextInt(4)) {
      case 0 ->
          statement.executeUpdate("UPDATE parts SET k = (k + 1) % 3 WHERE id % 5 = " + id % 5);
      case 1 -> statement.executeUpdate("DELETE FROM parts WHERE id = " + id);
      default ->
          statement.executeUpdate(
              "INSERT INTO parts VALUES ("
                  + id
                  + ", "
                  + other % 3
                  + ", 'v"
                  + other
                  + "') ON CONFLICT (id, k) DO UPDATE SET v = excluded.v");
    };
  }

  private int indexed(Statement statement, int id, int other) throws SQLException {
    return switch (random.nextInt(3)) {
      case 0 ->
          statement.executeUpdate(
              "UPDATE indexed SET code = 'c" + random.nextInt() + "' WHERE id = " + id);
      case 1 -> statement.executeUpdate("DELETE FROM indexed WHERE id = " + other);
      default ->
          statement.executeUpdate(
              "INSERT INTO indexed VALUES ("
                  + id
                  + ", 'c"
                  + random.nextInt()
                  + "', 0) ON CONFLICT (id) DO UPDATE SET n = indexed.n + 1");
    };
  }

  private int scratch(Statement statement, int id) throws SQLException {
    if (random.nextInt(12) == 0) {
      statement.execute("TRUNCATE scratch");
    }
    return statement.executeUpdate(
        "INSERT INTO scratch VALUES ("
            + id
            + ", 'after "
            + random.nextInt()
            + "') ON CONFLICT (id) DO UPDATE SET v = excluded.v");
  }

  private int savepoints(Statement statement, int id, int other) throws SQLException {
    int changed = statement.executeUpdate("DELETE FROM texts WHERE n = " + other);
    for (int depth = 0; depth < 3; depth++) {
      statement.execute("SAVEPOINT s" + depth);
      changed +=
          statement.executeUpdate(
              "INSERT INTO scratch VALUES ("
                  + (KEYS + id * 3 + depth)
                  + ", 'inside') ON CONFLICT (id) DO UPDATE SET v = scratch.v || 'x'");
      if (random.nextInt(3) == 0) {
        statement.execute("ROLLBACK TO SAVEPOINT s" + depth);
      }
    }
    return changed;
  }

  private int large(Statement statement, int id) throws SQLException {
    if (random.nextInt(20) > 0) {
      return statement.executeUpdate(
          "INSERT INTO bulk VALUES ("
              + id
              + ", 'one') ON CONFLICT (id) DO UPDATE SET v = bulk.v || '.'");
    }
    return random.nextBoolean()
        ? statement.executeUpdate("DELETE FROM bulk WHERE id >= " + KEYS)
        : statement.executeUpdate(
            "INSERT INTO bulk SELECT n, 'large' FROM generate_series("
                + KEYS
                + ", "
                + (KEYS + LARGE)
                + ") n ON CONFLICT (id) DO UPDATE SET v = bulk.v || '+'");
  }

  private int changeShape(Statement statement) throws SQLException {
    int kind = random.nextInt(4);
    if (kind == 0 && added < MOST_ADDED) {
      added++;
      statement.execute("CREATE TABLE added_" + added + " (id int PRIMARY KEY, v text)");
      return statement.executeUpdate(
          "INSERT INTO added_" + added + " SELECT n, 'new' FROM generate_series(1, 500) n");
    }
    if (kind == 1) {
      statement.execute("ALTER TABLE shapes ALTER COLUMN v TYPE bigint USING v + 1000");
      return 1;
    }
    if (kind == 2 && columns > 1) {
      columns--;
      statement.execute("ALTER TABLE shapes DROP COLUMN IF EXISTS c" + columns);
      return 1;
    }
    statement.execute(
        "ALTER TABLE shapes ADD COLUMN IF NOT EXISTS c" + columns + " int DEFAULT " + columns);
    columns++;
    return statement.executeUpdate("UPDATE shapes SET v = v + 1 WHERE id % 10 = 0");
  }
}
