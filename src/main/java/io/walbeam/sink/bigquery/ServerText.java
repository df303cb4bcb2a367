package io.walbeam.sink.bigquery;

import io.walbeam.row.DestinationColumn;
import io.walbeam.row.DestinationTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Says what BigQuery says about a row, without its words: they quote row values. Only names of the
 * table's own columns and phrases from a fixed list come out. Pure.
 */
final class ServerText {
  /** Longest text looked at; the rest is a value. */
  private static final int MOST_CHARACTERS = 2_000;

  private static final Pattern NAMED =
      Pattern.compile(
          "\\b(?:fields?|columns?)\\b[\\s:=]*['\"`]?([\\p{L}_][\\p{L}\\p{N}_.]*)",
          Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);

  private record Phrase(String clue, String meaning) {}

  private static final List<Phrase> PHRASES =
      List.of(
          new Phrase("out of range", "the value is out of range"),
          new Phrase("overflow", "the value is out of range"),
          new Phrase("too large", "the value is too large"),
          new Phrase("too long", "the value is too long"),
          new Phrase("maximum length", "the value is too long"),
          new Phrase("change_type", "the change type is not accepted"),
          new Phrase("change type", "the change type is not accepted"),
          new Phrase("sequence", "the sequence number is not accepted"),
          new Phrase("required", "a required value is missing"),
          new Phrase("missing", "a required value is missing"),
          new Phrase("utf-8", "the text is not valid UTF-8"),
          new Phrase("utf8", "the text is not valid UTF-8"),
          new Phrase("json", "the value is not valid JSON"),
          new Phrase("convert", "the value does not fit the column's type"),
          new Phrase("parse", "the value does not fit the column's type"),
          new Phrase("invalid", "the value does not fit the column's type"));

  private ServerText() {}

  /** One sentence about a refused row of {@code table}. */
  static String describe(String serverText, DestinationTable table) {
    String text =
        serverText.length() <= MOST_CHARACTERS
            ? serverText
            : serverText.substring(0, MOST_CHARACTERS);
    String column = column(text, table);
    String meaning = meaning(text);
    StringBuilder sentence = new StringBuilder("BigQuery refused the row");
    if (column != null) {
      sentence.append(" because of column ").append(column);
    }
    if (meaning != null) {
      sentence.append(": ").append(meaning);
    }
    return sentence.append('.').toString();
  }

  private static @Nullable String column(String text, DestinationTable table) {
    Matcher matcher = NAMED.matcher(text);
    while (matcher.find()) {
      String known = known(matcher.group(1), table.columns());
      if (known != null) {
        return known;
      }
    }
    return null;
  }

  private static @Nullable String known(String path, List<DestinationColumn> columns) {
    List<DestinationColumn> level = columns;
    List<String> found = new ArrayList<>();
    for (String part : path.split("\\.", -1)) {
      DestinationColumn column = find(part, level);
      if (column != null) {
        found.add(column.name());
        level = column.members();
      } else if (!found.isEmpty()) {
        break;
      }
    }
    return found.isEmpty() ? null : String.join(".", found);
  }

  private static @Nullable DestinationColumn find(String name, List<DestinationColumn> columns) {
    for (DestinationColumn column : columns) {
      if (column.name().equalsIgnoreCase(name)) {
        return column;
      }
    }
    return null;
  }

  private static @Nullable String meaning(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    for (Phrase phrase : PHRASES) {
      if (lower.contains(phrase.clue())) {
        return phrase.meaning();
      }
    }
    return null;
  }
}
