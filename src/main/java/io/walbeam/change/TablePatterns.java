package io.walbeam.change;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which tables are meant: patterns like {@code public.*} or {@code sales.orders}, minus others.
 *
 * <p>A pattern is {@code schema.table}; {@code *} stands for any run of characters in either part.
 * A part may be double-quoted as in SQL, then dots and commas in it are literal. Comparison is
 * exact, on the names as PostgreSQL stores them.
 */
public final class TablePatterns implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Every table. */
  public static final TablePatterns ALL = parse("", "");

  private record Pattern(String schema, boolean schemaQuoted, String table, boolean tableQuoted)
      implements Serializable {
    private static final long serialVersionUID = 1L;

    boolean matches(TableId id) {
      return matches(schema, schemaQuoted, id.schema()) && matches(table, tableQuoted, id.name());
    }

    private static boolean matches(String pattern, boolean quoted, String name) {
      return quoted ? pattern.equals(name) : glob(pattern, 0, name, 0);
    }

    private static boolean glob(String pattern, int p, String name, int n) {
      while (p < pattern.length()) {
        if (pattern.charAt(p) == '*') {
          for (int skip = n; skip <= name.length(); skip++) {
            if (glob(pattern, p + 1, name, skip)) {
              return true;
            }
          }
          return false;
        }
        if (n == name.length() || pattern.charAt(p) != name.charAt(n)) {
          return false;
        }
        p++;
        n++;
      }
      return n == name.length();
    }
  }

  private final String inclusions;
  private final ArrayList<Pattern> included;
  private final ArrayList<Pattern> excluded;

  private TablePatterns(String inclusions, List<Pattern> included, List<Pattern> excluded) {
    this.inclusions = inclusions;
    this.included = new ArrayList<>(included);
    this.excluded = new ArrayList<>(excluded);
  }

  /**
   * Parses two comma-separated lists; an empty list of inclusions means every table.
   *
   * @throws IllegalArgumentException naming the first part that is not a pattern
   */
  public static TablePatterns parse(String included, String excluded) {
    return new TablePatterns(included, parseList(included), parseList(excluded));
  }

  /** Whether {@code table} is meant. */
  public boolean matches(TableId table) {
    return (included.isEmpty() || included.stream().anyMatch(p -> p.matches(table)))
        && excluded.stream().noneMatch(p -> p.matches(table));
  }

  /** The list of inclusions as given; empty for every table. */
  public String inclusions() {
    return inclusions;
  }

  /** Whether every table is meant, so that nothing needs to be matched. */
  public boolean isAll() {
    return included.isEmpty() && excluded.isEmpty();
  }

  private static List<Pattern> parseList(String text) {
    List<Pattern> patterns = new ArrayList<>();
    int[] at = {0};
    while (at[0] < text.length()) {
      int start = at[0];
      String problem = "'" + text + "' is not a list of patterns like public.*,sales.orders";
      Part schema = part(text, at).orElseThrow(() -> new IllegalArgumentException(problem));
      if (at[0] >= text.length() || text.charAt(at[0]) != '.') {
        throw new IllegalArgumentException(
            "'" + text.substring(start) + "' names no schema; write schema.table");
      }
      at[0]++;
      Part table = part(text, at).orElseThrow(() -> new IllegalArgumentException(problem));
      patterns.add(new Pattern(schema.name, schema.quoted, table.name, table.quoted));
      if (at[0] < text.length() && text.charAt(at[0]++) != ',') {
        throw new IllegalArgumentException(problem);
      }
    }
    return patterns;
  }

  private record Part(String name, boolean quoted) {}

  private static Optional<Part> part(String text, int[] at) {
    while (at[0] < text.length() && text.charAt(at[0]) == ' ') {
      at[0]++;
    }
    StringBuilder name = new StringBuilder();
    boolean quoted = at[0] < text.length() && text.charAt(at[0]) == '"';
    if (quoted) {
      at[0]++;
      while (at[0] < text.length()) {
        char c = text.charAt(at[0]++);
        if (c != '"') {
          name.append(c);
        } else if (at[0] < text.length() && text.charAt(at[0]) == '"') {
          name.append('"');
          at[0]++;
        } else {
          return name.isEmpty() ? Optional.empty() : Optional.of(new Part(name.toString(), true));
        }
      }
      return Optional.empty();
    }
    while (at[0] < text.length() && text.charAt(at[0]) != '.' && text.charAt(at[0]) != ',') {
      name.append(text.charAt(at[0]++));
    }
    String trimmed = name.toString().trim();
    return trimmed.isEmpty() ? Optional.empty() : Optional.of(new Part(trimmed, false));
  }
}
