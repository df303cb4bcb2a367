package io.walbeam.row;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.walbeam.change.RelationColumn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The tables of {@code docs/types.md} are what the mapping does, and what {@link RoundTripCase}s
 * prove of dumps and streams.
 */
class TypesDocumentTest {
  /** Every built-in type that the program knows has an identifier below this. */
  private static final int MOST_OID = 10_000;

  /** Types that PostgreSQL takes no value of from anybody. */
  private static final Set<String> WITHOUT_LITERALS =
      Set.of(
          "gtsvector",
          "pg_node_tree",
          "pg_ndistinct",
          "pg_dependencies",
          "pg_mcv_list",
          "pg_brin_bloom_summary",
          "pg_brin_minmax_multi_summary");

  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  private static Map<String, Integer> oids() {
    Map<String, Integer> oids = new HashMap<>();
    for (int oid = 1; oid < MOST_OID; oid++) {
      if (!BuiltInTypes.name(oid).isEmpty()) {
        oids.put(BuiltInTypes.name(oid), oid);
      }
    }
    return oids;
  }

  private static String mapped(int oid, int modifier, boolean key) {
    return TypeMapping.of(
            new RelationColumn("c", oid, modifier, key),
            key,
            SourceTypes.NONE,
            StructureMode.JSON,
            Optional.empty())
        .type()
        .toString();
  }

  @Test
  void theTableNamesWhatEveryTypeBecomesAndNoneIsMissing() throws Exception {
    Map<String, Integer> left = oids();
    for (String line : Files.readAllLines(Path.of("docs", "types.md"))) {
      String[] cells = line.split("\\|", -1);
      if (cells.length < 4 || line.startsWith("| PostgreSQL") || line.startsWith("|---")) {
        continue;
      }
      for (String name : cells[1].strip().split(", ", -1)) {
        Integer oid = left.get(name);
        if (oid != null) {
          assertThat(mapped(oid, -1, false)).as(name).isEqualTo(cells[2].strip());
          assertThat(mapped(oid, -1, true)).as(name + " as a key").isEqualTo(cells[3].strip());
          left.remove(name);
        }
      }
    }
    assertThat(mapped(BuiltInTypes.NUMERIC, -1, false)).isEqualTo("BIGNUMERIC");
    left.remove("numeric");
    left.keySet().stream()
        .filter(name -> name.endsWith("[]"))
        .toList()
        .forEach(
            name -> {
              int oid = Objects.requireNonNull(left.remove(name));
              assertThat(mapped(oid, -1, false)).as(name).isEqualTo("JSON");
              assertThat(mapped(oid, -1, true)).as(name).isEqualTo("STRING");
            });
    left.forEach((name, oid) -> assertThat(mapped(oid, -1, false)).as(name).isEqualTo("STRING"));
  }

  @Test
  void theLimitsOfNumericAreTheTables() {
    for (int[] limit :
        List.of(new int[] {38, 9, 0}, new int[] {76, 38, 1}, new int[] {77, 38, 2})) {
      int modifier = (limit[0] << 16 | limit[1]) + 4;
      assertThat(mapped(BuiltInTypes.NUMERIC, modifier, false))
          .isEqualTo(List.of("NUMERIC", "BIGNUMERIC", "STRING").get(limit[2]));
    }
  }

  @Test
  void everyBuiltInTypeHasARoundTripIntoTheColumnThatTheTableNames() throws Exception {
    Map<String, Integer> oids = oids();
    Map<String, String> named = new HashMap<>();
    for (String[] cells : lines(4)) {
      for (String name : cells[1].strip().split(", ", -1)) {
        named.put(name, cells[2].strip());
      }
    }
    Set<String> tried = new HashSet<>();
    for (RoundTripCase one : RoundTripCase.all()) {
      String name = one.typeName();
      tried.add(name);
      if (oids.containsKey(name) && !name.equals("numeric")) {
        String otherwise = name.endsWith("[]") ? "JSON" : "STRING";
        assertThat(one.destinationType()).as(name).isEqualTo(named.getOrDefault(name, otherwise));
      }
    }
    assertThat(oids.keySet().stream().filter(name -> !name.endsWith("[]")))
        .allMatch(name -> tried.contains(name) != WITHOUT_LITERALS.contains(name));
  }

  @Test
  void everyExampleOfJsonIsARoundTrip() throws Exception {
    int found = 0;
    for (String[] cells : lines("## Arrays, composites, ranges and hstore", 4)) {
      List<String> values = code(cells[1]);
      List<String> documents = code(cells[2]);
      for (String value : values) {
        String literal = value.replaceAll("^int4range |::\\w+$", "");
        List<RoundTripCase> cases =
            RoundTripCase.all().stream()
                .filter(one -> one.literal().equals(literal) && !one.refused())
                .filter(one -> one.destinationType().equals("JSON"))
                .toList();
        assertThat(cases).as(value).isNotEmpty();
        if (value.equals(values.get(0)) && !documents.isEmpty()) {
          assertThat(cases)
              .as(value)
              .anyMatch(
                  one ->
                      JsonParser.parseString(one.cell())
                          .equals(JsonParser.parseString(documents.get(0))));
          found++;
        }
      }
    }
    assertThat(found).isGreaterThan(7);
  }

  @Test
  void everyReasonForADeadLetterIsARoundTrip() throws Exception {
    Set<String> tried =
        RoundTripCase.all().stream()
            .filter(RoundTripCase::refused)
            .map(RoundTripCase::errorClass)
            .collect(Collectors.toSet());
    assertThat(tried)
        .contains("numeric_not_finite", "numeric_range", "numeric_scale")
        .contains("date_infinite", "date_range", "time_24");
    for (String[] cells : lines(5)) {
      if (cells[3].strip().startsWith("dead letter")) {
        assertThat(tried).containsAll(code(cells[3]));
      }
    }
  }

  /** Lines of the tables of every section, in so many pieces between bars or more. */
  private static List<String[]> lines(int pieces) throws IOException {
    return lines("# Types", pieces);
  }

  /** Lines of the tables of a section. */
  private static List<String[]> lines(String heading, int pieces) throws IOException {
    String level = heading.substring(0, heading.indexOf(' ') + 1);
    return Files.readAllLines(Path.of("docs", "types.md")).stream()
        .dropWhile(line -> !line.equals(heading))
        .skip(1)
        .takeWhile(line -> !line.startsWith(level))
        .filter(line -> line.startsWith("| "))
        .map(line -> line.split("\\|", -1))
        .filter(cells -> cells.length >= pieces)
        .toList();
  }

  private static List<String> code(String cell) {
    return CODE.matcher(cell).results().map(result -> result.group(1)).toList();
  }
}
