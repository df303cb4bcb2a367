package io.walbeam.doctor;

import io.walbeam.failure.WalbeamException;
import io.walbeam.row.StructureMode;
import io.walbeam.sink.DatasetSurvey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The destination's half of a check. */
public final class DestinationCheck {
  private static final String OWN_PREFIX = "_walbeam";

  /** Columns of a primary key (BigQuery documentation, "Quotas and limits", "Table"). */
  private static final int MOST_KEY_COLUMNS = 16;

  private static final Pattern SUCCESSOR = Pattern.compile("(.+)__[0-9]+");

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
   * @param keyed lower-case names of the tables that a run would write by key, with its columns
   * @param columns all columns of these tables
   * @throws InterruptedException if the thread is interrupted meanwhile
   */
  public static CheckReport run(
      Surveyor surveyor,
      String dataset,
      Map<String, List<String>> keyed,
      Map<String, List<WantedColumn>> columns,
      StructureMode structures)
      throws InterruptedException {
    try {
      return surveyor
          .survey()
          .map(
              survey ->
                  report(survey, dataset, keyed)
                      .and(TypeDrift.findings(survey, columns, structures)))
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

  static CheckReport report(DatasetSurvey survey, String dataset, Map<String, List<String>> keyed) {
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
    Map<String, List<List<String>>> successors = successors(survey);
    survey
        .keys()
        .forEach(
            (table, key) -> {
              List<String> wanted = keyed.get(table.toLowerCase(Locale.ROOT));
              if (wanted != null) {
                boolean moved =
                    successors.getOrDefault(table, List.of()).stream()
                        .anyMatch(other -> folded(other).equals(folded(wanted)));
                existing(survey, dataset, table, key, wanted, moved, findings);
              }
            });
    keyed.forEach(
        (table, key) -> {
          if (key.size() > MOST_KEY_COLUMNS) {
            findings.add(
                new Finding(
                    Severity.ACT,
                    "key_columns",
                    "The key of table "
                        + table
                        + " would have "
                        + key.size()
                        + " columns; BigQuery allows "
                        + MOST_KEY_COLUMNS
                        + ".",
                    "--excludeTables=..., or ALTER TABLE ... REPLICA IDENTITY USING INDEX of a"
                        + " narrower unique index.",
                    "BigQuery's limits"));
          }
        });
    survey
        .refusedQuery()
        .ifPresent(
            refused -> {
              findings.add(
                  new Finding(
                      Severity.ACT, "query", refused.getMessage(), refused.remedy(), "jobs.query"));
              notChecked.add(new NotChecked("tables that exist already", "queries are refused"));
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
                        "permissions to read, alter and write tables",
                        "BigQuery tells them of existing tables only, and walbeam has none here"
                            + " yet")));
    notChecked.add(
        new NotChecked(
            "the permission bigquery.tables.create",
            "BigQuery has no call that tells it; the first run says so if it is missing"));
    notChecked.add(
        new NotChecked(
            "quota headroom",
            "BigQuery's API does not tell it; the console shows it under IAM, Quotas"));
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

  /**
   * A table that a run would write by key and that is there already.
   *
   * @param moved whether the table of the present key is there too, under a name that follows
   */
  private static void existing(
      DatasetSurvey survey,
      String dataset,
      String table,
      List<String> key,
      List<String> wanted,
      boolean moved,
      List<Finding> findings) {
    if (key.isEmpty()) {
      findings.add(
          new Finding(
              Severity.ACT,
              "primary_key",
              "The table " + table + " exists without a primary key, so it takes no changes.",
              aside(dataset, table),
              "INFORMATION_SCHEMA.KEY_COLUMN_USAGE"));
    } else if (!folded(key).equals(folded(wanted)) && !moved) {
      findings.add(
          new Finding(
              Severity.WARNING,
              "primary_key_drift",
              "The table "
                  + table
                  + " has the primary key ("
                  + String.join(", ", key)
                  + "), and its source now ("
                  + String.join(", ", wanted)
                  + "); a run writes to another table, "
                  + table
                  + "__2.",
              "Once the other table is dumped, resync --finish --tables=... puts a view of it in"
                  + " the place of this one; or give the source its key back.",
              "INFORMATION_SCHEMA.KEY_COLUMN_USAGE"));
    }
    List<String> required = survey.required().getOrDefault(table, List.of());
    if (!required.isEmpty()) {
      findings.add(
          new Finding(
              Severity.ACT,
              "required_columns",
              "The table "
                  + table
                  + " wants a value in "
                  + String.join(", ", required)
                  + "; a deletion has none, so BigQuery refuses it.",
              required.stream()
                  .map(
                      column ->
                          "ALTER TABLE `"
                              + dataset
                              + "."
                              + table
                              + "` ALTER COLUMN `"
                              + column
                              + "` DROP NOT NULL;")
                  .collect(Collectors.joining(" ")),
              "INFORMATION_SCHEMA.COLUMNS"));
    }
  }

  /** The keys of tables that follow another of their name, by that name. */
  private static Map<String, List<List<String>>> successors(DatasetSurvey survey) {
    Map<String, List<List<String>>> keys = new HashMap<>();
    survey
        .keys()
        .forEach(
            (table, key) -> {
              Matcher name = SUCCESSOR.matcher(table);
              if (name.matches()) {
                keys.computeIfAbsent(name.group(1), any -> new ArrayList<>()).add(key);
              }
            });
    return keys;
  }

  private static String aside(String dataset, String table) {
    return "Rename or drop it; the run makes it anew and dumps its rows: ALTER TABLE `"
        + dataset
        + "."
        + table
        + "` RENAME TO `"
        + table
        + "_before`;";
  }

  private static Set<String> folded(List<String> names) {
    return names.stream().map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
  }
}
