package io.walbeam.command;

import java.util.ArrayList;
import java.util.List;

/** Folds sentences between words to the width of a terminal. Immutable. */
final class Folding {
  /** Wider lines are hard to read. */
  private static final int MOST_COLUMNS = 100;

  /** What a text is folded to at least: narrower, words do not fit. */
  private static final int LEAST_COLUMNS = 30;

  private static final String QUOTES = "\"'`";

  private final int columns;

  Folding(int columns) {
    this(Math.max(LEAST_COLUMNS, Math.min(MOST_COLUMNS, columns)), true);
  }

  private Folding(int columns, boolean limited) {
    this.columns = limited ? columns : Integer.MAX_VALUE;
  }

  /** Folds nothing: for programs and files that read lines. */
  static Folding none() {
    return new Folding(Integer.MAX_VALUE, false);
  }

  /** Adds the sentence as lines that all begin with {@code indent}. */
  void fold(StringBuilder text, String indent, String sentence) {
    fold(text, indent, indent, sentence);
  }

  /**
   * Adds the sentence.
   *
   * @param first what the first line begins with
   * @param later what every other line begins with
   */
  void fold(StringBuilder text, String first, String later, String sentence) {
    fold(text, first, later, List.of(sentence.split(" ", -1)));
  }

  /** The same with an SQL statement: no quoted name or text is taken apart. */
  void foldSql(StringBuilder text, String first, String later, String statement) {
    List<String> words = new ArrayList<>();
    int begin = 0;
    char quote = 0;
    for (int i = 0; i < statement.length(); i++) {
      char c = statement.charAt(i);
      if (quote != 0) {
        quote = c == quote ? 0 : quote;
      } else if (QUOTES.indexOf(c) >= 0) {
        quote = c;
      } else if (c == ' ') {
        words.add(statement.substring(begin, i));
        begin = i + 1;
      }
    }
    words.add(statement.substring(begin));
    fold(text, first, later, words);
  }

  private void fold(StringBuilder text, String first, String later, List<String> words) {
    String indent = first;
    int at = 0;
    for (String whole : words) {
      String word = whole;
      if (at > 0 && word.length() >= columns - at) {
        text.append('\n');
        indent = later;
        at = 0;
      }
      if (at > 0) {
        text.append(' ').append(word);
        at += 1 + word.length();
        continue;
      }
      int room = columns - indent.length();
      while (word.length() > room && lastComma(word, room) > 0) {
        int end = lastComma(word, room);
        text.append(indent).append(word, 0, end).append('\n');
        word = word.substring(end);
        indent = later;
        room = columns - indent.length();
      }
      text.append(indent).append(word);
      at = indent.length() + word.length();
    }
    text.append('\n');
  }

  /** Behind the last comma or bar of a list that has room; 0 if there is none. */
  private static int lastComma(String word, int room) {
    String start = word.substring(0, Math.max(0, Math.min(room, word.length())));
    return Math.max(start.lastIndexOf(','), start.lastIndexOf('|')) + 1;
  }
}
