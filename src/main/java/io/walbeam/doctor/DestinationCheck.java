package io.walbeam.doctor;

import io.walbeam.failure.WalbeamException;
import io.walbeam.sink.DatasetSurvey;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The destination's half of a check. */
public final class DestinationCheck {
  private static final String OWN_PREFIX = "_walbeam";

  private static final double MILLIS_PER_HOUR = 3_600_000;

  /** Takes a survey. */
  @FunctionalInterface
  public interface Surveyor {
    Optional<DatasetSurvey> survey() throws InterruptedException;
  }

  private DestinationCheck() {}

  /**
   * Never throws for what is wrong with the destination: that is a finding.
   *
   * @param dataset as project.dataset, or what else the destination is called
   * @param keyed names of the tables that a run would write by key
   * @throws InterruptedException if the thread is interrupted meanwhile
   */
  public static CheckReport run(Surveyor surveyor, String dataset, Set<String> keyed)
      throws InterruptedException {
    try {
      return surveyor
          .survey()
          .map(survey -> report(survey, dataset, keyed))
          .orElseGet(
              () ->
                  new CheckReport(
                      List.of("Changes go to " + dataset + ", which can be written to."),
                      List.of(),
                      List.of()));
    } catch (WalbeamException e) {
      return new CheckReport(
          List.of(),
          List.of(
              new Finding(Severity.ACT, "destination", e.getMessage(), e.remedy(), "datasets.get")),
          List.of(
              new NotChecked(
                  "everything about the destination", "BigQuery did not answer as needed")));
    }
  }

  static CheckReport report(DatasetSurvey survey, String dataset, Set<String> keyed) {
    List<Finding> findings = new ArrayList<>();
    List<NotChecked> notChecked = new ArrayList<>();
    survey
        .expirationMillis()
        .ifPresent(
            millis ->
                findings.add(
                    new Finding(
                        Severity.WARNING,
                        "expiration",
                        "BigQuery deletes tables of the dataset "
                            + Amounts.hours(millis / MILLIS_PER_HOUR)
                            + " after their creation, rows and all.",
                        "bq update --default_table_expiration 0 "
                            + dataset.replaceFirst("[.](?=[^.]*$)", ":"),
                        "datasets.get")));
    survey
        .keys()
        .forEach(
            (table, key) -> {
              if (key.isEmpty() && keyed.contains(table.toLowerCase(Locale.ROOT))) {
                findings.add(
                    new Finding(
                        Severity.ACT,
                        "primary_key",
                        "The table "
                            + table
                            + " exists without a primary key, so it takes no changes.",
                        "Rename or drop it; the run makes it anew and dumps its rows: ALTER TABLE `"
                            + dataset
                            + "."
                            + table
                            + "` RENAME TO `"
                            + table
                            + "_before`;",
                        "INFORMATION_SCHEMA.KEY_COLUMN_USAGE"));
              }
            });
    survey
        .missingPermissions()
        .ifPresentOrElse(
            missing -> {
              if (!missing.isEmpty()) {
                findings.add(
                    new Finding(
                        Severity.ACT,
                        "permissions",
                        "Missing on the dataset: " + String.join(", ", missing) + ".",
                        "Grant the role BigQuery Data Editor on dataset " + dataset + ".",
                        "tables.testIamPermissions"));
              }
            },
            () ->
                notChecked.add(
                    new NotChecked(
                        "permissions to create and write tables",
                        "BigQuery tells them of existing tables only, and walbeam has none here"
                            + " yet, or the endpoint does not know the call")));
    long others =
        survey.keys().keySet().stream().filter(name -> !name.startsWith(OWN_PREFIX)).count();
    return new CheckReport(
        List.of(
            String.format(
                Locale.ROOT,
                "BigQuery dataset %s%s: %,d tables beside walbeam's own.",
                dataset,
                survey.location().isEmpty() ? "" : " in " + survey.location(),
                others)),
        findings,
        notChecked);
  }
}
