package io.walbeam.local.bench;

import io.walbeam.change.Lsn;
import io.walbeam.local.demo.LocalEnds;
import io.walbeam.local.demo.ShopSchema;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Rows of an int8 key and 84 characters, published and with a slot before the first one. */
final class NarrowTable {
  private static final String TABLE = "narrow";

  private final LocalEnds ends;

  private NarrowTable(LocalEnds ends) {
    this.ends = ends;
  }

  static NarrowTable create(LocalEnds ends) throws SQLException {
    ends.source()
        .execute(
            ShopSchema.DATABASE,
            "CREATE TABLE " + TABLE + " (id int8 PRIMARY KEY, filler char(84) NOT NULL)",
            "CREATE PUBLICATION " + LocalEnds.SLOT + " FOR TABLE " + TABLE,
            "SELECT pg_create_logical_replication_slot('" + LocalEnds.SLOT + "', 'pgoutput')");
    return new NarrowTable(ends);
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
                + TABLE
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
    return TABLE;
  }

  /** Its copy as {@code project.dataset.table}. */
  String destination() {
    return LocalEnds.PROJECT + "." + LocalEnds.DATASET + ".public_" + TABLE;
  }
}
