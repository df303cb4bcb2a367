package io.walbeam.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.RelationColumn;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.StructureMode;
import io.walbeam.sink.DatasetSurvey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DestinationCheckTest {
  private static CheckReport report(DatasetSurvey survey) {
    return DestinationCheck.report(survey, "p.d", Map.of("public_orders", List.of("id")));
  }

  @Test
  void aDatasetWithWhichAllIsFineHasNoFinding() {
    CheckReport report =
        report(
            new DatasetSurvey(
                "EU",
                Optional.empty(),
                Map.of("public_orders", List.of("id"), "_walbeam_state", List.of("slot")),
                Map.of("_walbeam_state", List.of("slot")),
                Optional.of(List.of()),
                Optional.empty()));
    assertThat(report.findings()).isEmpty();
    assertThat(report.notChecked())
        .extracting(NotChecked::what)
        .containsExactly("the permission bigquery.tables.create", "quota headroom");
    assertThat(report.summary())
        .containsExactly("BigQuery dataset p.d in EU: 1 tables beside walbeam's own.");
  }

  @Test
  void whatHindersWritingIsNamedWithWhatMendsIt() {
    CheckReport report =
        report(
            new DatasetSurvey(
                "EU",
                Optional.of(7_200_000L),
                Map.of("public_orders", List.of(), "somebody_elses", List.of()),
                Map.of(),
                Optional.of(List.of("bigquery.tables.update")),
                Optional.empty()));
    assertThat(report.findings())
        .extracting(Finding::check)
        .containsExactly("primary_key", "permissions", "expiration");
    assertThat(report.findings().get(0).remedy())
        .contains("ALTER TABLE `p.d.public_orders` RENAME TO");
    assertThat(report.findings().get(2).remedy())
        .isEqualTo("bq update --default_table_expiration 0 p:d");
    assertThat(report.exitCode()).isEqualTo(3);
  }

  @Test
  void whatCouldNotBeAskedIsNoFinding() {
    CheckReport report =
        report(
            new DatasetSurvey(
                "EU", Optional.empty(), Map.of(), Map.of(), Optional.empty(), Optional.empty()));
    assertThat(report.findings()).isEmpty();
    assertThat(report.notChecked())
        .extracting(NotChecked::what)
        .contains("permissions to read, alter and write tables");
  }

  @Test
  void aRefusedQueryAKeyThatChangedAndColumnsThatMustHaveAValueAreNamed() {
    CheckReport report =
        DestinationCheck.report(
            new DatasetSurvey(
                "EU",
                Optional.empty(),
                Map.of("public_orders", List.of("ID"), "moved", List.of("old_id")),
                Map.of("public_orders", List.of("note")),
                Optional.of(List.of()),
                Optional.of(
                    new WalbeamException(FailureKind.OPERATOR, "No queries.", "Grant them."))),
            "p.d",
            Map.of(
                "public_orders", List.of("id"),
                "moved", List.of("id"),
                "wide", IntStream.range(0, 17).mapToObj(i -> "c" + i).toList()));
    assertThat(report.findings())
        .extracting(Finding::check)
        .containsExactlyInAnyOrder("required_columns", "primary_key_drift", "key_columns", "query");
    assertThat(report.findings())
        .filteredOn(finding -> finding.check().equals("required_columns"))
        .extracting(Finding::remedy)
        .containsExactly("ALTER TABLE `p.d.public_orders` ALTER COLUMN `note` DROP NOT NULL;");
  }

  @Test
  void aDestinationThatDoesNotAnswerIsOneFinding() throws Exception {
    CheckReport report =
        DestinationCheck.run(
            () -> {
              throw new WalbeamException(FailureKind.OPERATOR, "No dataset.", "Make it.");
            },
            "p.d",
            Map.of(),
            Map.of(),
            StructureMode.JSON);
    assertThat(report.findings()).singleElement().extracting(Finding::remedy).isEqualTo("Make it.");
    assertThat(report.notChecked()).hasSize(1);
  }

  private static DatasetSurvey typed(Map<String, List<String>> keys, Map<String, String> types) {
    return new DatasetSurvey(
        "EU",
        Optional.empty(),
        keys,
        Map.of(),
        Map.of("public_orders", types),
        Optional.of(List.of()),
        Optional.empty());
  }

  private static WantedColumn column(String name, int typeOid) {
    return new WantedColumn(name, new RelationColumn(name, typeOid, -1, false), name.equals("id"));
  }

  @Test
  void columnsThatCannotHoldWhatTheirSourceHasNowAreNamed() {
    int int8 = 20;
    int text = 25;
    int numeric = 1700;
    Map<String, List<WantedColumn>> columns =
        Map.of(
            "public_orders",
            List.of(column("id", int8), column("note", text), column("price", numeric)));
    Map<String, List<String>> keys = Map.of("public_orders", List.of("id"));
    assertThat(
            TypeDrift.findings(
                typed(keys, Map.of("id", "INT64", "Note", "STRING", "price", "BIGNUMERIC(40, 9)")),
                columns,
                StructureMode.JSON))
        .isEmpty();
    assertThat(
            TypeDrift.findings(
                typed(keys, Map.of("id", "STRING", "note", "INT64", "price", "NUMERIC")),
                columns,
                StructureMode.JSON))
        .singleElement()
        .extracting(Finding::meaning)
        .asString()
        .contains("note is INT64 and needs STRING, in note__string")
        .contains("price is NUMERIC and needs BIGNUMERIC, in price__bignumeric")
        .doesNotContain("id is");
    assertThat(
            TypeDrift.findings(
                typed(keys, Map.of("note", "INT64", "note__string", "STRING")),
                columns,
                StructureMode.JSON))
        .as("a run made the other column already")
        .isEmpty();
  }

  @Test
  void aTableThatAnotherOneFollowedIsNoDrift() {
    DatasetSurvey survey =
        typed(
            Map.of("public_orders", List.of("old_id"), "public_orders__2", List.of("id")),
            Map.of());
    assertThat(report(survey).findings()).isEmpty();
  }
}
