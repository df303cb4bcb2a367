package io.walbeam.local.demo;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Base64;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What happens in the shop: random transactions of inserts, updates, deletes and key changes.
 *
 * <p>The same seed gives the same statements. Every key is taken from a counter and used once, so a
 * transaction whose outcome was lost with its connection does no harm: later ones may find nothing
 * to change, which counts as no change. Not thread-safe.
 */
public final class ShopWorkload implements Workload {
  /** Rows of the one transaction in fifty that is a bulk load. */
  private static final int BULK_ROWS = 200;

  /** Bytes of a review, long enough to be stored out of line. */
  private static final int LONG_TEXT_BYTES = 6000;

  private static final String[] STATUSES = {"new", "paid", "packed", "sent", "returned"};

  private static final String[] CITIES = {"Aarhus", "Bergen", "Kraków", "Lisbon", "Naples"};

  private static final String ODD_TABLE = "\"Weird \"\"Name\"\"\"";

  /** Rows that the table with the odd name holds at most. */
  private static final int ODDITIES = 8;

  private final Random random;
  private int customers;
  private int products;
  private int orders;
  private int reviews;
  private int oddities;

  public ShopWorkload(long seed) {
    this.random = new Random(seed);
  }

  /**
   * Runs one transaction and commits it, or now and then rolls it back.
   *
   * @param connection without automatic commit
   * @return the number of rows changed, 0 for a rollback
   */
  @Override
  public int transaction(Connection connection) throws SQLException {
    int kind = random.nextInt(100);
    int changed;
    if (kind < 25 || orders == 0 || customers == 0 || products == 0 || reviews == 0) {
      changed =
          addCustomer(connection)
              + addProduct(connection)
              + addOrder(connection)
              + addReview(connection);
    } else if (kind < 45) {
      changed = changeOrder(connection);
    } else if (kind < 57) {
      changed = changeCustomer(connection);
    } else if (kind < 62) {
      changed = moveCustomer(connection);
    } else if (kind < 68) {
      changed = removeOrder(connection);
    } else if (kind < 76) {
      changed = changeProduct(connection);
    } else if (kind < 88) {
      changed = changeReview(connection);
    } else if (kind < 91) {
      changed = changeOddity(connection);
    } else if (kind < 94) {
      changed = changeWarehouse(connection);
    } else if (kind < 96) {
      changed = moveOrderLine(connection);
    } else if (kind < 98) {
      changed = bulk(connection);
    } else {
      addOrder(connection);
      connection.rollback();
      return 0;
    }
    connection.commit();
    return changed;
  }

  private int addCustomer(Connection connection) throws SQLException {
    return run(
        connection,
        "INSERT INTO customers VALUES (?, ?, ?, ?, ?::numeric, ?::date, now())",
        (long) customers++,
        "Customer " + customers,
        random.nextInt(5) == 0 ? null : "c" + customers + "@example.com",
        random.nextBoolean(),
        money(100_000),
        random.nextInt(4) == 0 ? null : day());
  }

  private int addProduct(Connection connection) throws SQLException {
    byte[] thumbnail = new byte[random.nextInt(60)];
    random.nextBytes(thumbnail);
    return run(
        connection,
        "INSERT INTO products VALUES"
            + " (?, ?, ?::numeric, ?, ?, ?::jsonb, ?, ?::text[], ?::time, ?::timestamp)",
        product(products++),
        "Product " + products + (random.nextInt(9) == 0 ? " “große” 寿司" : ""),
        money(1_000),
        random.nextFloat() * 50,
        random.nextInt(10) == 0 ? null : random.nextGaussian(),
        "{\"colour\": \"" + (random.nextBoolean() ? "red" : "blue") + "\", \"sizes\": [1, 2.50]}",
        thumbnail,
        random.nextInt(3) == 0 ? null : "{new,\"on sale\"}",
        "0" + random.nextInt(10) + ":30:00." + random.nextInt(1_000_000),
        day() + " 12:34:56." + random.nextInt(1_000));
  }

  private int addOrder(Connection connection) throws SQLException {
    long id = orders++;
    int changed =
        run(
            connection,
            "INSERT INTO orders VALUES (?, ?, ?, 'new', ?::json, now())",
            id,
            (long) some(customers),
            new UUID(random.nextLong(), id),
            random.nextBoolean() ? null : "{\"gift\": " + random.nextBoolean() + "}");
    int lines = 1 + random.nextInt(4);
    for (int line = 1; line <= lines; line++) {
      changed +=
          run(
              connection,
              "INSERT INTO order_lines VALUES (?, ?, ?, ?::int2, ?::numeric)",
              id,
              line,
              product(some(products)),
              1 + random.nextInt(9),
              money(1_000));
    }
    return changed;
  }

  private int addReview(Connection connection) throws SQLException {
    return run(
        connection,
        "INSERT INTO reviews VALUES (?, ?, ?, ?)",
        (long) reviews++,
        product(some(products)),
        1 + random.nextInt(5),
        text());
  }

