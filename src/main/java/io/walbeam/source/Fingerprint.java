package io.walbeam.source;

import java.nio.charset.StandardCharsets;

/** FNV-1a, 64 bits: small, stable over versions, no secrets involved. */
final class Fingerprint {
  private static final long OFFSET = 0xcbf29ce484222325L;
  private static final long PRIME = 0x100000001b3L;

  private Fingerprint() {}

  /** Fingerprint of the texts in that order. */
  static long of(String... texts) {
    long hash = OFFSET;
    for (String text : texts) {
      for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
        hash = (hash ^ (b & 0xFF)) * PRIME;
      }
      hash = (hash ^ 0x100) * PRIME;
    }
    return hash;
  }
}
