package io.walbeam.postgres.tls;

import static io.walbeam.postgres.tls.Der.element;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;

/**
 * Reads a private key in the forms that OpenSSL writes: PEM of PKCS #8 (RFC 5958), PKCS #1 (RFC
 * 8017) or SEC 1 (RFC 5915), and DER of PKCS #8, the only one that pgjdbc knows of old.
 */
final class PrivateKeys {
  /** Key types that PostgreSQL's OpenSSL and the JDK both know. */
  private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");

  /** 1.2.840.113549.1.1.1, rsaEncryption. */
  private static final byte[] RSA = {
    0x2A, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xF7, 0xD, 1, 1, 1
  };

  /** 1.2.840.10045.2.1, id-ecPublicKey. */
  private static final byte[] EC = {0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 2, 1};

  private static final byte[] VERSION_0 = {Der.INTEGER, 1, 0};
  private static final byte[] VERSION_1 = {Der.INTEGER, 1, 1};

  private PrivateKeys() {}

  /**
   * Reads the key.
   *
   * @param location where it comes from, for messages
   */
  static PrivateKey read(String location, byte[] bytes) {
    List<Pem> blocks = Pem.read(bytes);
    if (blocks.isEmpty()) {
      return parse(location, bytes);
    }
    for (Pem block : blocks) {
      switch (block.label()) {
        case "PRIVATE KEY" -> {
          return parse(location, block.content());
        }
        case "RSA PRIVATE KEY" -> {
          refuseEncrypted(location, block);
          return parse(location, fromPkcs1(block.content()));
        }
        case "EC PRIVATE KEY" -> {
          refuseEncrypted(location, block);
          return parse(location, fromSec1(location, block.content()));
        }
        case "ENCRYPTED PRIVATE KEY" -> throw encrypted(location);
        default -> {
          // A certificate or "EC PARAMETERS" before the key.
        }
      }
    }
    throw format(location);
  }

  private static PrivateKey parse(String location, byte[] pkcs8) {
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      } catch (GeneralSecurityException e) {
        // Of another type; the last one falls through.
      }
    }
    throw format(location);
  }

  private static byte[] fromPkcs1(byte[] pkcs1) {
    return element(
        Der.SEQUENCE,
        VERSION_0,
        element(Der.SEQUENCE, element(Der.OBJECT_IDENTIFIER, RSA), element(Der.NULL)),
        element(Der.OCTET_STRING, pkcs1));
  }

  /** The curve moves from the key to the algorithm; the JDK takes it there only. */
  private static byte[] fromSec1(String location, byte[] sec1) {
    try {
      ByteBuffer key = Der.body(ByteBuffer.wrap(sec1), Der.SEQUENCE);
      Der.body(key, Der.INTEGER);
      byte[] secret = Der.bytes(Der.body(key, Der.OCTET_STRING));
      if (!Der.isNext(key, Der.CONTEXT_0)) {
        throw format(location);
      }
      byte[] curve = Der.bytes(Der.body(key, Der.CONTEXT_0));
      return element(
          Der.SEQUENCE,
          VERSION_0,
          element(Der.SEQUENCE, element(Der.OBJECT_IDENTIFIER, EC), curve),
          element(
              Der.OCTET_STRING,
              element(Der.SEQUENCE, VERSION_1, element(Der.OCTET_STRING, secret))));
    } catch (IllegalArgumentException e) {
      throw format(location);
    }
  }

  private static void refuseEncrypted(String location, Pem block) {
    if (block.headers().contains("ENCRYPTED")) {
      throw encrypted(location);
    }
  }

  private static WalbeamException encrypted(String location) {
    return new WalbeamException(
        FailureKind.CONFIGURATION,
        "The private key " + location + " is protected by a passphrase.",
        "Take it off with 'openssl pkcs8 -topk8 -nocrypt', and keep the result in Secret Manager.");
  }

  private static WalbeamException format(String location) {
    return new WalbeamException(
        FailureKind.CONFIGURATION,
        "sslkey=" + location + " is no private key in a form that walbeam reads.",
        "Give an RSA, EC or Ed25519 key as PEM or as DER of PKCS #8; 'openssl pkcs8 -topk8 -nocrypt'"
            + " converts others, 'openssl pkcs12 -nodes' takes one out of a PKCS #12 file.");
  }
}
