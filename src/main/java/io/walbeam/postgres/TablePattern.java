package io.walbeam.postgres;

import io.walbeam.change.TableId;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A pattern for tables like {@code public.*} or {@code sales.orders}.
 *
 * <p>{@code *} stands for any characters. Without a dot the schema is {@code public}. The first dot
 * separates schema and table, so a table name may hold dots. Names are compared exactly as
 * PostgreSQL stores them.
 */
public final class TablePattern {
  private static final String DEFAULT_SCHEMA = "public";

  private final Pattern schema;
  private final Pattern table;

  private TablePattern(String schema, String table) {
    this.schema = compile(schema);
    this.table = compile(table);
  }

  /** Parses one pattern. */
  public static TablePattern parse(String text) {
    int dot = text.indexOf('.');
    return dot < 0
        ? new TablePattern(DEFAULT_SCHEMA, text)
        : new TablePattern(text.substring(0, dot), text.substring(dot + 1));
  }

  /** Whether any of {@code patterns} covers {@code id}. */
  public static boolean anyMatches(List<TablePattern> patterns, TableId id) {
    return patterns.stream().anyMatch(pattern -> pattern.matches(id));
  }

  /** Whether this pattern covers {@code id}. */
  public boolean matches(TableId id) {
    return schema.matcher(id.schema()).matches() && table.matcher(id.name()).matches();
  }

  private static Pattern compile(String glob) {
    StringBuilder regex = new StringBuilder();
    for (String literal : glob.split("\\*", -1)) {
      regex.append(Pattern.quote(literal)).append(".*");
    }
    regex.setLength(regex.length() - 2);
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }
}
