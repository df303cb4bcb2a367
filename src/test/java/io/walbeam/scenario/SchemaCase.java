package io.walbeam.scenario;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One schema change as an owner of tables would make it. {@code $t} stands for the case's name,
 * which its tables begin with.
 *
 * @param setup before the first run
 * @param change what is done to the schema, each statement on its own
 * @param after changes of rows in the new shape
 * @param tables tables to compare, without schema; empty for the one that is named like the case
 * @param copy name of the copy, if it is not the one of every day
 * @param columns names that columns may have in the copy instead of those of every day
 * @param dumps how often the table is dumped in all, if that is to be looked at
 */
record SchemaCase(
    String name,
    List<String> setup,
    List<String> change,
    List<String> after,
    List<String> tables,
    Optional<String> copy,
    Map<String, String> columns,
    Optional<Integer> dumps) {
  SchemaCase {
    setup = replaced(name, setup);
    change = replaced(name, change);
    after = replaced(name, after);
  }

  private static List<String> replaced(String name, List<String> statements) {
    return statements.stream().map(text -> text.replace("$t", name)).toList();
  }

  /** A table (id, a, b) with three rows; the change of one, a new one and a deletion after. */
  static SchemaCase plain(String name, String... change) {
    return of(name)
        .setup(
            "CREATE TABLE $t (id int PRIMARY KEY, a text, b text)",
            "INSERT INTO $t VALUES (1, 'a1', 'b1'), (2, 'a2', 'b2'), (3, 'a3', 'b3')")
        .change(change)
        .after("INSERT INTO $t (id) VALUES (4)", "DELETE FROM $t WHERE id = 2");
  }

  /** A table (id, v) with values of one type. */
  static SchemaCase typed(String name, String type, List<String> values, String... change) {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      rows.add("(" + (i + 1) + ", '" + values.get(i) + "')");
    }
    return of(name)
        .setup(
            "CREATE TABLE $t (id int PRIMARY KEY, v " + type + ")",
            "INSERT INTO $t VALUES " + String.join(", ", rows))
        .change(change)
        .after("INSERT INTO $t (id) VALUES (100)");
  }

  static SchemaCase of(String name) {
    return new SchemaCase(
        name,
        List.of(),
        List.of(),
        List.of(),
        List.of(name),
        Optional.empty(),
        Map.of(),
        Optional.empty());
  }

  SchemaCase setup(String... statements) {
    return new SchemaCase(name, List.of(statements), change, after, tables, copy, columns, dumps);
  }

  SchemaCase change(String... statements) {
    return new SchemaCase(name, setup, List.of(statements), after, tables, copy, columns, dumps);
  }

  SchemaCase after(String... statements) {
    return new SchemaCase(name, setup, change, List.of(statements), tables, copy, columns, dumps);
  }

  SchemaCase comparing(String... names) {
    return new SchemaCase(
        name, setup, change, after, replaced(name, List.of(names)), copy, columns, dumps);
  }

  SchemaCase copiedTo(String table) {
    return new SchemaCase(
        name, setup, change, after, tables, Optional.of(table.replace("$t", name)), columns, dumps);
  }

  SchemaCase column(String source, String copied) {
    Map<String, String> more = new LinkedHashMap<>(columns);
    more.put(source, copied);
    return new SchemaCase(name, setup, change, after, tables, copy, more, dumps);
  }

  SchemaCase dumped(int times) {
    return new SchemaCase(name, setup, change, after, tables, copy, columns, Optional.of(times));
  }
}
