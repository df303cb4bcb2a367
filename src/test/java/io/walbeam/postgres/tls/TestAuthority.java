package io.walbeam.postgres.tls;

import static io.walbeam.postgres.tls.Der.element;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import javax.security.auth.x500.X500Principal;

/** Issues X.509 certificates (RFC 5280) for tests, valid or not. */
final class TestAuthority {
  private static final byte[] SHA256_WITH_RSA = {
    0x2A, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xF7, 0xD, 1, 1, 0xB
  };
  private static final byte[] BASIC_CONSTRAINTS = {0x55, 0x1D, 0x13};
  private static final byte[] ALTERNATIVE_NAME = {0x55, 0x1D, 0x11};
  private static final byte[] TRUE = {1, 1, (byte) 0xFF};
  private static final int UTC_TIME = 0x17;
  private static final int DNS_NAME = 0x82;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

  /** A certificate in DER with its key. */
  record Issued(byte[] certificate, PrivateKey key) {
    byte[] certificatePem() {
      return pem("CERTIFICATE", certificate);
    }

    byte[] keyPem() {
      return pem("PRIVATE KEY", key.getEncoded());
    }
  }

  private final X500Principal name;
  private final KeyPair keys = keys("RSA", 2048);
  private long serial = 1;

  TestAuthority(String name) {
    this.name = new X500Principal("CN=" + name);
  }

  /** The authority's own certificate, PEM. */
  byte[] certificatePem() {
    return pem("CERTIFICATE", issue(name, keys, Instant.now(), Duration.ofDays(1), true, ""));
  }

  /** A certificate from a minute ago for a day, key of 2048 bits RSA. */
  Issued issue(String commonName, String host) {
    return issue(commonName, host, keys("RSA", 2048), Instant.now(), Duration.ofDays(1));
  }

  /** A certificate that was valid yesterday. */
  Issued issueExpired(String commonName, String host) {
    Instant start = Instant.now().minus(Duration.ofDays(3));
    return issue(commonName, host, keys("RSA", 2048), start, Duration.ofDays(2));
  }

  Issued issue(String commonName, String host, KeyPair pair, Instant from, Duration validity) {
    X500Principal subject = new X500Principal("CN=" + commonName);
    return new Issued(issue(subject, pair, from, validity, false, host), pair.getPrivate());
  }

  private byte[] issue(
      X500Principal subject,
      KeyPair pair,
      Instant from,
      Duration validity,
      boolean authority,
      String host) {
    byte[] algorithm =
        element(Der.SEQUENCE, element(Der.OBJECT_IDENTIFIER, SHA256_WITH_RSA), element(Der.NULL));
    byte[] body =
        element(
            Der.SEQUENCE,
            element(Der.CONTEXT_0, new byte[] {Der.INTEGER, 1, 2}),
            element(Der.INTEGER, new byte[] {(byte) serial++}),
            algorithm,
            name.getEncoded(),
            element(
                Der.SEQUENCE, time(from.minus(Duration.ofMinutes(1))), time(from.plus(validity))),
            subject.getEncoded(),
            pair.getPublic().getEncoded(),
            element(0xA3, element(Der.SEQUENCE, extension(authority, host))));
    try {
      Signature signer = Signature.getInstance("SHA256withRSA");
      signer.initSign(keys.getPrivate());
      signer.update(body);
      return element(Der.SEQUENCE, body, algorithm, element(0x03, new byte[1], signer.sign()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] extension(boolean authority, String host) {
    if (authority) {
      byte[] constraints = element(Der.SEQUENCE, TRUE);
      return element(
          Der.SEQUENCE,
          element(Der.OBJECT_IDENTIFIER, BASIC_CONSTRAINTS),
          TRUE,
          element(Der.OCTET_STRING, constraints));
    }
    byte[] names =
        element(Der.SEQUENCE, element(DNS_NAME, host.getBytes(StandardCharsets.US_ASCII)));
    return element(
        Der.SEQUENCE,
        element(Der.OBJECT_IDENTIFIER, ALTERNATIVE_NAME),
        element(Der.OCTET_STRING, names));
  }

  private static byte[] time(Instant instant) {
    return element(UTC_TIME, TIME.format(instant).getBytes(StandardCharsets.US_ASCII));
  }

  static KeyPair keys(String algorithm, int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      if (bits > 0) {
        generator.initialize(bits);
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static byte[] pem(String label, byte[] content) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return ("-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n")
        .getBytes(StandardCharsets.US_ASCII);
  }
}
