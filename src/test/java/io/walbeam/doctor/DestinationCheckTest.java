package io.walbeam.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.sink.DatasetSurvey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DestinationCheckTest {
  private static CheckReport report(DatasetSurvey survey) {
    return DestinationCheck.report(survey, "p.d", Set.of("public_orders"));
  }

  @Test
  void aDatasetWithWhichAllIsFineHasNoFinding() {
    CheckReport report =
        report(
            new DatasetSurvey(
                "EU",
                Optional.empty(),
                Map.of("public_orders", List.of("id"), "_walbeam_state", List.of("slot")),
                Optional.of(List.of())));
    assertThat(report.findings()).isEmpty();
    assertThat(report.notChecked()).isEmpty();
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
                Optional.of(List.of("bigquery.tables.update"))));
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
        report(new DatasetSurvey("EU", Optional.empty(), Map.of(), Optional.empty()));
    assertThat(report.findings()).isEmpty();
    assertThat(report.notChecked()).hasSize(1);
  }

  @Test
  void aDestinationThatDoesNotAnswerIsOneFinding() throws Exception {
    CheckReport report =
        DestinationCheck.run(
            () -> {
              throw new WalbeamException(FailureKind.OPERATOR, "No dataset.", "Make it.");
            },
            "p.d",
            Set.of());
    assertThat(report.findings()).singleElement().extracting(Finding::remedy).isEqualTo("Make it.");
    assertThat(report.notChecked()).hasSize(1);
  }
}
