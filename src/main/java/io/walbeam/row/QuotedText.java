package io.walbeam.row;

import java.util.Arrays;

/**
 * Reads the texts of which PostgreSQL composes arrays, ranges, composites and hstores, without
 * their quotes and escapes. Not thread-safe; one for each value.
 */
final class QuotedText {
  private final byte[] text;
  private final int end;
  private int position;

  private byte[] scratch = new byte[0];
  private byte[] bytes;
  private int from;
  private int to;
  private boolean quoted;

  QuotedText(byte[] text, int from, int to) {
    this.text = text;
    this.position = from;
    this.end = to;
    this.bytes = text;
  }

  /** Whether the next byte is {@code c}. */
  boolean sees(char c) {
    return position < end && text[position] == c;
  }

  /** Takes the next byte if it is {@code c}. */
  boolean take(char c) {
    boolean seen = sees(c);
    if (seen) {
      position++;
    }
    return seen;
  }

  void require(char c) {
    if (!take(c)) {
      throw Rejection.INVALID_TEXT.exception();
    }
  }

  void requireEnd() {
    if (position != end) {
      throw Rejection.INVALID_TEXT.exception();
    }
  }

  /** Reads an element of an array up to, and without, {@code delimiter} or a closing brace. */
  void element(char delimiter) {
    if (sees('"')) {
      quoted();
      return;
    }
    plain(delimiter, '}', '}');
    if (from == to) {
      throw Rejection.INVALID_TEXT.exception();
    }
  }

  /** Reads a bound of a range up to, and without, a comma or a closing bracket; may be empty. */
  void bound() {
    if (sees('"')) {
      quoted();
    } else {
      plain(',', ')', ']');
    }
  }

  /** Reads an attribute of a composite up to, and without, a comma or the end; may be empty. */
  void attribute() {
    if (sees('"')) {
      quoted();
    } else {
      plain(',', ')', ')');
    }
  }

  /** Reads a text in quotes: a backslash precedes what is meant literally, or it is doubled. */
  void quoted() {
    require('"');
    quoted = true;
    int start = position;
    int i = start;
    while (i < end && text[i] != '"' && text[i] != '\\') {
      i++;
    }
    if (i < end && text[i] == '"' && !(i + 1 < end && text[i + 1] == '"')) {
      slice(text, start, i);
      position = i + 1;
      return;
    }
    if (scratch.length < end - start) {
      scratch = new byte[end - start];
    }
    int length = i - start;
    System.arraycopy(text, start, scratch, 0, length);
    while (true) {
      if (i >= end) {
        throw Rejection.INVALID_TEXT.exception();
      }
      byte c = text[i];
      if (c == '\\' || (c == '"' && i + 1 < end && text[i + 1] == '"')) {
        if (++i >= end) {
          throw Rejection.INVALID_TEXT.exception();
        }
        c = text[i];
      } else if (c == '"') {
        break;
      }
      scratch[length++] = c;
      i++;
    }
    slice(scratch, 0, length);
    position = i + 1;
  }

  private void plain(char first, char second, char third) {
    quoted = false;
    int i = position;
    while (i < end && text[i] != first && text[i] != second && text[i] != third) {
      i++;
    }
    slice(text, position, i);
    position = i;
  }

  private void slice(byte[] source, int start, int stop) {
    bytes = source;
    from = start;
    to = stop;
  }

  /** Whether the last element was the word NULL. */
  boolean isNull() {
    return !quoted && is("NULL");
  }

  /** Whether the last bound or attribute was nothing at all, not even quotes. */
  boolean isAbsent() {
    return !quoted && from == to;
  }

  private boolean is(String word) {
    return Arrays.equals(bytes, from, to, JsonScalars.ascii(word), 0, word.length());
  }

  /** The array that holds the last text read, until the next is read. */
  byte[] bytes() {
    return bytes;
  }

  int from() {
    return from;
  }

  int to() {
    return to;
  }
}
