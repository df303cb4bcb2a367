package io.walbeam.postgres.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.failure.WalbeamException;
import io.walbeam.local.demo.Await;
import io.walbeam.postgres.PostgresConnections;
import io.walbeam.postgres.PostgresSettings;
import io.walbeam.postgres.ReplicationStream;
import io.walbeam.postgres.tls.TestAuthority.Issued;
import io.walbeam.secret.ScriptedSecrets;
import io.walbeam.secret.SecretReference;
import io.walbeam.testing.TestPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A PostgreSQL that takes TLS only, and one role only with a client certificate. */
final class TlsIT {
  private static final TestAuthority AUTHORITY = new TestAuthority("walbeam test authority");
  private static final TestAuthority STRANGER = new TestAuthority("another authority");
  private static final Map<String, byte[]> CONTENTS = new HashMap<>();
  private static TestPostgres server;

  @BeforeAll
  static void startServer() throws Exception {
    server = TestPostgres.start(Map.of());
    write("ca.crt", AUTHORITY.certificatePem());
    install("good", AUTHORITY.issue("localhost", "localhost"));
    install("expired", AUTHORITY.issueExpired("localhost", "localhost"));
    install("elsewhere", AUTHORITY.issue("db.example", "db.example"));
    write(
        "pg_hba.conf",
        """
        hostssl all certified,replicator,other all cert
        hostssl all plain all trust
        host all postgres all trust
        """
            .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    execute(
        "CREATE ROLE certified LOGIN REPLICATION",
        "CREATE ROLE other LOGIN",
        "CREATE ROLE plain LOGIN",
        "ALTER SYSTEM SET ssl_ca_file = 'ca.crt'");
    serve("good");
    Issued client = AUTHORITY.issue("certified", "client");
    CONTENTS.put("b/ca.crt", AUTHORITY.certificatePem());
    CONTENTS.put("b/stranger.crt", STRANGER.certificatePem());
    CONTENTS.put("b/client.crt", client.certificatePem());
    CONTENTS.put("projects/p/secrets/key/versions/1", client.keyPem());
    CONTENTS.put("b/client.key.pkcs1", KeyForms.pkcs1(client.key()));
    CONTENTS.put("b/client.pk8", client.key().getEncoded());
    Issued refused = STRANGER.issue("certified", "client");
    CONTENTS.put("b/refused.crt", refused.certificatePem());
    CONTENTS.put("b/refused.key", refused.keyPem());
    KeyPair ec = TestAuthority.keys("EC", 256);
    Issued curve = AUTHORITY.issue("certified", "client", ec, Instant.now(), Duration.ofDays(1));
    CONTENTS.put("b/ec.crt", curve.certificatePem());
    CONTENTS.put("b/ec.key", KeyForms.sec1(curve.key()));
  }

  @AfterAll
  static void stopServer() throws Exception {
    server.close();
  }

  private static void install(String name, Issued issued) throws Exception {
    write(name + ".crt", issued.certificatePem());
    write(name + ".key", issued.keyPem());
  }

  private static void write(String name, byte[] content) throws Exception {
    // The server keeps its own user's files; copying over one keeps its owner.
    Path file = server.dataDirectory().resolve(name);
    boolean fresh = !Files.exists(file);
    Files.write(file, content);
    if (fresh) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
      Files.setOwner(file, Files.getOwner(server.dataDirectory().resolve("PG_VERSION")));
    }
  }

  /** Lets the server show another certificate to the connections that follow. */
  private static void serve(String certificate) throws Exception {
    execute(
        "ALTER SYSTEM SET ssl_cert_file = '" + certificate + ".crt'",
        "ALTER SYSTEM SET ssl_key_file = '" + certificate + ".key'",
        "ALTER SYSTEM SET ssl = on",
        "SELECT pg_reload_conf()");
    Await.until(
        "new connections get " + certificate,
        () ->
            query("SHOW ssl_cert_file").equals(certificate + ".crt")
                && query("SHOW ssl").equals("on"));
  }

