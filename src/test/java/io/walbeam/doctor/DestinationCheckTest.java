package io.walbeam.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
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
            Map.of());
    assertThat(report.findings()).singleElement().extracting(Finding::remedy).isEqualTo("Make it.");
    assertThat(report.notChecked()).hasSize(1);
  }
}
