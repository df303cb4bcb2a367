package io.walbeam.sink.bigquery;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.io.Serializable;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where and how to write.
 *
 * @param project Google Cloud project of the dataset; its quota is used and billed
 * @param dataset name of the dataset, without the project
 * @param location BigQuery location of the dataset ({@code EU}, {@code us-east1}), or empty to let
 *     BigQuery find it
 * @param endpoint empty for Google's; {@code http://host:port} for a local stand-in, then plaintext
 *     and without credentials; {@code https://host} for a private endpoint
 * @param deadLetterTable name of the dead-letter table in the dataset
 * @param traceId names this run in BigQuery's diagnosis, {@code walbeam:something}
 * @param letGoAfter how long a table may wait for a person before it holds nothing up any more
 */
public record BigQuerySettings(
    String project,
    String dataset,
    String location,
    String endpoint,
    String deadLetterTable,
    String traceId,
    Duration letGoAfter)
    implements Serializable {
  /** Default name of the dead-letter table. */
  public static final String DEFAULT_DEAD_LETTER_TABLE = "_walbeam_dead_letters";

  /** A person who is at it may mend the table before that. */
  public static final Duration LET_GO_AFTER = Duration.ofMinutes(2);

  private static final long serialVersionUID = 1L;

  private static final Set<String> OWN_TABLES =
      Set.of(
          BigQueryStateStore.TABLE_NAME,
          BigQueryDumpLedger.TABLE_NAME,
          BigQueryAskedDumps.TABLE_NAME,
          BigQuerySchemaChanges.TABLE_NAME,
          BigQueryVerifications.TABLE_NAME);

  private static final Pattern PROJECT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.:-]*");
  private static final Pattern DATASET = Pattern.compile("[A-Za-z0-9_]{1,1024}");
  private static final Pattern LOCATION = Pattern.compile("[A-Za-z0-9-]*");
  private static final Pattern TABLE =
      Pattern.compile("[\\p{L}\\p{M}\\p{N}\\p{Pc}\\p{Pd} ]{1,1024}");
  private static final Pattern TRACE_ID = Pattern.compile("[^:]+:.+");

  /**
   * @throws WalbeamException of kind CONFIGURATION, for the first of {@link #problems}
   */
  public BigQuerySettings {
    List<WalbeamException> problems =
        problems(project, dataset, location, endpoint, deadLetterTable, traceId);
    if (!problems.isEmpty()) {
      throw problems.get(0);
    }
    while (endpoint.endsWith("/")) {
      endpoint = endpoint.substring(0, endpoint.length() - 1);
    }
  }

  /** The same with the default patience. */
  public BigQuerySettings(
      String project,
      String dataset,
      String location,
      String endpoint,
      String deadLetterTable,
      String traceId) {
    this(project, dataset, location, endpoint, deadLetterTable, traceId, LET_GO_AFTER);
  }

  /** The same with another patience. */
  public BigQuerySettings letGoAfter(Duration patience) {
    return new BigQuerySettings(
        project, dataset, location, endpoint, deadLetterTable, traceId, patience);
  }

  /** Whether a table of the dataset is walbeam's own, which nothing can go on without. */
  boolean isOwn(String table) {
    return table.equals(deadLetterTable) || OWN_TABLES.contains(table);
  }

  /** All that is wrong with these values, each with its remedy. */
  public static List<WalbeamException> problems(
      String project,
      String dataset,
      String location,
      String endpoint,
      String deadLetterTable,
      String traceId) {
    List<WalbeamException> problems = new ArrayList<>();
    if (!PROJECT.matcher(project).matches()) {
      problems.add(
          wrong(
              "The dataset's project \"" + project + "\" is not a project id.",
              "Give --dataset as project.dataset, or set --project."));
    }
    if (!DATASET.matcher(dataset).matches()) {
      problems.add(
          wrong(
              "\"" + dataset + "\" is not the name of a BigQuery dataset.",
              "Give --dataset as project.dataset; a dataset name has letters, digits and"
                  + " underscores only."));
    }
    if (!LOCATION.matcher(location).matches()) {
      problems.add(
          wrong(
              "\"" + location + "\" is not a BigQuery location.",
              "Give a location such as EU or us-east1, or leave it out."));
    }
    if (!endpoint.isEmpty() && !isEndpoint(endpoint)) {
      problems.add(
          wrong(
              "The BigQuery endpoint \"" + endpoint + "\" is not a URL of scheme, host and port.",
              "Give --bigQueryEndpoint as http://localhost:9050, or leave it out for Google's."));
    }
    if (!TABLE.matcher(deadLetterTable).matches()) {
      problems.add(
          wrong(
              "\"" + deadLetterTable + "\" is not the name of a BigQuery table.",
              "Give --deadLetterTable as a plain table name in the dataset."));
    }
    if (!TRACE_ID.matcher(traceId).matches()) {
      problems.add(
          wrong(
              "The trace id \"" + traceId + "\" is not of the form a:b.",
              "Give a trace id such as walbeam:orders."));
    }
    return problems;
  }

  /** A table's full name for a query. */
  String quoted(String table) {
    return "`" + project + "." + dataset + "." + table + "`";
  }

  /** Whether to talk plaintext and without credentials. */
  boolean plaintext() {
    return endpoint.startsWith("http://");
  }

  /** Host and port of a given endpoint. */
  String authority() {
    URI uri = URI.create(endpoint);
    int port = uri.getPort() >= 0 ? uri.getPort() : plaintext() ? 80 : 443;
    return uri.getHost() + ":" + port;
  }

  /** Resource name of the default stream of a table (storage.proto, AppendRowsRequest). */
  String defaultStream(String table) {
    return "projects/%s/datasets/%s/tables/%s/streams/_default".formatted(project, dataset, table);
  }

  private static boolean isEndpoint(String endpoint) {
    try {
      URI uri = new URI(endpoint);
      return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
          && uri.getHost() != null
          && uri.getUserInfo() == null
          && uri.getQuery() == null
          && uri.getFragment() == null
          && uri.getPath().chars().allMatch(c -> c == '/');
    } catch (java.net.URISyntaxException e) {
      return false;
    }
  }

  private static WalbeamException wrong(String message, String remedy) {
    return new WalbeamException(FailureKind.CONFIGURATION, message, remedy);
  }
}
