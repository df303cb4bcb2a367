package io.walbeam.postgres.tls;

import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** Looks at the certificate that a PostgreSQL server shows, and sends it nothing but that. */
public final class ServerCertificate {
  /** SSLRequest (PostgreSQL documentation, "Message Formats"). */
  private static final int SSL_REQUEST = 80_877_103;

  private static final int REQUEST_LENGTH = 8;
  private static final int ACCEPTED = 'S';

  /** A server that was just reached answers at once; a check must not hang on one that does not. */
  private static final int TIMEOUT_MILLIS = 5_000;

  private ServerCertificate() {}

  /**
   * When the first certificate of the server's chain expires; empty if the server speaks no TLS.
   *
   * @throws IOException if it cannot be looked at
   */
  public static Optional<Instant> expires(String host, int port) throws IOException {
    try (Socket plain = new Socket()) {
      plain.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
      plain.setSoTimeout(TIMEOUT_MILLIS);
      DataOutputStream out = new DataOutputStream(plain.getOutputStream());
      out.writeInt(REQUEST_LENGTH);
      out.writeInt(SSL_REQUEST);
      out.flush();
      if (plain.getInputStream().read() != ACCEPTED) {
        return Optional.empty();
      }
      try (SSLSocket socket =
          (SSLSocket) looking().getSocketFactory().createSocket(plain, host, port, true)) {
        socket.startHandshake();
        Optional<Instant> first = Optional.empty();
        for (Certificate each : socket.getSession().getPeerCertificates()) {
          if (each instanceof X509Certificate certificate) {
            Instant end = certificate.getNotAfter().toInstant();
            first = Optional.of(first.filter(end::isAfter).orElse(end));
          }
        }
        return first;
      }
    }
  }

  /** Trusts whoever answers: nothing is sent, and who cannot be trusted is told elsewhere. */
  private static SSLContext looking() throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Anybody()}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private static final class Anybody implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {
      // This side is no server.
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {
      // Looked at only; the connection that carries data is checked as its options say.
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
