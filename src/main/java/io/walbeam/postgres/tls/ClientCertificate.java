package io.walbeam.postgres.tls;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Date;
import java.util.List;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;

/**
 * The certificate that this side shows, and what became of it in the handshake. One for each
 * connection. Thread-safe.
 */
final class ClientCertificate implements X509KeyManager {
  /** What the server did about client certificates. */
  enum Use {
    NOT_ASKED,
    /** The server asked, and there is none, or none of the kind that it wants. */
    MISSING,
    /** The server named the authorities that it knows, and ours is none of them. */
    UNKNOWN_AUTHORITY,
    SHOWN
  }

  private static final String ALIAS = "client";
  private static final byte[] PROBE = {1, 2, 3, 4, 5, 6, 7, 8};

  private final List<X509Certificate> chain;
  private final @Nullable PrivateKey key;
  private volatile Use use = Use.NOT_ASKED;

  private ClientCertificate(List<X509Certificate> chain, @Nullable PrivateKey key) {
    this.chain = chain;
    this.key = key;
  }

  /** Nothing to show. */
  static ClientCertificate none() {
    return new ClientCertificate(List.of(), null);
  }

  /**
   * A certificate with its key.
   *
   * @throws WalbeamException if it has expired or the key belongs to another one
   */
  static ClientCertificate of(
      String location, List<X509Certificate> chain, PrivateKey key, Clock clock) {
    X509Certificate own = chain.get(0);
    try {
      own.checkValidity(Date.from(clock.instant()));
    } catch (CertificateExpiredException e) {
      throw new WalbeamException(
          FailureKind.OPERATOR,
          "The client certificate " + location + " expired on " + day(own.getNotAfter()) + ".",
          "Issue a new one and give it as sslcert and sslkey.",
          e);
    } catch (CertificateNotYetValidException e) {
      throw new WalbeamException(
          FailureKind.OPERATOR,
          "The client certificate "
              + location
              + " is valid from "
              + day(own.getNotBefore())
              + " on only.",
          "Wait until then, or correct the clock of this machine.",
          e);
    }
    if (!belongTogether(own.getPublicKey(), key)) {
      throw new WalbeamException(
          FailureKind.CONFIGURATION,
          "sslkey is not the private key of the client certificate " + location + ".",
          "Give the certificate and the key that were made together.");
    }
    return new ClientCertificate(List.copyOf(chain), key);
  }

  private static String day(Date date) {
    return date.toInstant().toString().substring(0, 10);
  }

  private static boolean belongTogether(PublicKey certified, PrivateKey key) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> key.getAlgorithm();
        };
    try {
      Signature signer = Signature.getInstance(algorithm);
      signer.initSign(key);
      signer.update(PROBE);
      byte[] signature = signer.sign();
      signer.initVerify(certified);
      signer.update(PROBE);
      return signer.verify(signature);
    } catch (GeneralSecurityException e) {
      return false; // of different types
    }
  }

  Use use() {
    return use;
  }

  /** Subject of the certificate, empty without one. */
  String subject() {
    return chain.isEmpty() ? "" : chain.get(0).getSubjectX500Principal().getName();
  }

  /** Issuer of the chain's last certificate, empty without one. */
  String authority() {
    return chain.isEmpty() ? "" : chain.get(chain.size() - 1).getIssuerX500Principal().getName();
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] authorities, @Nullable Socket socket) {
    PrivateKey own = key;
    if (own == null || !matches(keyTypes, own.getAlgorithm())) {
      if (use == Use.NOT_ASKED) {
        use = Use.MISSING;
      }
      return null;
    }
    if (authorities != null && authorities.length > 0 && !isIssuedBy(authorities)) {
      use = Use.UNKNOWN_AUTHORITY;
      return null;
    }
    use = Use.SHOWN;
    return ALIAS;
  }

  /** JSSE asks for RSASSA-PSS apart from RSA, and names the EdDSA curves. */
  private static boolean matches(String[] keyTypes, String algorithm) {
    for (String type : keyTypes) {
      if (type.equals(algorithm) || (algorithm.equals("EdDSA") && type.startsWith("Ed"))) {
        return true;
      }
    }
    return false;
  }

  private boolean isIssuedBy(Principal[] authorities) {
    for (Principal authority : authorities) {
      for (X509Certificate certificate : chain) {
        if (certificate.getIssuerX500Principal().equals(authority)) {
          return true;
        }
      }
    }
    return false;
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    return chain.toArray(new X509Certificate[0]);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    return key;
  }

  @Override
  public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return key == null ? new String[0] : new String[] {ALIAS};
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }
}
