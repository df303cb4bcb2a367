package io.walbeam.local.standin.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.duckdb.DuckDBConnection;

/**
 * The DuckDB database behind the stand-in: one file, or memory. A commit that returned has been
 * synced to the file's log. Thread-safe; every piece of work borrows a connection of its own.
 */
public final class Store implements AutoCloseable {
  /** Schema of the physical tables. */
  public static final String DATA = "data";

  /** Bound on DuckDB's buffer memory; beyond it a query spills to disk. */
  private static final String MEMORY_LIMIT = "2GB";

  private static final String FILE = "standin_file";

  private final DuckDBConnection root;
  private final boolean inFile;
  private final ConcurrentLinkedQueue<DuckDBConnection> idle = new ConcurrentLinkedQueue<>();

  public Store(Optional<Path> file) {
    try {
      if (file.isPresent() && file.get().toAbsolutePath().getParent() != null) {
        Files.createDirectories(file.get().toAbsolutePath().getParent());
      }
      root = (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:");
      if (file.isPresent()) {
        // Attached under a name of ours: DuckDB would name it after the file, and a file called
        // like one of the schemas would make every name ambiguous.
        try (Statement statement = root.createStatement()) {
          statement.execute(
              "ATTACH "
                  + SqlDialect.literal(file.get().toAbsolutePath().toString())
                  + " AS "
                  + FILE);
        }
      }
      inFile = file.isPresent();
      configure(root);
      try (Statement statement = root.createStatement()) {
        statement.execute("SET memory_limit = '" + MEMORY_LIMIT + "'");
        statement.execute("CREATE SCHEMA IF NOT EXISTS " + DATA);
        for (String macro : SqlMacros.ALL) {
          statement.execute(macro);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (SQLException e) {
      throw new StoreFailure("the database could not be opened", e);
    }
  }

  /** Work on a borrowed connection. */
  public interface Work<T> {
    T run(DuckDBConnection connection) throws SQLException;
  }

  /** Runs work that commits by itself, statement by statement. */
  public <T> T with(Work<T> work) throws SQLException {
    DuckDBConnection connection = borrow();
    boolean good = false;
    try {
      T result = work.run(connection);
      good = true;
      return result;
    } finally {
      release(connection, good);
    }
  }

  /** Runs work as one transaction; when this returns it is durable. */
  <T> T inTransaction(Work<T> work) throws SQLException {
    DuckDBConnection connection = borrow();
    boolean good = false;
    try {
      connection.setAutoCommit(false);
      T result = work.run(connection);
      connection.commit();
      connection.setAutoCommit(true);
      good = true;
      return result;
    } finally {
      release(connection, good);
    }
  }

  /** Reads one number. */
  public long number(String sql) throws SQLException {
    return with(
        connection -> {
          try (Statement statement = connection.createStatement();
              ResultSet result = statement.executeQuery(sql)) {
            return result.next() ? result.getLong(1) : 0L;
          }
        });
  }

  void execute(String sql) throws SQLException {
    with(
        connection -> {
          try (Statement statement = connection.createStatement()) {
            return statement.execute(sql);
          }
        });
  }

  /** Quotes a name for DuckDB. */
  public static String quote(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  private DuckDBConnection borrow() throws SQLException {
    DuckDBConnection connection = idle.poll();
    if (connection == null) {
      connection = root.duplicate();
      configure(connection);
    }
    return connection;
  }

  private void release(DuckDBConnection connection, boolean good) throws SQLException {
    if (good) {
      idle.add(connection);
    } else {
      connection.close(); // rolls back what was open
    }
  }

  private void configure(DuckDBConnection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET TimeZone = 'UTC'");
      if (inFile) {
        statement.execute("USE " + FILE);
      }
    }
  }

  @Override
  public void close() {
    try {
      DuckDBConnection connection;
      while ((connection = idle.poll()) != null) {
        connection.close();
      }
      root.close();
    } catch (SQLException e) {
      throw new StoreFailure("the database could not be closed", e);
    }
  }
}
