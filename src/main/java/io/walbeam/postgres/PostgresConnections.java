package io.walbeam.postgres;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.tls.ConnectionTls;
import io.walbeam.postgres.tls.TlsFailures;
import io.walbeam.secret.Secret;
import io.walbeam.secret.SecretResolver;
import java.io.IOException;
import java.net.Socket;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

/**
 * The only place that opens connections to PostgreSQL. Thread-safe; keeps no connection and no
 * resolved secret.
 */
public final class PostgresConnections {
  private static final int READ_BUFFER_BYTES = 4 << 20;

  /** The first major version that compiles expressions. */
  private static final int FIRST_WITH_COMPILER = 11;

  private final PostgresSettings settings;
  private final SecretResolver secrets;

  public PostgresConnections(PostgresSettings settings) {
    this(settings, new SecretResolver());
  }

  public PostgresConnections(PostgresSettings settings, SecretResolver secrets) {
    this.settings = settings;
    this.secrets = secrets;
  }

  public PostgresSettings settings() {
    return settings;
  }

  /**
   * Opens an ordinary connection.
   *
   * @param applicationName shown in {@code pg_stat_activity}, at most 63 bytes
   * @throws WalbeamException that says why it could not
   */
  public Connection open(String applicationName) {
    Secret password = secrets.resolve(settings.password());
    try (ConnectionTls tls = ConnectionTls.open(settings.properties(), secrets)) {
      return connect(
          ReplicationProperties.ordinary(settings, password, applicationName, tls), tls, false);
    }
  }

  /**
   * Opens a connection whose values come in the texts that the replication stream has.
   *
   * @throws WalbeamException that says why it could not
   */
  Connection openReading(String applicationName) {
    Secret password = secrets.resolve(settings.password());
    Connection connection;
    try (ConnectionTls tls = ConnectionTls.open(settings.properties(), secrets)) {
      connection =
          connect(
              ReplicationProperties.reading(settings, password, applicationName, tls), tls, false);
    }
    try {
      SessionFormat.apply(connection);
      return connection;
    } catch (SQLException e) {
      Connections.abort(connection);
      throw PostgresErrors.connecting(settings, false, e);
    }
  }

  /**
   * Opens a connection in replication mode and asks the server who it is.
   *
   * @param applicationName shown in {@code pg_stat_replication}, at most 63 bytes
   * @throws WalbeamException that says why it could not
   */
  public ReplicationStream openReplication(String applicationName) {
    Secret password = secrets.resolve(settings.password());
    try (ConnectionTls tls = ConnectionTls.open(settings.properties(), secrets);
        SocketCapture capture = new SocketCapture()) {
      Connection connection =
          connect(
              ReplicationProperties.replication(settings, password, applicationName, tls, capture),
              tls,
              true);
      try {
        SessionFormat.apply(connection);
        ServerIdentity identity = identify(connection);
        @Nullable Socket plain = capture.plain();
        if (plain == null) {
          throw new IllegalStateException("pgjdbc connected without the socket factory");
        }
        return new ReplicationStream(
            connection, plain, capture.encrypted(), identity, READ_BUFFER_BYTES);
      } catch (SQLException e) {
        Connections.abort(connection);
        throw PostgresErrors.connecting(settings, true, e);
      } catch (IOException e) {
        Connections.abort(connection);
        throw new WalbeamException(
            FailureKind.TRANSIENT,
            "The replication connection to " + settings.describe() + " broke off at once.",
            "Check that the server runs and the network is up.",
            e);
      } catch (RuntimeException e) {
        Connections.abort(connection);
        throw e;
      }
    }
  }

  private Connection connect(Properties properties, ConnectionTls tls, boolean replication) {
    String host = settings.host().indexOf(':') >= 0 ? "[" + settings.host() + "]" : settings.host();
    properties.setProperty("PGDBNAME", settings.database());
    String url = "jdbc:postgresql://" + host + ":" + settings.port() + "/";
    try {
      Connection connection = new Driver().connect(url, properties);
      if (connection == null) {
        throw new IllegalStateException("pgjdbc does not know its own URL");
      }
      if (!replication) {
        interpret(connection);
      }
      return connection;
    } catch (SQLException e) {
      TlsFailures failures = tls.failures(settings.host(), settings.port(), settings.user());
      Optional<WalbeamException> failure =
          PostgresErrors.isRefusedLogIn(e) ? failures.logIn(e) : failures.handshake(e);
      throw failure.orElseGet(() -> PostgresErrors.connecting(settings, replication, e));
    }
  }

  /**
   * Of a catalogue of thousands of tables the planner expects rows by the million, so the server
   * would compile each query for longer than it runs. Nothing that is asked here gains by that.
   */
  private static void interpret(Connection connection) throws SQLException {
    if (connection.getMetaData().getDatabaseMajorVersion() < FIRST_WITH_COMPILER) {
      return;
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET jit = off");
    } catch (SQLException e) {
      Connections.abort(connection);
      throw e;
    }
  }

  private static ServerIdentity identify(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("IDENTIFY_SYSTEM")) {
      row.next();
      return new ServerIdentity(row.getString(1), row.getInt(2), Slots.lsn(row.getString(3)));
    }
  }
}
