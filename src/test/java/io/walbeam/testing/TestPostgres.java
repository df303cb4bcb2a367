package io.walbeam.testing;

import io.walbeam.local.demo.PostgresBinaries;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * An embedded PostgreSQL with {@code wal_level=logical}: one for the whole JVM, or one of the
 * test's own with other settings.
 *
 * <p>Tests on the shared server each take a {@link #newDatabase} and so see nothing of each other.
 */
public final class TestPostgres implements AutoCloseable {
  private static final AtomicLong SEQUENCE = new AtomicLong();
  private static @Nullable TestPostgres shared;

  private final Map<String, String> settings;
  private final Path data;
  private EmbeddedPostgres server;
  private final int port;

  private TestPostgres(Map<String, String> settings) throws IOException {
    this.settings = new TreeMap<>(settings);
    this.data = Files.createTempDirectory("walbeam-postgres");
    this.server = launch(0);
    this.port = server.getPort();
  }

  /** The server of this JVM; it ends with the JVM. */
  public static synchronized TestPostgres shared() throws IOException {
    TestPostgres existing = shared;
    if (existing == null) {
      existing = new TestPostgres(Map.of());
      Runtime.getRuntime().addShutdownHook(new Thread(existing::closeQuietly));
      shared = existing;
    }
    return existing;
  }

  /** The server of this JVM if a test has asked for it. */
  static synchronized Optional<TestPostgres> running() {
    return Optional.ofNullable(shared);
  }

  /** A server of the caller's own, which must close it. */
  public static TestPostgres start(Map<String, String> settings) throws IOException {
    return new TestPostgres(settings);
  }

  /** A fresh database with slot and publication names of its own; neither is created. */
  public TestDatabase newDatabase() throws SQLException {
    String name = "test_" + SEQUENCE.incrementAndGet();
    try (Connection connection = connect("postgres");
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
    }
    return new TestDatabase(this, name, "slot_" + name, "publication_" + name);
  }

  public int port() {
    return port;
  }

  /** Where the server keeps its files. */
  public Path dataDirectory() {
    return data;
  }

  /** A connection as superuser. */
  public Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://localhost:" + port + "/" + database + "?user=postgres");
  }

  /** Process identifier of the server. */
  public long processId() throws IOException {
    return Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).get(0).trim());
  }

  /** Stops the server in fast mode; {@link #startAgain} brings it back. */
  public void stop() throws IOException {
    server.close();
  }

  /** Starts the stopped server again, same port, same data. */
  public void startAgain() throws IOException {
    server = launch(port);
  }

  @Override
  public void close() throws IOException {
    server.close();
    try (var files = Files.walk(data)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  private void closeQuietly() {
    try {
      close();
    } catch (IOException e) {
      // The JVM ends anyway.
    }
  }

  private EmbeddedPostgres launch(int wantedPort) throws IOException {
    EmbeddedPostgres.Builder builder =
        PostgresBinaries.select(EmbeddedPostgres.builder())
            .setDataDirectory(data)
            .setCleanDataDirectory(false)
            .setServerConfig("wal_level", "logical")
            .setServerConfig("fsync", "off")
            .setServerConfig("max_wal_senders", "20")
            .setServerConfig("max_replication_slots", "100")
            .setServerConfig("logical_decoding_work_mem", "64MB")
            .setPort(wantedPort);
    settings.forEach(builder::setServerConfig);
    return builder.start();
  }
}
