package io.walbeam.row;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * Looks for what BigQuery's JSON would change or refuse in a well-formed document, and rejects the
 * document for it. What it does is in the source of its SQL dialect (ZetaSQL, {@code
 * json_value.cc}, and the parser below it): of members with one name the first stays, numbers
 * become 64-bit integers or floating-point numbers, a half of a surrogate pair is an error, and so
 * are more than 500 levels.
 *
 * <p>Used for one document; not thread-safe.
 */
final class DocumentCheck {
  /** BigQuery documentation, "Data types", JSON: levels of nesting. */
  static final int MOST_LEVELS = 500;

  private static final int HEX = 16;
  private static final int UNICODE_ESCAPE = 6;

  private final byte[] text;
  private final int end;
  private final boolean names;
  private final int levels;

  /** Names of the members of each open object; an empty set that is never filled for an array. */
  private final Deque<Set<String>> open = new ArrayDeque<>();

  private int depth;

  private DocumentCheck(byte[] text, int to, boolean names, int levels) {
    this.text = text;
    this.end = to;
    this.names = names;
    this.levels = levels;
  }

  /** Checks json, which PostgreSQL keeps as it was given. */
  static void json(byte[] text, int from, int to, int levels) {
    new DocumentCheck(text, to, true, levels).run(from);
  }

  /** Checks jsonb, which has no name twice, no \u0000 and no half of a surrogate pair. */
  static void jsonb(byte[] text, int from, int to, int levels) {
    new DocumentCheck(text, to, false, levels).run(from);
  }

  private void run(int from) {
    int i = from;
    while (i < end) {
      byte c = text[i];
      if (c == '"') {
        i = string(i + 1);
      } else if (c == '-' || (c >= '0' && c <= '9')) {
        i = number(i);
      } else {
        if (c == '{' || c == '[') {
          enter(c == '{');
        } else if (c == '}' || c == ']') {
          leave();
        }
        i++;
      }
    }
  }

  private void enter(boolean object) {
    if (++depth > levels) {
      throw Rejection.JSON_DEPTH.exception();
    }
    if (names) {
      open.push(object ? new HashSet<>() : Set.of());
    }
  }

  private void leave() {
    depth--;
    if (names) {
      open.poll();
    }
  }

  /** Checks the string that begins at {@code from}; returns what follows its closing quote. */
  private int string(int from) {
    int i = from;
    boolean escapes = false;
    while (i < end && text[i] != '"') {
      if (text[i] == '\\') {
        escapes = true;
        i += names ? escape(i) : 2;
      } else {
        i++;
      }
    }
    int after = i + 1;
    if (names && isName(after)) {
      name(from, i, escapes);
    }
    return after;
  }

  /** Length of the escape at {@code i}. */
  private int escape(int i) {
    if (i + 1 >= end || text[i + 1] != 'u') {
      return 2;
    }
    int unit = unit(i);
    if (unit == 0) {
      throw Rejection.JSON_CHARACTER.exception();
    }
    if (!Character.isSurrogate((char) unit)) {
      return UNICODE_ESCAPE;
    }
    int next = i + UNICODE_ESCAPE;
    boolean pair =
        Character.isHighSurrogate((char) unit)
            && next + 1 < end
            && text[next] == '\\'
            && text[next + 1] == 'u'
            && Character.isLowSurrogate((char) unit(next));
    if (!pair) {
      throw Rejection.JSON_CHARACTER.exception();
    }
    return 2 * UNICODE_ESCAPE;
  }

  private int unit(int i) {
    if (i + UNICODE_ESCAPE > end) {
      throw Rejection.INVALID_TEXT.exception();
    }
    int unit = 0;
    for (int digit = i + 2; digit < i + UNICODE_ESCAPE; digit++) {
      int value = Character.digit((char) text[digit], HEX);
      if (value < 0) {
        throw Rejection.INVALID_TEXT.exception();
      }
      unit = unit * HEX + value;
    }
    return unit;
  }

  private boolean isName(int after) {
    int i = after;
    while (i < end && (text[i] == ' ' || text[i] == '\t' || text[i] == '\n' || text[i] == '\r')) {
      i++;
    }
    return i < end && text[i] == ':';
  }

  private void name(int from, int to, boolean escapes) {
    Set<String> seen = open.peek();
    if (seen == null) {
      throw Rejection.INVALID_TEXT.exception();
    }
    String name = new String(text, from, to - from, StandardCharsets.UTF_8);
    if (!seen.add(escapes ? unescaped(name) : name)) {
      throw Rejection.JSON_DUPLICATE_NAME.exception();
    }
  }

  private static String unescaped(String name) {
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c != '\\') {
        plain.append(c);
        continue;
      }
      char letter = name.charAt(++i);
      switch (letter) {
        case 'b' -> plain.append('\b');
        case 'f' -> plain.append('\f');
        case 'n' -> plain.append('\n');
        case 'r' -> plain.append('\r');
        case 't' -> plain.append('\t');
        case 'u' -> {
          plain.append((char) Integer.parseInt(name.substring(i + 1, i + 5), HEX));
          i += 4;
        }
        default -> plain.append(letter);
      }
    }
    return plain.toString();
  }

  private int number(int from) {
    int i = from;
    while (i < end && isNumberPart(text[i])) {
      i++;
    }
    if (!JsonNumbers.isKept(text, from, i)) {
      throw Rejection.JSON_NUMBER.exception();
    }
    return i;
  }

  private static boolean isNumberPart(byte c) {
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
  }
}
