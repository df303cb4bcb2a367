package io.walbeam.local.demo;

import io.walbeam.change.TableId;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the demo shows at its end: both sides, the dead letters and the verdict. */
final class DemoReport {
  /** A table of at most this many rows is shown row by row. */
  private static final int SMALL_TABLE_ROWS = 12;

  /** Differences shown of one table. */
  private static final int SHOWN_DIFFERENCES = 10;

  private final PrintStream out;
  private final DemoTarget target;
  private final TableId poisonTable;
  private final String poisonKey;

  /**
   * @param target what is compared with the source
   * @param poisonTable the table of the row that BigQuery cannot hold
   * @param poisonKey that row's key as {@code column=value}
   */
  DemoReport(PrintStream out, DemoTarget target, TableId poisonTable, String poisonKey) {
    this.out = out;
    this.target = target;
    this.poisonTable = poisonTable;
    this.poisonKey = poisonKey;
  }

  /**
   * Prints everything and says whether both sides are equal, but for the one poison row where the
   * target cannot hold it.
   */
  boolean print(List<TableComparison> comparisons, List<TextRow> deadLetters) {
    List<TableComparison> excused = comparisons.stream().map(this::excuse).toList();
    printTables(comparisons, excused);
    excused.forEach(this::printDifferences);
    comparisons.stream()
        .filter(table -> !table.rows().isEmpty() && table.rows().size() <= SMALL_TABLE_ROWS)
        .forEach(this::printRows);
    printDeadLetters(deadLetters);
    boolean poisonFound =
        target.takesEveryValue()
            ? deadLetters.isEmpty()
            : !deadLetters.isEmpty() && deadLetters.stream().allMatch(this::isPoison);
    if (!poisonFound) {
      out.println("The dead letters are not what they should be.");
    }
    boolean filled = comparisons.stream().noneMatch(table -> table.rows().isEmpty());
    if (!filled) {
      out.println("A table has no rows to compare: let the demo run for longer.");
    }
    return poisonFound && filled && excused.stream().allMatch(TableComparison::equal);
  }

  private TableComparison excuse(TableComparison comparison) {
    return !target.takesEveryValue() && comparison.table().equals(poisonTable)
        ? comparison.excusing(List.of(poisonKey))
        : comparison;
  }

  private void printTables(List<TableComparison> comparisons, List<TableComparison> excused) {
    TextTable text = new TextTable().row(List.of("PostgreSQL", "rows", target.name(), "rows", ""));
    for (int i = 0; i < comparisons.size(); i++) {
      TableComparison table = comparisons.get(i);
      text.row(
          List.of(
              table.table().toString(),
              count(table.rows().size()),
              table.destination(),
              count(table.copiedRows()),
              verdict(table, excused.get(i))));
    }
    text.print(out, "  ");
    out.println();
  }

  private static String verdict(TableComparison table, TableComparison excused) {
    if (!excused.equal()) {
      return count(excused.differences().size()) + " DIFFERENT";
    }
    return table.equal() ? "equal" : "equal but for the dead letter";
  }

  private void printDifferences(TableComparison table) {
    if (table.equal()) {
      return;
    }
    out.println("Differences of " + table.table());
    table.differences().stream()
        .limit(SHOWN_DIFFERENCES)
        .forEach(difference -> out.println("  " + difference));
    int more = table.differences().size() - SHOWN_DIFFERENCES;
    if (more > 0) {
      out.println("  and " + count(more) + " more");
    }
    out.println();
  }

  private void printRows(TableComparison comparison) {
    out.println(comparison.table());
    List<String> heading = new ArrayList<>(comparison.rows().get(0).columns());
    heading.add("");
    TextTable text = new TextTable().row(heading);
    comparison.rowVerdicts().forEach((row, verdict) -> text.row(cells(row, verdict)));
    text.print(out, "  ");
    out.println();
  }

  private static List<String> cells(TextRow row, String verdict) {
    List<String> cells = new ArrayList<>();
    row.values().values().forEach(value -> cells.add(value.orElse("NULL")));
    cells.add(verdict);
    return cells;
  }

  private void printDeadLetters(List<TextRow> deadLetters) {
    out.println(deadLetters.isEmpty() ? "No dead letters" : "Dead letters");
    for (TextRow row : deadLetters.stream().limit(SHOWN_DIFFERENCES).toList()) {
      out.println("  " + tableOf(row) + "  " + text(row, "operation") + "  " + text(row, "key"));
      out.println("    error   " + text(row, "error_message"));
      out.println("    remedy  " + text(row, "remedy"));
    }
    out.println();
  }

  private boolean isPoison(TextRow deadLetter) {
    String value = poisonKey.substring(poisonKey.indexOf('=') + 1);
    return tableOf(deadLetter).equals(poisonTable.toString())
        && text(deadLetter, "key").contains("\"" + value + "\"");
  }

  private static String tableOf(TextRow deadLetter) {
    return text(deadLetter, "schema_name") + "." + text(deadLetter, "table_name");
  }

  private static String text(TextRow row, String column) {
    Optional<String> value = row.get(column);
    return value.orElse("-");
  }

  private static String count(int number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
