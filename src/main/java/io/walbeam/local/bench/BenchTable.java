package io.walbeam.local.bench;

import io.walbeam.change.Lsn;
import io.walbeam.local.demo.LocalEnds;
import io.walbeam.local.demo.ShopSchema;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** A table of the source with rows of one shape. */
final class BenchTable {
  private final LocalEnds ends;
  private final String name;
  private final RowShape shape;

  private BenchTable(LocalEnds ends, String name, RowShape shape) {
    this.ends = ends;
    this.name = name;
    this.shape = shape;
  }

  /** Of narrow rows, published and with a slot before the first row. */
  static BenchTable create(LocalEnds ends) throws SQLException {
    return create(ends, RowShape.NARROW);
  }

  /** Published and with a slot before the first row. */
  static BenchTable create(LocalEnds ends, RowShape shape) throws SQLException {
    BenchTable table = unpublished(ends, shape.table(), shape);
    table.publish();
    ends.source()
        .execute(
            ShopSchema.DATABASE,
            "SELECT pg_create_logical_replication_slot('" + LocalEnds.SLOT + "', 'pgoutput')");
    return table;
  }

  /** Of narrow rows, in no publication. */
  static BenchTable unpublished(LocalEnds ends, String name) throws SQLException {
    return unpublished(ends, name, RowShape.NARROW);
  }

  private static BenchTable unpublished(LocalEnds ends, String name, RowShape shape)
      throws SQLException {
    ends.source()
        .execute(ShopSchema.DATABASE, "CREATE TABLE " + name + " (" + shape.columns() + ")");
    return new BenchTable(ends, name, shape);
  }

  /** Makes it the one table of the publication. */
  void publish() throws SQLException {
    ends.source()
        .execute(
            ShopSchema.DATABASE, "CREATE PUBLICATION " + LocalEnds.SLOT + " FOR TABLE " + name);
  }

  /** Adds it to the publication. */
  void publishToo() throws SQLException {
    ends.source()
        .execute(ShopSchema.DATABASE, "ALTER PUBLICATION " + LocalEnds.SLOT + " ADD TABLE " + name);
  }

  /** So that no reader has to set hint bits first, and the planner knows the table. */
  void vacuum() throws SQLException {
    ends.source().execute(ShopSchema.DATABASE, "VACUUM (FREEZE, ANALYZE) " + name, "CHECKPOINT");
  }

  /**
   * Inserts rows.
   *
   * @param transactions of equal size
   * @return the end of the log afterwards
   */
  Lsn load(int rows, int transactions) throws SQLException {
    try (Connection connection = ends.source().connect(ShopSchema.DATABASE);
        Statement statement = connection.createStatement()) {
      long first = 0;
      for (int i = 1; i <= transactions; i++) {
        long last = (long) rows * i / transactions;
        statement.executeUpdate(
            "INSERT INTO "
                + name
                + " SELECT "
                + shape.selected()
                + " FROM generate_series("
                + (first + 1)
                + ", "
                + last
                + ") n");
        first = last;
      }
    }
    return ends.slot().serverPosition();
  }

  /** Its name in the source. */
  String name() {
    return name;
  }

  /** Its copy as {@code project.dataset.table}. */
  String destination() {
    return LocalEnds.PROJECT + "." + LocalEnds.DATASET + ".public_" + name;
  }
}
