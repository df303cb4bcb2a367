package io.walbeam.postgres.tls;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.io.EOFException;
import java.net.SocketException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** From a failed handshake, or a refused log-in with a certificate, to a sentence and a remedy. */
public final class TlsFailures {
  private final ClientCertificate client;
  private final String server;
  private final String host;
  private final String user;

  TlsFailures(ClientCertificate client, String host, int port, String user) {
    this.client = client;
    this.server = host + ":" + port;
    this.host = host;
    this.user = user;
  }

  /** The failure of a handshake, empty if {@code failure} is none. */
  public Optional<WalbeamException> handshake(Throwable failure) {
    @Nullable SSLException tls = null;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String text = String.valueOf(cause.getMessage());
      if (text.contains("PgjdbcHostnameVerifier")) {
        // pgjdbc names its verifier in every language.
        return Optional.of(
            operator(
                "The certificate of PostgreSQL at "
                    + server
                    + " is not made for the name "
                    + host
                    + ".",
                "Use the host name that the certificate holds in --postgresUrl, issue a certificate for "
                    + host
                    + ", or use sslmode=verify-ca, which does not check the name.",
                failure));
      }
      if (cause instanceof CertificateExpiredException) {
        return Optional.of(
            operator(
                "The certificate of PostgreSQL at " + server + ", or its authority's, has expired.",
                "Renew it and reload the server; give the new authority as sslrootcert if it changed.",
                failure));
      }
      if (cause instanceof CertificateNotYetValidException) {
        return Optional.of(
            operator(
                "The certificate of PostgreSQL at " + server + " is not valid yet.",
                "Check the clocks of both machines, or issue the certificate anew.",
                failure));
      }
      if (cause instanceof CertPathBuilderException) {
        return Optional.of(unknownAuthority(failure));
      }
      if (cause instanceof CertPathValidatorException path && cause.getCause() == null) {
        return Optional.of(
            operator(
                "The certificate of PostgreSQL at "
                    + server
                    + " is refused ("
                    + path.getReason()
                    + ").",
                "Check it with 'openssl verify' against the file given as sslrootcert.",
                failure));
      }
      if (cause instanceof EOFException || cause instanceof SocketException) {
        return Optional.empty(); // cut off, which says nothing about certificates
      }
      if (cause instanceof SSLException found) {
        tls = found;
      }
    }
    return tls == null ? Optional.empty() : Optional.of(alert(tls, failure));
  }

  /** The server refused the log-in (SQLState 28000), empty if certificates play no part in it. */
  public Optional<WalbeamException> logIn(Throwable failure) {
    return switch (client.use()) {
      case NOT_ASKED -> Optional.empty();
      case MISSING ->
          Optional.of(
              operator(
                  "PostgreSQL at "
                      + server
                      + " does not let user "
                      + user
                      + " log in, and it asked for a client certificate that was not given.",
                  "If pg_hba.conf wants one, add sslcert and sslkey to --postgresUrl; else create the"
                      + " role with LOGIN, or correct --postgresUser.",
                  failure));
      case UNKNOWN_AUTHORITY -> Optional.of(unknownClient(failure));
      case SHOWN ->
          Optional.of(
              operator(
                  "PostgreSQL at "
                      + server
                      + " does not let user "
                      + user
                      + " log in with the client certificate of "
                      + client.subject()
                      + ".",
                  "The certificate's common name must be the role's name, or pg_ident.conf must map"
                      + " it; and the role must exist with LOGIN.",
                  failure));
    };
  }

  /** Alerts by the names that the JDK gives them (RFC 8446, section 6). */
  private WalbeamException alert(SSLException tls, Throwable failure) {
    String text = String.valueOf(tls.getMessage()).toLowerCase(Locale.ROOT);
    if (text.contains("unknown_ca")) {
      return unknownClient(failure);
    }
    if (text.contains("certificate_expired")) {
      return operator(
          "PostgreSQL at " + server + " says that the client certificate has expired.",
          "Issue a new one and give it as sslcert and sslkey; check the server's clock.",
          failure);
    }
    if (text.contains("certificate_required")) {
      return operator(
          "PostgreSQL at " + server + " wants a client certificate.",
          "Add sslcert and sslkey to --postgresUrl.",
          failure);
    }
    if (text.contains("certificate_revoked")
        || text.contains("bad_certificate")
        || text.contains("certificate_unknown")) {
      return operator(
          "PostgreSQL at "
              + server
              + " refuses the client certificate of "
              + client.subject()
              + ".",
          "Look into the server's log; check ssl_ca_file and ssl_crl_file there.",
          failure);
    }
    if (text.contains("protocol_version") || text.contains("handshake_failure")) {
      return operator(
          "PostgreSQL at " + server + " and Java have no TLS version or cipher in common.",
          "Raise ssl_max_protocol_version or widen ssl_ciphers on the server.",
          failure);
    }
    return operator(
        "The TLS handshake with PostgreSQL at " + server + " failed.",
        "Check sslmode, sslrootcert, sslcert and sslkey against the server's certificate.",
        failure);
  }

  private WalbeamException unknownAuthority(Throwable failure) {
    return operator(
        "The certificate of PostgreSQL at "
            + server
            + " is issued by an authority that is not trusted.",
        "Give that authority's certificate as sslrootcert: your provider's bundle, or the server's own"
            + " certificate if it signed itself.",
        failure);
  }

  private WalbeamException unknownClient(Throwable failure) {
    return operator(
        "PostgreSQL at "
            + server
            + " does not know the authority of the client certificate, "
            + client.authority()
            + ".",
        "Give a certificate issued by an authority in the server's ssl_ca_file, or add this one"
            + " there; sslcert may hold intermediate certificates after its own.",
        failure);
  }

  private static WalbeamException operator(String message, String remedy, Throwable cause) {
    return new WalbeamException(FailureKind.OPERATOR, message, remedy, cause);
  }
}