  private int changeOrder(Connection connection) throws SQLException {
    return run(
        connection,
        "UPDATE orders SET status = ? WHERE id = ?",
        STATUSES[random.nextInt(STATUSES.length)],
        (long) some(orders));
  }

  private int changeCustomer(Connection connection) throws SQLException {
    return run(
        connection,
        "UPDATE customers SET balance = balance + ?::numeric, vip = NOT vip WHERE id = ?",
        money(100),
        (long) some(customers));
  }

  private int moveCustomer(Connection connection) throws SQLException {
    long from = some(customers);
    long to = customers++;
    return run(connection, "UPDATE customers SET id = ? WHERE id = ?", to, from)
        + run(connection, "UPDATE orders SET customer_id = ? WHERE customer_id = ?", to, from);
  }

  private int removeOrder(Connection connection) throws SQLException {
    long id = some(orders);
    return run(connection, "DELETE FROM order_lines WHERE order_id = ?", id)
        + run(connection, "DELETE FROM orders WHERE id = ?", id);
  }

  private int changeProduct(Connection connection) throws SQLException {
    int id = some(products);
    return random.nextInt(4) == 0
        ? run(connection, "DELETE FROM products WHERE id = ?", product(id))
        : run(
            connection,
            "UPDATE products SET price = ?::numeric, score = score + 1 WHERE id = ?",
            money(1_000),
            product(id));
  }

  private int changeReview(Connection connection) throws SQLException {
    long id = some(reviews);
    return switch (random.nextInt(5)) {
      case 0 -> addReview(connection);
      case 1 -> run(connection, "DELETE FROM reviews WHERE id = ?", id);
      case 2 -> run(connection, "UPDATE reviews SET id = ? WHERE id = ?", (long) reviews++, id);
      default ->
          run(connection, "UPDATE reviews SET stars = ? WHERE id = ?", 1 + random.nextInt(5), id);
    };
  }

  /** Keeps the table small enough to be read by a person. */
  private int changeOddity(Connection connection) throws SQLException {
    int id = oddities - random.nextInt(ODDITIES);
    return switch (random.nextInt(4)) {
      case 0 -> run(connection, "DELETE FROM " + ODD_TABLE + " WHERE \"Id\" = ?", id);
      case 1 ->
          run(
              connection,
              "UPDATE " + ODD_TABLE + " SET \"Id\" = ? WHERE \"Id\" = ?",
              oddities++,
              id);
      default ->
          run(
                  connection,
                  "INSERT INTO " + ODD_TABLE + " VALUES (?, ?, ?)",
                  oddities++,
                  random.nextInt(3) == 0 ? null : "by \"hand\"",
                  random.nextInt(1_000) / 8.0)
              + run(
                  connection,
                  "DELETE FROM " + ODD_TABLE + " WHERE \"Id\" < ?",
                  oddities - ODDITIES);
    };
  }

  private int changeWarehouse(Connection connection) throws SQLException {
    int index = random.nextInt(CITIES.length);
    return run(
        connection,
        "INSERT INTO warehouses VALUES (?, ?, ?, ?::numeric, ?, ?::date)"
            + " ON CONFLICT (code) DO UPDATE SET items = warehouses.items + excluded.items,"
            + " share = excluded.share, open = excluded.open, counted = excluded.counted",
        CITIES[index].substring(0, 3).toUpperCase(Locale.ROOT),
        CITIES[index],
        1 + random.nextInt(20),
        "0." + random.nextInt(10_000),
        random.nextInt(10) > 0,
        random.nextInt(5) == 0 ? null : day());
  }

  /** Line numbers above 100 are never inserted, so the new key is free unless moved twice. */
  private int moveOrderLine(Connection connection) throws SQLException {
    return run(
        connection,
        "UPDATE order_lines SET line = line + 100 WHERE order_id = ? AND line = 1",
        (long) some(orders));
  }

  private int bulk(Connection connection) throws SQLException {
    int first = customers;
    customers += BULK_ROWS;
    return run(
        connection,
        "INSERT INTO customers (id, name) SELECT n, 'Bulk ' || n FROM generate_series(?, ?) n",
        first,
        customers - 1);
  }

  private int run(Connection connection, String sql, @Nullable Object... values)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      return statement.executeUpdate();
    }
  }

  private int some(int bound) {
    return random.nextInt(Math.max(bound, 1));
  }

  private static UUID product(int number) {
    return new UUID(0x5747_0000_0000_4000L, 0x8000_0000_0000_0000L | number);
  }

  private String money(int bound) {
    return random.nextInt(bound) + "." + (10 + random.nextInt(90));
  }

  private String day() {
    return 1950 + random.nextInt(80) + "-0" + (1 + random.nextInt(9)) + "-1" + random.nextInt(10);
  }

  /** Short, or random and so long that PostgreSQL stores it out of line. */
  private String text() {
    if (random.nextInt(3) > 0) {
      return "Fine.";
    }
    byte[] bytes = new byte[LONG_TEXT_BYTES];
    random.nextBytes(bytes);
    return Base64.getEncoder().encodeToString(bytes);
  }
}
