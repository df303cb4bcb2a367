package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What {@code docs/schema-changes.md} says of each change is what {@code SchemaConvergenceIT} sees
 * happen: every row of its table has cases, and every case a row.
 */
class SchemaChangesDocumentTest {
  /** Cases by the first cell of the row that they are about. */
  private static final Map<String, List<String>> CASES =
      Map.ofEntries(
          Map.entry(
              "`ADD COLUMN`",
              List.of(
                  "added",
                  "added_constant",
                  "added_volatile",
                  "added_serial",
                  "added_identity",
                  "dropped_and_added",
                  "dropped_and_added_later",
                  "key_remade",
                  "inheriting",
                  "partitioned_default")),
          Map.entry("`DROP COLUMN`", List.of("dropped", "capital", "punctuated")),
          Map.entry(
              "`RENAME COLUMN`, also swaps and chains", List.of("renamed", "swapped", "chained")),
          Map.entry(
              "`ALTER TYPE` that the column can hold",
              List.of(
                  "shifted",
                  "to_text_and_back",
                  "numeric_narrower",
                  "bigint_to_int",
                  "varchar_to_text",
                  "key_longer",
                  "domain_changed",
                  "partitioned")),
          Map.entry(
              "`ALTER TYPE` that it cannot hold",
              List.of(
                  "text_to_int",
                  "int_to_text",
                  "numeric_wider",
                  "timestamp_to_timestamptz",
                  "swapped_types",
                  "place_taken",
                  "dropped_and_added_as_int")),
          Map.entry(
              "another key, a key column of another name or type",
              List.of(
                  "key_widened",
                  "key_renamed",
                  "key_retyped",
                  "key_by_index",
                  "followed",
                  "full_key_renamed",
                  "full_key_widened")),
          Map.entry(
              "`DROP` and `CREATE`, rotation, swapped names",
              List.of("recreated", "recreated_otherwise", "rotated", "blue_green")),
          Map.entry(
              "a table that left the publication and joined again, another row filter or column"
                  + " list",
              List.of("left_and_joined", "without_identity")),
          Map.entry(
              "a new table, `SET SCHEMA`, `RENAME TO`",
              List.of("moved", "key_added", "full_key_added")),
          Map.entry(
              "enum value renamed, attribute of a composite type added, renamed or dropped",
              List.of(
                  "enum_renamed",
                  "enum_key_renamed",
                  "enum_in_range_renamed",
                  "composite_extended",
                  "attributes_changed")),
          Map.entry("partition attached", List.of("attached")),
          Map.entry("partition detached and attached again", List.of("reattached")),
          Map.entry(
              "`VACUUM FULL`, `CLUSTER`, `GRANT`, `ANALYZE`, `INHERIT`, indexes, defaults,"
                  + " statistics, new enum values",
              List.of(
                  "vacuumed",
                  "clustered",
                  "granted",
                  "analyzed",
                  "inherited",
                  "followed__2",
                  "enum_extended")));

  /** A hundred statements are told of below the table. */
  private static final String RESTLESS = "restless";

  private record Row(String change, String becomes, String dumped) {}

  private static List<Row> rows() throws IOException {
    return Files.readAllLines(Path.of("docs", "schema-changes.md")).stream()
        .filter(line -> line.startsWith("| ") && !line.startsWith("| change"))
        .map(line -> line.split("\\|", -1))
        .map(cells -> new Row(cells[1].strip(), cells[2].strip(), cells[3].strip()))
        .toList();
  }

  private static Map<String, SchemaCase> cases() {
    Map<String, SchemaCase> cases = new LinkedHashMap<>();
    Stream.of(
            SchemaCases.columns(),
            SchemaCases.types(),
            SchemaCases.places(),
            SchemaCases.harmless(),
            SchemaCases.keys())
        .flatMap(List::stream)
        .forEach(each -> cases.put(each.name(), each));
    return cases;
  }

  @Test
  void everyRowHasCasesAndEveryCaseARow() throws Exception {
    List<String> changes = rows().stream().map(Row::change).toList();
    assertThat(changes).containsExactlyInAnyOrderElementsOf(CASES.keySet());
    TreeSet<String> told = new TreeSet<>();
    CASES.values().forEach(told::addAll);
    told.add(RESTLESS);
    assertThat(told).containsExactlyInAnyOrderElementsOf(cases().keySet());
  }

  @Test
  void tablesAndColumnsAreBesideTheOthersWhereARowSaysSo() throws Exception {
    Map<String, SchemaCase> cases = cases();
    for (Row row : rows()) {
      boolean table = row.becomes().startsWith("a table beside it");
      boolean column = row.becomes().startsWith("a column beside it");
      for (String name : Objects.requireNonNull(CASES.get(row.change()))) {
        SchemaCase each = Objects.requireNonNull(cases.get(name));
        assertThat(each.copy().isPresent()).as(name).isEqualTo(table);
        boolean beside =
            each.columns().entrySet().stream()
                .anyMatch(one -> one.getValue().startsWith(one.getKey() + "__"));
        assertThat(beside).as(name).isEqualTo(column);
      }
    }
  }

  @Test
  void whatIsDumpedOrNotIsWhatTheCasesExpect() throws Exception {
    Map<String, SchemaCase> cases = cases();
    Map<String, Integer> looked = new HashMap<>();
    for (Row row : rows()) {
      for (String name : Objects.requireNonNull(CASES.get(row.change()))) {
        Objects.requireNonNull(cases.get(name))
            .dumps()
            .ifPresent(
                times -> {
                  looked.merge(row.dumped(), 1, Integer::sum);
                  if (row.dumped().equals("no")) {
                    assertThat(times).as(name).isEqualTo(1);
                  } else if (row.dumped().equals("yes")) {
                    assertThat(times).as(name).isEqualTo(2);
                  }
                });
      }
    }
    assertThat(looked).containsKeys("yes", "no");
  }
}
