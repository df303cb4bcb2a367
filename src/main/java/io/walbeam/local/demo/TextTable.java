package io.walbeam.local.demo;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Rows of text printed in aligned columns; numbers to the right. Not thread-safe. */
final class TextTable {
  /** A longer cell is cut: the reader wants to see that rows agree, not read a thumbnail. */
  private static final int WIDEST_CELL = 34;

  private static final Pattern NUMBER = Pattern.compile("-?[0-9][0-9,.]*(E-?[0-9]+)?");

  private final List<List<String>> rows = new ArrayList<>();

  /** Adds a row; the first one is the heading. */
  TextTable row(List<String> cells) {
    rows.add(cells.stream().map(TextTable::cut).toList());
    return this;
  }

  void print(PrintStream out, String indent) {
    int columns = rows.stream().mapToInt(List::size).max().orElse(0);
    int[] widths = new int[columns];
    boolean[] numbers = new boolean[columns];
    for (int column = 0; column < columns; column++) {
      int c = column;
      widths[c] = rows.stream().mapToInt(row -> cell(row, c).length()).max().orElse(0);
      numbers[c] = rows.stream().skip(1).allMatch(row -> isNumber(cell(row, c)));
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder(indent);
      for (int c = 0; c < columns; c++) {
        String padding = " ".repeat(widths[c] - cell(row, c).length());
        line.append(numbers[c] ? padding + cell(row, c) : cell(row, c) + padding).append("  ");
      }
      out.println(line.toString().stripTrailing());
    }
  }

  private static boolean isNumber(String cell) {
    return cell.isEmpty() || NUMBER.matcher(cell).matches();
  }

  private static String cell(List<String> row, int column) {
    return column < row.size() ? row.get(column) : "";
  }

  private static String cut(String text) {
    String line = text.replaceAll("\\s+", " ");
    return line.length() <= WIDEST_CELL ? line : line.substring(0, WIDEST_CELL - 1) + "…";
  }
}
