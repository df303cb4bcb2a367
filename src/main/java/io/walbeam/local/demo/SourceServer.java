package io.walbeam.local.demo;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * An embedded PostgreSQL server with a data directory and a port that outlive a restart. Every
 * local connection is trusted unless {@code pg_hba.conf} is replaced. Not thread-safe, except for
 * {@link #connect}.
 */
public final class SourceServer implements AutoCloseable {
  /** The superuser that initdb creates. */
  public static final String SUPERUSER = "postgres";

  /** Held, because the JDK forgets the level of a logger that nobody holds. */
  private static final Logger LIBRARY_LOG = Logger.getLogger("io.zonky.test");

  static {
    LIBRARY_LOG.setLevel(Level.SEVERE);
  }

  private static final Duration STARTUP = Duration.ofMinutes(3);
  private static final Duration SHUTDOWN = Duration.ofMinutes(3);

  private final Path dataDirectory;
  private final Map<String, String> configuration;
  private final Runnable atExit = this::stopAtOnce;
  private EmbeddedPostgres server;

  private SourceServer(Path dataDirectory, Map<String, String> configuration) throws IOException {
    this.dataDirectory = dataDirectory;
    this.configuration = new TreeMap<>(configuration);
    this.server = start(0);
    AtExit.add(atExit);
  }

  /** Starts a server with {@code wal_level=logical} and its data below {@code directory}. */
  public static SourceServer start(Path directory) throws IOException {
    return start(directory, Map.of("wal_level", "logical"));
  }

  /** Starts a server with these settings and its data below {@code directory}. */
  public static SourceServer start(Path directory, Map<String, String> configuration)
      throws IOException {
    return new SourceServer(directory.resolve("postgres"), configuration);
  }

  /** The TCP port on localhost, the same after a restart. */
  public int port() {
    return server.getPort();
  }

  /** The process of the server that runs. */
  public long processId() throws IOException {
    return Long.parseLong(Files.readAllLines(pidFile()).get(0).trim());
  }

  /** It is there as long as the server runs. */
  public Path pidFile() {
    return dataDirectory.resolve("postmaster.pid");
  }

  /** Where the server keeps its files. */
  public Path dataDirectory() {
    return dataDirectory;
  }

  /** The JDBC URL of a database, without user. */
  public String url(String database) {
    return "jdbc:postgresql://localhost:" + port() + "/" + database;
  }

  /** A connection as the superuser. */
  public Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(
        url(database) + "?ApplicationName=walbeam-demo", SUPERUSER, "");
  }

  /** Runs statements as the superuser. */
  public void execute(String database, String... statements) throws SQLException {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** First column of the first row as text; empty if there is no row or it is NULL. */
  public Optional<String> query(String database, String sql) throws SQLException {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.next() ? Optional.ofNullable(row.getString(1)) : Optional.empty();
    }
  }

  /** Fast shutdown, then start with the same data and port. */
  public void restart() throws IOException {
    int port = port();
    stop();
    server = start(port);
  }

  /** Immediate shutdown, as a crash of the server is, then start with the same data and port. */
  public void crash() throws IOException {
    kill();
    afterItsEnd(this::restart);
  }

  /** Immediate shutdown, as a crash of the server is, for good. */
  public void crashForGood() throws IOException {
    kill();
    afterItsEnd(this::close);
  }

  private interface Step {
    void run() throws IOException;
  }

  /** The driver says that it cannot stop what has ended. */
  private static void afterItsEnd(Step step) throws IOException {
    LIBRARY_LOG.setLevel(Level.OFF);
    try {
      step.run();
    } finally {
      LIBRARY_LOG.setLevel(Level.SEVERE);
    }
  }

  private void kill() throws IOException {
    try {
      int unused =
          new ProcessBuilder("kill", "-QUIT", Long.toString(processId())).start().waitFor();
      Await.until("PostgreSQL has ended", SHUTDOWN, () -> !Files.exists(pidFile()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("Interrupted while PostgreSQL ended.");
    }
  }

  /** Stops the server; its data stays. */
  @Override
  public void close() throws IOException {
    stop();
    AtExit.remove(atExit);
  }

  private EmbeddedPostgres start(int port) throws IOException {
    File log = dataDirectory.resolveSibling(dataDirectory.getFileName() + ".log").toFile();
    EmbeddedPostgres.Builder builder =
        PostgresBinaries.select(EmbeddedPostgres.builder())
            .setDataDirectory(dataDirectory)
            .setCleanDataDirectory(false)
            .setRegisterShutdownHook(false)
            .setOutputRedirector(ProcessBuilder.Redirect.appendTo(log))
            .setErrorRedirector(ProcessBuilder.Redirect.appendTo(log))
            .setPGStartupWait(STARTUP)
            .setPort(port)
            .setServerConfig("max_wal_senders", "40")
            .setServerConfig("max_slot_wal_keep_size", "50GB")
            .setServerConfig("max_replication_slots", "40")
            .setServerConfig("synchronous_commit", "on")
            .setLocaleConfig("locale", "C");
    configuration.forEach(builder::setServerConfig);
    return builder.start();
  }

  /** The driver gives up after some seconds, but the shutdown it asked for goes on. */
  private void stop() throws IOException {
    server.close();
    try {
      Await.until("PostgreSQL has shut down", SHUTDOWN, () -> !Files.exists(pidFile()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("Interrupted while PostgreSQL shut down.");
    }
  }

  /** For the end of the JVM: nothing may survive it. */
  private void stopAtOnce() {
    try {
      server.close();
      if (Files.exists(pidFile())) {
        ProcessHandle.of(processId()).ifPresent(ProcessHandle::destroyForcibly);
      }
    } catch (IOException e) {
      System.err.println("PostgreSQL may still run on " + dataDirectory + ".");
    }
  }
}