  private static void execute(String... statements) throws SQLException {
    try (Connection connection = server.connect("postgres");
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static String query(String sql) throws SQLException {
    try (Connection connection = server.connect("postgres");
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  private static PostgresConnections connections(String user, String query) {
    TreeMap<String, String> properties = new TreeMap<>();
    for (String pair : List.of(query.split("&"))) {
      int equals = pair.indexOf('=');
      properties.put(pair.substring(0, equals), pair.substring(equals + 1));
    }
    return new PostgresConnections(
        new PostgresSettings(
            "localhost", server.port(), "postgres", user, new SecretReference(""), properties),
        ScriptedSecrets.of(CONTENTS));
  }

  private static void refused(String user, String query, String... texts) {
    assertThatThrownBy(() -> connections(user, query).open("test").close())
        .isInstanceOfSatisfying(
            WalbeamException.class, e -> assertThat(e.describe()).contains(texts));
  }

  /** Whether the connection is encrypted, and the certificate that the server saw. */
  private static String seen(String user, String query) throws SQLException {
    try (Connection connection = connections(user, query).open("test");
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT ssl::text || ' ' || coalesce(client_dn, '-') FROM pg_stat_ssl"
                    + " WHERE pid = pg_backend_pid()")) {
      row.next();
      return row.getString(1);
    }
  }

  private static final String CERTIFIED =
      "&sslcert=gs://b/client.crt&sslkey=secret:projects/p/secrets/key/versions/1";

  @ParameterizedTest
  @CsvSource({
    "allow, ''",
    "prefer, ''",
    "require, ''",
    "require, &sslrootcert=gs://b/ca.crt",
    "verify-ca, &sslrootcert=gs://b/ca.crt",
    "verify-full, &sslrootcert=gs://b/ca.crt",
  })
  void everyModeConnectsWithAClientCertificate(String mode, String more) throws Exception {
    assertThat(seen("certified", "sslmode=" + mode + more + CERTIFIED))
        .isEqualTo("true /CN=certified");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sslcert=gs://b/client.crt&sslkey=gs://b/client.key.pkcs1",
        "sslcert=gs://b/client.crt&sslkey=gs://b/client.pk8",
        "sslcert=gs://b/ec.crt&sslkey=gs://b/ec.key",
      })
  void everyFormOfKeyConnects(String files) throws Exception {
    assertThat(seen("certified", "sslmode=require&" + files)).isEqualTo("true /CN=certified");
  }

  @Test
  void whenTheServersCertificateExpiresIsSeenWithoutLoggingIn() throws Exception {
    assertThat(ServerCertificate.expires("localhost", server.port()).orElseThrow())
        .isAfter(Instant.now());
    serve("expired");
    try {
      assertThat(ServerCertificate.expires("localhost", server.port()).orElseThrow())
          .isBefore(Instant.now());
    } finally {
      serve("good");
    }
    try (TestPostgres plain = TestPostgres.start(Map.of())) {
      assertThat(ServerCertificate.expires("localhost", plain.port())).isEmpty();
    }
  }

  @Test
  void withoutTlsTheServersRuleIsNamed() {
    refused("certified", "sslmode=disable", "pg_hba.conf", "sslmode=require");
  }

  @Test
  void theReplicationConnectionShowsTheCertificateToo() {
    String query = "sslmode=verify-full&sslrootcert=gs://b/ca.crt" + CERTIFIED;
    try (ReplicationStream stream = connections("certified", query).openReplication("test")) {
      assertThat(stream.identity().timeline()).isEqualTo(1);
    }
  }

  @Test
  void filesOfThisMachineAreReadAgainForEachConnection() throws Exception {
    Path file = server.dataDirectory().resolve("renewed.crt");
    Files.write(file, STRANGER.certificatePem());
    String query = "sslmode=verify-ca&sslrootcert=" + file;
    refused("plain", query, "authority that is not trusted");
    Files.write(file, AUTHORITY.certificatePem());
    assertThat(seen("plain", query)).isEqualTo("true -");
  }

  @Test
  void aMissingUnknownOrForeignClientCertificateIsToldApart() {
    refused("certified", "sslmode=require", "asked for a client certificate", "sslcert");
    refused(
        "certified",
        "sslmode=require&sslcert=gs://b/refused.crt&sslkey=gs://b/refused.key",
        "does not know the authority of the client certificate, CN=another authority",
        "ssl_ca_file");
    refused(
        "other",
        "sslmode=require" + CERTIFIED,
        "does not let user other log in with the client certificate of CN=certified",
        "pg_ident.conf");
  }

  @Test
  void theServersCertificateIsNamedByWhatIsWrongWithIt() throws Exception {
    refused(
        "plain",
        "sslmode=verify-ca&sslrootcert=gs://b/stranger.crt",
        "authority that is not trusted",
        "sslrootcert");
    try {
      serve("elsewhere");
      refused(
          "plain",
          "sslmode=verify-full&sslrootcert=gs://b/ca.crt",
          "not made for the name localhost",
          "sslmode=verify-ca");
      assertThat(seen("plain", "sslmode=verify-ca&sslrootcert=gs://b/ca.crt")).isEqualTo("true -");
      serve("expired");
      refused("plain", "sslmode=verify-ca&sslrootcert=gs://b/ca.crt", "has expired", "Renew it");
    } finally {
      serve("good");
    }
  }
}
