package io.walbeam.postgres;

import io.walbeam.change.Tuple;

/**
 * Parses one line of COPY's text format into a tuple (PostgreSQL documentation, COPY, "Text
 * Format"). Pure.
 */
public final class CopyText {
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
    byte[] line = hasEscape(copied) ? copied.clone() : copied;
    int end = line.length;
    if (end > 0 && line[end - 1] == '\n') {
      end--;
    }
    tuple.reset(line);
    int at = 0;
    while (true) {
      at = field(line, at, end, tuple);
      if (at > end) {
        return;
      }
    }
  }

  private static boolean hasEscape(byte[] line) {
    for (byte b : line) {
      if (b == '\\') {
        return true;
      }
    }
    return false;
  }

  /** Returns where the next field begins, beyond {@code end} after the last. */
  private static int field(byte[] line, int start, int end, Tuple tuple) {
    int at = start;
    while (at < end && line[at] != '\t' && line[at] != '\\') {
      at++;
    }
    if (at == end || line[at] == '\t') {
      tuple.addText(start, at - start);
      return at + 1;
    }
    if (at == start
        && at + 1 < end
        && line[at + 1] == 'N'
        && (at + 2 == end || line[at + 2] == '\t')) {
      tuple.add(Tuple.Kind.NULL);
      return at + 3;
    }
    return escaped(line, start, at, end, tuple);
  }

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
