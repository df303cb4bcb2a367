package io.walbeam.local.bench;

import io.walbeam.change.Lsn;
import io.walbeam.local.demo.LocalEnds;
import io.walbeam.local.demo.ShopSchema;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Rows of an int8 key and 84 characters. */
final class NarrowTable {
  private final LocalEnds ends;
  private final String name;

  private NarrowTable(LocalEnds ends, String name) {
    this.ends = ends;
    this.name = name;
  }

  /** Published and with a slot before the first row. */
  static NarrowTable create(LocalEnds ends) throws SQLException {
    NarrowTable table = unpublished(ends, "narrow");
    table.publish();
    ends.source()
        .execute(
            ShopSchema.DATABASE,
            "SELECT pg_create_logical_replication_slot('" + LocalEnds.SLOT + "', 'pgoutput')");
    return table;
  }

  /** In no publication. */
  static NarrowTable unpublished(LocalEnds ends, String name) throws SQLException {
    ends.source()
        .execute(
            ShopSchema.DATABASE,
            "CREATE TABLE " + name + " (id int8 PRIMARY KEY, filler char(84) NOT NULL)");
    return new NarrowTable(ends, name);
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
                + " SELECT n, md5(n::text) || md5((-n)::text) || 'abcdefghijklmnopqrst'"
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
