package io.walbeam.postgres.pgoutput;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** A cursor over one message that cannot leave it. Mutable and reused; not thread-safe. */
final class MessageReader {
  private static final VarHandle INT16 =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  static final VarHandle INT32 =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  static final VarHandle INT64 =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private byte[] bytes = new byte[0];
  private int start;
  private int end;
  private int position;

  /** Starts over on the message {@code bytes[offset, offset + length)}. */
  void reset(byte[] source, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, source.length);
    bytes = source;
    start = offset;
    end = offset + length;
    position = offset;
  }

  byte[] bytes() {
    return bytes;
  }

  byte readByte() {
    return bytes[take(1)];
  }

  int readUnsignedInt16() {
    return (short) INT16.get(bytes, take(Short.BYTES)) & 0xFFFF;
  }

  int readInt32() {
    return (int) INT32.get(bytes, take(Integer.BYTES));
  }

  long readInt64() {
    return (long) INT64.get(bytes, take(Long.BYTES));
  }

  /** A length that fits in the rest of the message. */
  int readLength() {
    int length = readInt32();
    if (length < 0 || length > end - position) {
      throw malformed("a length leads beyond the end");
    }
    return length;
  }

  /** A zero-terminated string. */
  String readString() {
    int from = position;
    int to = from;
    while (to < end && bytes[to] != 0) {
      to++;
    }
    if (to == end) {
      throw malformed("a string has no end");
    }
    position = to + 1;
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, from, to - from))
          .toString();
    } catch (CharacterCodingException e) {
      throw malformed("a string is not UTF-8");
    }
  }

  /** Passes over {@code length} bytes and returns where they start in the array. */
  int take(int length) {
    int from = position;
    if (length > end - from) {
      throw malformed("it ends too early");
    }
    position = from + length;
    return from;
  }

  void expectEnd() {
    if (position != end) {
      throw malformed("bytes are left over");
    }
  }

  MalformedMessageException malformed(String problem) {
    byte type = end > start ? bytes[start] : 0;
    return new MalformedMessageException(type, position - start, problem);
  }
}
