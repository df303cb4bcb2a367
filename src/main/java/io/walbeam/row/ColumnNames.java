package io.walbeam.row;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * Gives PostgreSQL's columns names that BigQuery accepts: ASCII letters, digits and underscores, no
 * leading digit, no reserved prefix, at most 300 characters, unique ignoring case (BigQuery
 * documentation, "Specifying a schema", section "Column names").
 *
 * <p>A column's name depends only on itself and the columns before it, so an added column never
 * renames another.
 */
public final class ColumnNames {
  private static final int LONGEST = 300;
  private static final int SUFFIX = 9;
  private static final List<String> RESERVED_PREFIXES =
      List.of(
          "_CHANGE_TYPE",
          "_CHANGE_SEQUENCE_NUMBER",
          "_CHANGE_TIMESTAMP",
          "_TABLE_",
          "_FILE_",
          "_PARTITION",
          "_ROW_TIMESTAMP",
          "__ROOT__",
          "_COLIDENTIFIER");

  private ColumnNames() {}

  /** The columns of a table of current states, for the columns of its source in their order. */
  public static List<String> of(List<String> originals) {
    return of(originals, RowHeader.COLUMN);
  }

  /**
   * One name for each of {@code originals}, in the same order.
   *
   * @param taken a name that none may get
   */
  static List<String> of(List<String> originals, String taken) {
    Set<String> used = new HashSet<>();
    used.add(folded(taken));
    List<String> names = new ArrayList<>();
    for (String original : originals) {
      String name = sanitized(original);
      String tried = original;
      while (!used.add(folded(name))) {
        name = withSuffix(sanitized(original), tried);
        tried += " ";
      }
      names.add(name);
    }
    return names;
  }

  private static String sanitized(String original) {
    String name = lettersDigitsUnderscores(original);
    if (name.isEmpty() || Character.isDigit(name.charAt(0))) {
      name = "_" + name;
    }
    String upper = name.toUpperCase(Locale.ROOT);
    if (RESERVED_PREFIXES.stream().anyMatch(upper::startsWith)) {
      name = "c" + name;
    }
    return name.length() > LONGEST ? withSuffix(name, original) : name;
  }

  /** Every other character becomes an underscore. */
  static String lettersDigitsUnderscores(String original) {
    StringBuilder name = new StringBuilder();
    original.codePoints().forEach(c -> name.append(isLetterDigitUnderscore(c) ? (char) c : '_'));
    return name.toString();
  }

  private static boolean isLetterDigitUnderscore(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }

  private static String withSuffix(String name, String original) {
    CRC32 checksum = new CRC32();
    checksum.update(original.getBytes(StandardCharsets.UTF_8));
    String kept = name.length() > LONGEST - SUFFIX ? name.substring(0, LONGEST - SUFFIX) : name;
    return kept + String.format(Locale.ROOT, "_%08x", checksum.getValue());
  }

  private static String folded(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
