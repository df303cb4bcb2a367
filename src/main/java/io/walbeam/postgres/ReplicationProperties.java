package io.walbeam.postgres;

import io.walbeam.postgres.tls.ConnectionTls;
import io.walbeam.secret.Secret;
import java.util.Properties;
import java.util.Set;

/** The pgjdbc connection properties of ordinary and of replication connections. */
final class ReplicationProperties {
  /** Properties that a URL may not set, because connections depend on their values. */
  static final Set<String> RESERVED =
      Set.of(
          "replication",
          "preferQueryMode",
          "assumeMinServerVersion",
          "socketFactory",
          "socketFactoryArg",
          "sslfactory",
          "sslfactoryarg",
          "loginTimeout",
          "ApplicationName",
          "gssEncMode",
          "options");

  /** Seconds until an unanswered TCP connect or TLS handshake is given up. */
  private static final String CONNECT_TIMEOUT_SECONDS = "15";

  /** Seconds an ordinary query may go unanswered before its connection counts as dead. */
  private static final String SOCKET_TIMEOUT_SECONDS = "60";

  private static final Set<String> FILES = Set.of("sslrootcert", "sslcert", "sslkey");

  private ReplicationProperties() {}

  /** Properties of an ordinary connection. */
  static Properties ordinary(
      PostgresSettings settings, Secret password, String applicationName, ConnectionTls tls) {
    Properties properties = new Properties();
    properties.setProperty("connectTimeout", CONNECT_TIMEOUT_SECONDS);
    properties.setProperty("socketTimeout", SOCKET_TIMEOUT_SECONDS);
    properties.setProperty("tcpKeepAlive", "true");
    settings.properties().forEach(properties::setProperty);
    // Read by ConnectionTls already; pgjdbc would look for files of these names.
    FILES.forEach(properties::remove);
    properties.setProperty("sslfactory", CapturingSslFactory.class.getName());
    properties.setProperty("sslfactoryarg", tls.id());
    properties.setProperty("user", settings.user());
    properties.setProperty("password", password.reveal());
    properties.setProperty("ApplicationName", applicationName);
    // GSS encryption would hide the socket, and the probe for it costs a round trip.
    properties.setProperty("gssEncMode", "disable");
    return properties;
  }

  /** Properties of a connection whose values come in text format, whatever the URL asks for. */
  static Properties reading(
      PostgresSettings settings, Secret password, String applicationName, ConnectionTls tls) {
    Properties properties = ordinary(settings, password, applicationName, tls);
    properties.setProperty("binaryTransfer", "false");
    properties.setProperty("binaryTransferEnable", "");
    properties.setProperty("preferQueryMode", "extended");
    // A statement kept on the server fails once its table is altered.
    properties.setProperty("prepareThreshold", "0");
    return properties;
  }

  /**
   * Properties of a connection in replication mode whose sockets are handed to {@code capture}.
   * {@code assumeMinServerVersion} keeps pgjdbc from sending SET commands that a walsender refuses.
   */
  static Properties replication(
      PostgresSettings settings,
      Secret password,
      String applicationName,
      ConnectionTls tls,
      SocketCapture capture) {
    Properties properties = ordinary(settings, password, applicationName, tls);
    properties.setProperty("replication", "database");
    properties.setProperty("preferQueryMode", "simple");
    properties.setProperty("assumeMinServerVersion", "14");
    properties.setProperty("socketFactory", CapturingSocketFactory.class.getName());
    properties.setProperty("socketFactoryArg", capture.id());
    return properties;
  }
}
