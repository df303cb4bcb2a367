package io.walbeam.row;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.RelationColumn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The table of {@code docs/types.md} is what the mapping does. */
class TypesDocumentTest {
  /** Every built-in type that the program knows has an identifier below this. */
  private static final int MOST_OID = 10_000;

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
}
