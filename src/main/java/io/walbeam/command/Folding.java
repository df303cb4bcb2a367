package io.walbeam.command;

/** Folds sentences between words to the width of a terminal. Immutable. */
final class Folding {
  /** Wider lines are hard to read. */
  private static final int MOST_COLUMNS = 100;

  /** What a text is folded to at least: narrower, words do not fit. */
  private static final int LEAST_COLUMNS = 30;

  private final int columns;

  Folding(int columns) {
    this.columns = Math.max(LEAST_COLUMNS, Math.min(MOST_COLUMNS, columns));
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
    String indent = first;
    int at = 0;
    for (String word : sentence.split(" ", -1)) {
      if (at > 0 && at + 1 + word.length() > columns) {
        text.append('\n');
        indent = later;
        at = 0;
      }
      if (at == 0) {
        text.append(indent).append(word);
        at = indent.length() + word.length();
      } else {
        text.append(' ').append(word);
        at += 1 + word.length();
      }
    }
    text.append('\n');
  }
}
