package io.walbeam.local.standin.sql;

import io.walbeam.local.standin.RestFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One token of GoogleSQL text (documentation "Lexical structure and syntax").
 *
 * @param text of a quoted name or literal: its content with escapes resolved
 * @param spaced whether white space or a comment came before it
 */
record SqlToken(Kind kind, String text, boolean spaced) {
  enum Kind {
    WORD,
    QUOTED_NAME,
    STRING,
    BYTES,
    NUMBER,
    NAMED_PARAMETER,
    POSITIONAL_PARAMETER,
    SYMBOL
  }

  boolean word(String word) {
    return kind == Kind.WORD && text.equalsIgnoreCase(word);
  }

  boolean symbol(String symbol) {
    return kind == Kind.SYMBOL && text.equals(symbol);
  }

  String upper() {
    return text.toUpperCase(Locale.ROOT);
  }

  static List<SqlToken> scan(String sql) {
    return new Scanner(sql).scan();
  }

  private static final class Scanner {
    private static final List<String> LONG_SYMBOLS =
        List.of("<=", ">=", "<>", "!=", "||", "<<", ">>", "=>");

    private final String sql;
    private final List<SqlToken> tokens = new ArrayList<>();
    private int at;

    Scanner(String sql) {
      this.sql = sql;
    }

    List<SqlToken> scan() {
      while (true) {
        int before = at;
        skipBlank();
        if (at >= sql.length()) {
          return tokens;
        }
        next(at > before);
      }
    }

    private void next(boolean spaced) {
      char c = sql.charAt(at);
      if (c == '`') {
        tokens.add(new SqlToken(Kind.QUOTED_NAME, quoted("`", false), spaced));
      } else if (c == '"' || c == '\'') {
        tokens.add(new SqlToken(Kind.STRING, literal(false), spaced));
      } else if (Character.isLetter(c) || c == '_') {
        int start = at;
        while (at < sql.length()
            && (Character.isLetterOrDigit(sql.charAt(at)) || sql.charAt(at) == '_')) {
          at++;
        }
        String word = sql.substring(start, at);
        String prefix = word.toLowerCase(Locale.ROOT);
        boolean quote = at < sql.length() && (sql.charAt(at) == '"' || sql.charAt(at) == '\'');
        if (quote && List.of("r", "b", "rb", "br").contains(prefix)) {
          String content = literal(prefix.contains("r"));
          tokens.add(
              new SqlToken(prefix.contains("b") ? Kind.BYTES : Kind.STRING, content, spaced));
        } else {
          tokens.add(new SqlToken(Kind.WORD, word, spaced));
        }
      } else if (Character.isDigit(c)
          || (c == '.'
              && at + 1 < sql.length()
              && Character.isDigit(sql.charAt(at + 1))
              && !afterName())) {
        number(spaced);
      } else if (c == '@' && at + 1 < sql.length()) {
        int start = ++at;
        while (at < sql.length()
            && (Character.isLetterOrDigit(sql.charAt(at)) || sql.charAt(at) == '_')) {
          at++;
        }
        tokens.add(new SqlToken(Kind.NAMED_PARAMETER, sql.substring(start, at), spaced));
      } else if (c == '?') {
        at++;
        tokens.add(new SqlToken(Kind.POSITIONAL_PARAMETER, "?", spaced));
      } else {
        String symbol = String.valueOf(c);
        for (String candidate : LONG_SYMBOLS) {
          if (sql.startsWith(candidate, at)) {
            symbol = candidate;
          }
        }
        at += symbol.length();
        tokens.add(new SqlToken(Kind.SYMBOL, symbol, spaced));
      }
    }

    private boolean afterName() {
      return !tokens.isEmpty()
          && (tokens.get(tokens.size() - 1).kind() == Kind.WORD
              || tokens.get(tokens.size() - 1).kind() == Kind.QUOTED_NAME);
    }

    private void number(boolean spaced) {
      int start = at;
      boolean hex = sql.startsWith("0x", at) || sql.startsWith("0X", at);
      while (at < sql.length()) {
        char c = sql.charAt(at);
        boolean exponentSign =
            (c == '+' || c == '-') && !hex && "eE".indexOf(sql.charAt(at - 1)) >= 0 && at > start;
        if (!Character.isLetterOrDigit(c) && c != '.' && !exponentSign) {
          break;
        }
        at++;
      }
      tokens.add(new SqlToken(Kind.NUMBER, sql.substring(start, at), spaced));
    }

    private String literal(boolean raw) {
      String quote = String.valueOf(sql.charAt(at));
      String triple = quote.repeat(3);
      return quoted(sql.startsWith(triple, at) ? triple : quote, raw);
    }

    private String quoted(String quote, boolean raw) {
      at += quote.length();
      StringBuilder content = new StringBuilder();
      while (!sql.startsWith(quote, at)) {
        if (at >= sql.length()) {
          throw RestFailure.invalidQuery("Syntax error: Unclosed literal");
        }
        char c = sql.charAt(at++);
        if (c == '\\' && at < sql.length()) {
          if (raw) {
            content.append(c).append(sql.charAt(at++));
          } else {
            escape(content);
          }
        } else {
          content.append(c);
        }
      }
      at += quote.length();
      return content.toString();
    }

    private void escape(StringBuilder content) {
      char c = sql.charAt(at++);
      switch (c) {
        case 'n' -> content.append('\n');
        case 't' -> content.append('\t');
        case 'r' -> content.append('\r');
        case 'b' -> content.append('\b');
        case 'f' -> content.append('\f');
        case 'a' -> content.append((char) 7);
        case 'v' -> content.append((char) 11);
        case 'x', 'X' -> content.append((char) digits(2, 16));
        case 'u' -> content.append((char) digits(4, 16));
        case 'U' -> content.appendCodePoint(digits(8, 16));
        case '0', '1', '2', '3' -> {
          at--;
          content.append((char) digits(3, 8));
        }
        default -> content.append(c);
      }
    }

    private int digits(int count, int radix) {
      try {
        int value = Integer.parseInt(sql, at, at + count, radix);
        at += count;
        return value;
      } catch (NumberFormatException | IndexOutOfBoundsException e) {
        throw RestFailure.invalidQuery("Syntax error: Illegal escape sequence");
      }
    }

    private void skipBlank() {
      while (at < sql.length()) {
        char c = sql.charAt(at);
        if (Character.isWhitespace(c)) {
          at++;
        } else if (c == '#' || sql.startsWith("--", at)) {
          int end = sql.indexOf('\n', at);
          at = end < 0 ? sql.length() : end + 1;
        } else if (sql.startsWith("/*", at)) {
          int end = sql.indexOf("*/", at + 2);
          at = end < 0 ? sql.length() : end + 2;
        } else {
          return;
        }
      }
    }
  }
}
