package io.walbeam.doctor;

import io.walbeam.row.ColumnTypes;
import io.walbeam.row.StructureMode;
import io.walbeam.sink.DatasetSurvey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Columns of existing tables that cannot hold what their source columns have now. Pure. */
final class TypeDrift {
  private TypeDrift() {}

  /**
   * A finding for each table that has some.
   *
   * @param columns what a run would write, by lower-case name of the table
   */
  static List<Finding> findings(
      DatasetSurvey survey, Map<String, List<WantedColumn>> columns, StructureMode structures) {
    List<Finding> findings = new ArrayList<>();
    survey
        .types()
        .forEach(
            (table, types) -> {
              List<String> drifted = new ArrayList<>();
              Map<String, String> folded = new HashMap<>();
              types.forEach((name, type) -> folded.put(name.toLowerCase(Locale.ROOT), type));
              for (WantedColumn column :
                  columns.getOrDefault(table.toLowerCase(Locale.ROOT), List.of())) {
                Optional.ofNullable(folded.get(column.name().toLowerCase(Locale.ROOT)))
                    .flatMap(existing -> drift(column, existing, structures, folded))
                    .ifPresent(drifted::add);
              }
              if (!drifted.isEmpty()) {
                findings.add(finding(table, drifted));
              }
            });
    return findings;
  }

  private static Optional<String> drift(
      WantedColumn column, String existing, StructureMode structures, Map<String, String> there) {
    return ColumnTypes.beside(column.source(), column.key(), structures, existing)
        .filter(type -> !there.containsKey(beside(column, type).toLowerCase(Locale.ROOT)))
        .map(
            type ->
                column.name()
                    + " is "
                    + existing
                    + " and needs "
                    + type
                    + ", in "
                    + beside(column, type));
  }

  private static String beside(WantedColumn column, String type) {
    return column.name() + "__" + type.toLowerCase(Locale.ROOT);
  }

  private static Finding finding(String table, List<String> drifted) {
    return new Finding(
        Severity.WARNING,
        "type_drift",
        "Columns of table "
            + table
            + " cannot hold what their source columns have now, so a run writes to others beside"
            + " them: "
            + String.join("; ", drifted)
            + ".",
        "Let readers use the other columns.",
        "INFORMATION_SCHEMA.COLUMNS");
  }
}
