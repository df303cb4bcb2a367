package io.walbeam.postgres;

import io.walbeam.change.Tuple;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/** The rows of one leaf, read with COPY in a transaction of their own. Used once. */
final class TableCopy {
  private static final String FILE_NODE =
      "SELECT coalesce(pg_catalog.pg_relation_filenode(oid), 0)::pg_catalog.text"
          + " FROM pg_catalog.pg_class WHERE oid = ";

  private final Connection connection;
  private final PublishedTable table;
  private final PhysicalTable leaf;
  private final Admitting stillAdmitted;

  /** Whether the session's server is still one that rows may be read from. */
  @FunctionalInterface
  interface Admitting {
    void check() throws SQLException;
  }

  TableCopy(
      Connection connection, PublishedTable table, PhysicalTable leaf, Admitting stillAdmitted) {
    this.connection = connection;
    this.table = table;
    this.leaf = leaf;
    this.stillAdmitted = stillAdmitted;
  }

  /** See {@link DumpConnection#copy}. */
  Copied read(TableRange range, boolean withAddress, CopiedRow rows)
      throws SQLException, InterruptedException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET TRANSACTION READ ONLY");
    }
    try (Statement statement = connection.createStatement()) {
      // What is looked at next holds until the commit.
      statement.execute("LOCK TABLE ONLY " + leaf.table().quoted() + " IN ACCESS SHARE MODE");
    }
    if (!PublishedTables.isAsDescribed(connection, table)) {
      connection.rollback();
      connection.setAutoCommit(true);
      return new Copied(0, 0, true);
    }
    long bytes = copyRows(range, withAddress, rows);
    // COPY's lock keeps the table from being rewritten until the commit.
    long fileNode = Long.parseLong(text(connection, FILE_NODE + leaf.oid()));
    // A session survives the promotion of its standby.
    stillAdmitted.check();
    connection.commit();
    connection.setAutoCommit(true);
    return new Copied(bytes, fileNode, false);
  }

  private long copyRows(TableRange range, boolean withAddress, CopiedRow rows)
      throws SQLException, InterruptedException {
    String sql = CopySql.copy(table, leaf, range, withAddress);
    int columns = table.relation().columns().size();
    CopyOut copy = connection.unwrap(PGConnection.class).getCopyAPI().copyOut(sql);
    Tuple tuple = new Tuple();
    long bytes = 0;
    for (byte[] line = copy.readFromCopy(); line != null; line = copy.readFromCopy()) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedException();
      }
      bytes += line.length;
      CopyText.parse(line, tuple);
      long address = 0;
      if (withAddress) {
        address = CopySql.address(tuple.text(columns));
        tuple.removeLast();
      }
      rows.take(tuple, line, address);
    }
    return bytes;
  }

  /** The one value that a query returns. */
  static String text(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
