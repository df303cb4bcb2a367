package io.walbeam.postgres.tls;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** The little of DER (ITU-T X.690) that turns one form of a private key into another. */
final class Der {
  static final int INTEGER = 0x02;
  static final int OCTET_STRING = 0x04;
  static final int NULL = 0x05;
  static final int OBJECT_IDENTIFIER = 0x06;
  static final int SEQUENCE = 0x30;

  /** Constructed, context-specific, number 0. */
  static final int CONTEXT_0 = 0xA0;

  private static final int LONG_FORM = 0x80;
  private static final int MAX_LENGTH_BYTES = 4;

  private Der() {}

  /** One element: tag, length, the parts one after the other. */
  static byte[] element(int tag, byte[]... parts) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      body.writeBytes(part);
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(tag);
    int length = body.size();
    if (length < LONG_FORM) {
      all.write(length);
    } else {
      byte[] digits = java.math.BigInteger.valueOf(length).toByteArray();
      int skip = digits[0] == 0 ? 1 : 0;
      all.write(LONG_FORM | (digits.length - skip));
      all.write(digits, skip, digits.length - skip);
    }
    all.writeBytes(body.toByteArray());
    return all.toByteArray();
  }

  /** Moves {@code in} behind the next element and gives its body. */
  static ByteBuffer body(ByteBuffer in, int tag) {
    if (in.remaining() < 2 || (in.get() & 0xFF) != tag) {
      throw new IllegalArgumentException("not the element that belongs here");
    }
    int length = in.get() & 0xFF;
    if (length >= LONG_FORM) {
      int digits = length & ~LONG_FORM;
      if (digits > MAX_LENGTH_BYTES || digits > in.remaining()) {
        throw new IllegalArgumentException("a length that cannot be");
      }
      length = 0;
      for (int i = 0; i < digits; i++) {
        length = (length << 8) | (in.get() & 0xFF);
      }
    }
    if (length < 0 || length > in.remaining()) {
      throw new IllegalArgumentException("an element that ends too early");
    }
    ByteBuffer body = in.slice(in.position(), length);
    in.position(in.position() + length);
    return body;
  }

  /** Whether the next element has this tag. */
  static boolean isNext(ByteBuffer in, int tag) {
    return in.hasRemaining() && (in.get(in.position()) & 0xFF) == tag;
  }

  static byte[] bytes(ByteBuffer body) {
    byte[] bytes = new byte[body.remaining()];
    body.get(bytes);
    return bytes;
  }
}
