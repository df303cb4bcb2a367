package io.walbeam.postgres;

import io.walbeam.change.Tuple;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Parses one line of COPY's text format into a tuple (PostgreSQL documentation, COPY, "Text
 * Format"). Pure.
 */
public final class CopyText {
  private static final VarHandle EIGHT_BYTES =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final long TABS = ONES * '\t';
  private static final long BACKSLASHES = ONES * '\\';

  private CopyText() {}

  /**
   * Parses a line, which stays as it is.
   *
   * @param copied the line, with or without its newline
   * @param tuple reset and filled: a view over the line, or over a copy where escapes had to be
   *     resolved
   * @throws IllegalArgumentException if the line is not COPY text
   */
  public static void parse(byte[] copied, Tuple tuple) {
    if (!fields(copied, true, tuple)) {
      fields(copied.clone(), false, tuple);
    }
  }

  /** Returns false before it would have to write into a line that is to stay as it is. */
  private static boolean fields(byte[] line, boolean stays, Tuple tuple) {
    int end = line.length;
    if (end > 0 && line[end - 1] == '\n') {
      end--;
    }
    tuple.reset(line);
    int start = 0;
    while (true) {
      int at = special(line, start, end);
      if (at == end || line[at] == '\t') {
        tuple.addText(start, at - start);
        at++;
      } else if (isNull(line, start, at, end)) {
        tuple.add(Tuple.Kind.NULL);
        at += 3;
      } else if (stays) {
        return false;
      } else {
        at = escaped(line, start, at, end, tuple);
      }
      if (at > end) {
        return true;
      }
      start = at;
    }
  }

  /** The next tab or backslash, or {@code end}; eight bytes at a time, because rows are long. */
  private static int special(byte[] line, int from, int end) {
    int at = from;
    for (; at + Long.BYTES <= end; at += Long.BYTES) {
      long bytes = (long) EIGHT_BYTES.get(line, at);
      long tabs = bytes ^ TABS;
      long backslashes = bytes ^ BACKSLASHES;
      // The lowest bit that is set is that of a zero byte; higher ones may be carried over.
      long hits = ((tabs - ONES & ~tabs) | (backslashes - ONES & ~backslashes)) & HIGH_BITS;
      if (hits != 0) {
        return at + Long.numberOfTrailingZeros(hits) / Byte.SIZE;
      }
    }
    while (at < end && line[at] != '\t' && line[at] != '\\') {
      at++;
    }
    return at;
  }

  private static boolean isNull(byte[] line, int start, int at, int end) {
    return at == start
        && at + 1 < end
        && line[at + 1] == 'N'
        && (at + 2 == end || line[at + 2] == '\t');
  }

  /**
   * Resolves a field in place; returns where the next begins, beyond {@code end} after the last.
   */
  private static int escaped(byte[] line, int start, int first, int end, Tuple tuple) {
    int to = first;
    int at = first;
    while (at < end && line[at] != '\t') {
      byte b = line[at++];
      if (b == '\\') {
        if (at == end) {
          throw new IllegalArgumentException("an escape at the end of a line");
        }
        b = resolve(line[at++]);
      }
      line[to++] = b;
    }
    tuple.addText(start, to - start);
    return at + 1;
  }

  /** The server writes these escapes and a backslash before itself, none else. */
  private static byte resolve(byte letter) {
    return switch (letter) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'v' -> 0x0B;
      default -> letter;
    };
  }
}
