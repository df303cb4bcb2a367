package io.walbeam.sink.bigquery;

import java.util.ArrayList;
import java.util.List;

/**
 * Lines for a shell that prepare the destination, with the tools of Google Cloud. A dataset's own
 * grants suffice for everything but queries, which BigQuery allows by project.
 */
final class DatasetLines {
  private DatasetLines() {}

  /**
   * What makes the dataset and lets {@code member} write to it; repeating a line is harmless. Where
   * the dataset is to be is left to a person: it never moves.
   *
   * @param member as IAM names it
   */
  static List<String> creation(String project, String dataset, String member) {
    return List.of(
        "bq mk --force --dataset --location=LOCATION " + project + ":" + dataset,
        dcl(project, "GRANT", dataset, "TO", member),
        "gcloud projects add-iam-policy-binding "
            + project
            + " --member="
            + quote(member)
            + " --role=roles/bigquery.jobUser --condition=None");
  }

  /** What takes the grants back; the dataset stays. */
  static List<String> removal(String project, String dataset, String member) {
    List<String> lines = new ArrayList<>();
    lines.add(dcl(project, "REVOKE", dataset, "FROM", member));
    lines.add(
        "gcloud projects remove-iam-policy-binding "
            + project
            + " --member="
            + quote(member)
            + " --role=roles/bigquery.jobUser --condition=None");
    return lines;
  }

  /** BigQuery's data control language: bq itself cannot grant on a dataset in every version. */
  private static String dcl(
      String project, String verb, String dataset, String preposition, String member) {
    return "bq query --project_id="
        + project
        + " --nouse_legacy_sql "
        + quote(
            verb
                + " `roles/bigquery.dataEditor` ON SCHEMA `"
                + project
                + "`.`"
                + dataset
                + "` "
                + preposition
                + " \""
                + member.replace("\\", "\\\\").replace("\"", "\\\"")
                + "\"");
  }

  private static String quote(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
