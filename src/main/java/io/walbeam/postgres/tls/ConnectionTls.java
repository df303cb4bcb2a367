package io.walbeam.postgres.tls;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.secret.SecretResolver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.postgresql.ssl.NonValidatingFactory;

/**
 * TLS of one connection attempt as {@code sslmode}, {@code sslrootcert}, {@code sslcert} and {@code
 * sslkey} say (PostgreSQL documentation, "SSL Support" of libpq).
 *
 * <p>Certificates and keys are read anew for each connection, so that a renewed one is taken
 * without a restart. pgjdbc creates its socket factory by class name, so the factory finds this
 * object by an identifier in the connection properties. Thread-safe.
 */
public final class ConnectionTls implements AutoCloseable {
  /** The value of {@code sslrootcert} that means the authorities which the JDK trusts. */
  private static final String SYSTEM = "system";

  private static final AtomicLong SEQUENCE = new AtomicLong();
  private static final Map<String, ConnectionTls> OPEN = new ConcurrentHashMap<>();

  private final String id = Long.toString(SEQUENCE.incrementAndGet());
  private final ClientCertificate client;
  private final SSLContext context;

  private ConnectionTls(ClientCertificate client, TrustManager @Nullable [] trust) {
    this.client = client;
    try {
      this.context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[] {client}, trust, null);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK has no TLS", e);
    }
    OPEN.put(id, this);
  }

  /**
   * Reads what {@code properties} name.
   *
   * @throws WalbeamException that says which certificate or key is not good, and why
   */
  public static ConnectionTls open(Map<String, String> properties, SecretResolver resolver) {
    return open(properties, resolver, defaultDirectory(), Clock.systemUTC());
  }

  static ConnectionTls open(
      Map<String, String> properties, SecretResolver resolver, Path defaults, Clock clock) {
    String mode = properties.getOrDefault("sslmode", "prefer");
    if (mode.equals("disable")) {
      return new ConnectionTls(ClientCertificate.none(), null);
    }
    CertificateFiles files = new CertificateFiles(resolver);
    return new ConnectionTls(
        client(properties, files, defaults, clock), trust(mode, properties, files, defaults));
  }

  private static ClientCertificate client(
      Map<String, String> properties, CertificateFiles files, Path defaults, Clock clock) {
    @Nullable String certificate =
        properties.getOrDefault("sslcert", existing(defaults, "postgresql.crt"));
    @Nullable String key = properties.get("sslkey");
    if (key == null) {
      key = existing(defaults, "postgresql.key");
    }
    if (key == null) {
      key = existing(defaults, "postgresql.pk8");
    }
    boolean asked = properties.containsKey("sslcert") || properties.containsKey("sslkey");
    if (certificate == null || key == null) {
      if (asked) {
        throw new WalbeamException(
            FailureKind.CONFIGURATION,
            "Of sslcert and sslkey only one is given.",
            "Give both in --postgresUrl: the client certificate and its private key.");
      }
      return ClientCertificate.none();
    }
    List<X509Certificate> chain = files.certificates("sslcert", certificate);
    return ClientCertificate.of(certificate, chain, files.key(key), clock);
  }

  private static TrustManager @Nullable [] trust(
      String mode, Map<String, String> properties, CertificateFiles files, Path defaults) {
    boolean verify = mode.startsWith("verify-");
    @Nullable String given = properties.get("sslrootcert");
    if (SYSTEM.equals(given)) {
      return null; // the JDK's own
    }
    // As with libpq, require with an authority given checks against it.
    if (given == null || !(verify || mode.equals("require"))) {
      if (!verify) {
        return new TrustManager[] {new NonValidatingFactory.NonValidatingTM()};
      }
      given = existing(defaults, "root.crt");
    }
    if (given == null) {
      throw new WalbeamException(
          FailureKind.CONFIGURATION,
          "sslmode="
              + mode
              + " checks the server's certificate, and no authority is given to trust.",
          "Add sslrootcert to --postgresUrl: a file, gs:// or secret:, or system for the"
              + " authorities that Java trusts.");
    }
    return trusting(files.certificates("sslrootcert", given));
  }

  private static TrustManager[] trusting(List<X509Certificate> authorities) {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (int i = 0; i < authorities.size(); i++) {
        store.setCertificateEntry("authority-" + i, authorities.get(i));
      }
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(store);
      return factory.getTrustManagers();
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("the JDK cannot keep certificates in memory", e);
    }
  }

  private static @Nullable String existing(Path directory, String name) {
    Path file = directory.resolve(name);
    return Files.isReadable(file) ? file.toString() : null;
  }

  /** Where libpq looks for what is not given. */
  private static Path defaultDirectory() {
    return Path.of(System.getProperty("user.home", "."), ".postgresql");
  }

  /** The object that {@link #id} names, until it is closed. */
  public static Optional<ConnectionTls> find(@Nullable String id) {
    return id == null ? Optional.empty() : Optional.ofNullable(OPEN.get(id));
  }

  /** What the socket factory finds this object by. */
  public String id() {
    return id;
  }

  public SSLSocketFactory socketFactory() {
    return context.getSocketFactory();
  }

  /** What the server said about the client certificate, in its failures. */
  public TlsFailures failures(String host, int port, String user) {
    return new TlsFailures(client, host, port, user);
  }

  /** Forgets the identifier; open sockets stay as they are. */
  @Override
  public void close() {
    OPEN.remove(id);
  }
}
