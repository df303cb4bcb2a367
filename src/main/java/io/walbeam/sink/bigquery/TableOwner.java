package io.walbeam.sink.bigquery;

import io.walbeam.row.DestinationTable;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which source table a table in BigQuery belongs to. Its description remembers that, so all workers
 * and all starts agree on it. Pure.
 */
final class TableOwner {
  /** What {@code TableMapping} and {@code ChangelogMapping} write. */
  private static final Pattern DESCRIPTION =
      Pattern.compile(
          "(?:Current state|Changes) of the PostgreSQL table (.*?), kept by walbeam\\.",
          Pattern.DOTALL);

  private TableOwner() {}

  /** The quoted name of the source table; empty if the description does not tell. */
  static Optional<String> of(@Nullable String description) {
    if (description == null) {
      return Optional.empty();
    }
    Matcher matcher = DESCRIPTION.matcher(description);
    return matcher.lookingAt() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  /** Why rows of {@code wanted} cannot go where those of another table go; empty if they can. */
  static Optional<TableEvolution.Another> other(Optional<String> owner, DestinationTable wanted) {
    Optional<String> source = of(wanted.description());
    if (owner.isEmpty() || source.isEmpty() || owner.equals(source)) {
      return Optional.empty();
    }
    return Optional.of(
        new TableEvolution.Another(
            "The tables "
                + owner.get()
                + " and "
                + source.get()
                + " would both be written to "
                + wanted.name()
                + ", which belongs to the first.",
            "Leave one out with --excludeTables, or give --tableName another form; if the first is"
                + " no more, take the description off the table in BigQuery: ALTER TABLE ... SET"
                + " OPTIONS (description = NULL)."));
  }
}
