package io.walbeam.postgres.tls;

import java.nio.ByteBuffer;
import java.security.PrivateKey;

/** The forms in which OpenSSL writes a private key. */
final class KeyForms {
  private KeyForms() {}

  /** PEM of PKCS #1, as {@code openssl genrsa -traditional} writes. */
  static byte[] pkcs1(PrivateKey key) {
    return TestAuthority.pem("RSA PRIVATE KEY", inner(key));
  }

  /** PEM of SEC 1 with the curve inside, as {@code openssl ecparam -genkey} writes. */
  static byte[] sec1(PrivateKey key) {
    ByteBuffer whole = Der.body(ByteBuffer.wrap(key.getEncoded()), Der.SEQUENCE);
    Der.body(whole, Der.INTEGER);
    ByteBuffer algorithm = Der.body(whole, Der.SEQUENCE);
    Der.body(algorithm, Der.OBJECT_IDENTIFIER);
    byte[] curve = Der.bytes(algorithm);
    ByteBuffer secret = Der.body(ByteBuffer.wrap(inner(key)), Der.SEQUENCE);
    Der.body(secret, Der.INTEGER);
    byte[] number = Der.bytes(Der.body(secret, Der.OCTET_STRING));
    byte[] sec1 =
        Der.element(
            Der.SEQUENCE,
            new byte[] {Der.INTEGER, 1, 1},
            Der.element(Der.OCTET_STRING, number),
            Der.element(Der.CONTEXT_0, curve));
    return TestAuthority.pem("EC PRIVATE KEY", sec1);
  }

  /** What PKCS #8 wraps. */
  private static byte[] inner(PrivateKey key) {
    ByteBuffer whole = Der.body(ByteBuffer.wrap(key.getEncoded()), Der.SEQUENCE);
    Der.body(whole, Der.INTEGER);
    Der.body(whole, Der.SEQUENCE);
    return Der.bytes(Der.body(whole, Der.OCTET_STRING));
  }
}
