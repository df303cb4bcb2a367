package io.walbeam.postgres.pgoutput;

import io.walbeam.local.demo.PostgresBinaries;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.postgresql.replication.PGReplicationStream;

/** A database of its own on a real server, whose pgoutput messages are captured as bytes. */
public final class CapturedStream implements AutoCloseable {
  private static final long DEADLINE_NANOS = Duration.ofSeconds(60).toNanos();
  private static final long PAUSE_NANOS = Duration.ofMillis(2).toNanos();

  private final EmbeddedPostgres server;
  private final String database;
  private final Connection sql;

  /** A server of the selected version that decodes logically; the caller closes it. */
  public static EmbeddedPostgres startServer() throws IOException {
    return PostgresBinaries.select(EmbeddedPostgres.builder())
        .setServerConfig("wal_level", "logical")
        .start();
  }

  /** Creates {@code database}, a lower-case identifier, on {@code server}. */
  public CapturedStream(EmbeddedPostgres server, String database) throws SQLException {
    this.server = server;
    this.database = database;
    try (Connection connection =
            DriverManager.getConnection(server.getJdbcUrl("postgres", "postgres"));
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + database);
    }
    sql = DriverManager.getConnection(server.getJdbcUrl("postgres", database));
  }

  /** For statements; in autocommit mode. */
  public Connection sql() {
    return sql;
  }

  /** Creates the publication and the slot; changes from here on are captured. */
  public void publish(String publicationClause) throws SQLException {
    execute(
        "CREATE PUBLICATION p " + publicationClause,
        "SELECT pg_create_logical_replication_slot('" + database + "', 'pgoutput')");
  }

  public void execute(String... statements) throws SQLException {
    try (Statement statement = sql.createStatement()) {
      for (String text : statements) {
        statement.execute(text);
      }
    }
  }

  /** All messages since the slot was created, up to now. */
  public List<byte[]> messages() throws SQLException {
    execute("SELECT pg_logical_emit_message(true, 'test.end', '')");
    Properties properties = new Properties();
    PGProperty.USER.set(properties, "postgres");
    PGProperty.REPLICATION.set(properties, "database");
    PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "9.4");
    PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
    try (Connection replication =
        DriverManager.getConnection(server.getJdbcUrl("postgres", database), properties)) {
      PGReplicationStream stream =
          replication
              .unwrap(PGConnection.class)
              .getReplicationAPI()
              .replicationStream()
              .logical()
              .withSlotName(database)
              .withSlotOption("proto_version", 1)
              .withSlotOption("publication_names", "p")
              .withSlotOption("messages", true)
              .start();
      try {
        return readToTheEnd(stream);
      } finally {
        replication.abort(Runnable::run);
      }
    }
  }

  private static List<byte[]> readToTheEnd(PGReplicationStream stream) throws SQLException {
    List<byte[]> messages = new ArrayList<>();
    long start = System.nanoTime();
    while (true) {
      ByteBuffer buffer = stream.readPending();
      if (buffer == null) {
        if (System.nanoTime() - start > DEADLINE_NANOS) {
          throw new AssertionError("the end did not arrive, " + messages.size() + " messages did");
        }
        LockSupport.parkNanos(PAUSE_NANOS);
        continue;
      }
      byte[] message = new byte[buffer.remaining()];
      buffer.get(message);
      if (isEnd(message)) {
        messages.remove(messages.size() - 1);
        return messages;
      }
      messages.add(message);
    }
  }

  private static boolean isEnd(byte[] message) {
    return DecodedMessage.decode(message) instanceof DecodedMessage.Logical logical
        && logical.prefix().equals("test.end");
  }

  @Override
  public void close() throws SQLException {
    sql.close();
  }
}
