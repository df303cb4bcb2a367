package io.walbeam.sink.bigquery;

import com.google.api.services.bigquery.Bigquery;
import com.google.api.services.bigquery.model.DataFormatOptions;
import com.google.api.services.bigquery.model.Dataset;
import com.google.api.services.bigquery.model.GetQueryResultsResponse;
import com.google.api.services.bigquery.model.JobReference;
import com.google.api.services.bigquery.model.QueryParameter;
import com.google.api.services.bigquery.model.QueryParameterType;
import com.google.api.services.bigquery.model.QueryParameterValue;
import com.google.api.services.bigquery.model.QueryRequest;
import com.google.api.services.bigquery.model.QueryResponse;
import com.google.api.services.bigquery.model.Table;
import com.google.api.services.bigquery.model.TableDataList;
import com.google.api.services.bigquery.model.TableRow;
import com.google.api.services.bigquery.model.TestIamPermissionsRequest;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.Retry;
import io.walbeam.failure.WalbeamException;
import io.walbeam.sink.Stalls;
import io.walbeam.sink.Waits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * BigQuery's REST calls on one dataset. Thread-safe. What passes by itself is retried in place
 * without limit, with a named stall after a while.
 */
final class BigQueryRest {
  private static final Logger log = LoggerFactory.getLogger(BigQueryRest.class);

  /** How long the service may hold a query call open; then we ask again. */
  private static final long QUERY_WAIT_MILLIS = 20_000;

  /** What a run does with a table: reads its schema and rows, extends it, writes rows. */
  private static final List<String> NEEDED_ON_TABLES =
      List.of(
          "bigquery.tables.get",
          "bigquery.tables.getData",
          "bigquery.tables.update",
          "bigquery.tables.updateData");

  /** Rows of one page of a query's result: some hundred kilobytes. */
  private static final long PAGE_ROWS = 5_000;

  private final BigQuerySettings settings;
  private final Bigquery client;
  private final Pace pace;
  private final Waits waits;
  private final Stalls stalls;
  private volatile String location;
  private volatile boolean asked;

  /** One REST call. */
  private interface Call<T> {
    T run() throws IOException;
  }

  /** A call that failed for good. */
  private static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;
    final RestFailures.Meaning meaning;
    final IOException failure;

    RefusedException(RestFailures.Meaning meaning, IOException failure) {
      super(failure);
      this.meaning = meaning;
      this.failure = failure;
    }
  }

  BigQueryRest(BigQuerySettings settings, Bigquery client, Pace pace, Waits waits, Stalls stalls) {
    this.settings = settings;
    this.client = client;
    this.pace = pace;
    this.waits = waits;
    this.stalls = stalls;
    this.location = settings.location();
  }

  BigQuerySettings settings() {
    return settings;
  }

  /** Where the dataset is, as given or as BigQuery has said; empty while nobody has asked. */
  String location() {
    return location;
  }

  /** Whether tables of the dataset go by themselves, or nobody can say. */
  boolean tablesExpire() throws InterruptedException {
    try {
      return call(
                  settings.dataset(),
                  () -> client.datasets().get(settings.project(), settings.dataset()).execute())
              .getDefaultTableExpirationMs()
          != null;
    } catch (RefusedException e) {
      log.debug("The dataset cannot be read", e);
      return true;
    }
  }

  /** Asks where the dataset is, once; where that is refused, calls are led by their table. */
  void learnLocation() throws InterruptedException {
    if (!location.isEmpty() || asked) {
      return;
    }
    try {
      Dataset found =
          call(
              settings.dataset(),
              () -> client.datasets().get(settings.project(), settings.dataset()).execute());
      location = found.getLocation() == null ? "" : found.getLocation();
      asked = true;
    } catch (RefusedException e) {
      asked = true;
      log.debug("The dataset's location is not known", e);
    }
  }

  /**
   * Asks once, without retry, whether the dataset can be reached.
   *
   * @throws WalbeamException of kind OPERATOR if it is missing or forbidden, TRANSIENT if there is
   *     no answer
   */
  Dataset verifyDataset() {
    try {
      return client.datasets().get(settings.project(), settings.dataset()).execute();
    } catch (IOException e) {
      switch (RestFailures.of(e)) {
        case NOT_FOUND -> throw datasetMissing(e);
        case DENIED -> throw denied("bigquery.datasets.get", e);
        case PASSES ->
            throw new WalbeamException(
                FailureKind.TRANSIENT,
                "BigQuery cannot be reached at " + where() + ": " + RestFailures.text(e) + ".",
                settings.endpoint().isEmpty()
                    ? "Check the network and try again."
                    : "Start the server there, or correct --bigQueryEndpoint.",
                e);
        default -> throw refused("find dataset", dataset(), e);
      }
    }
  }

  /**
   * Permissions on an existing table that a run needs and has not; empty if there is no such table,
   * or the endpoint does not tell.
   */
  Optional<List<String>> missingPermissions(String table) {
    String resource =
        "projects/%s/datasets/%s/tables/%s"
            .formatted(settings.project(), settings.dataset(), table);
    try {
      @Nullable List<String> granted =
          client
              .tables()
              .testIamPermissions(
                  resource, new TestIamPermissionsRequest().setPermissions(NEEDED_ON_TABLES))
              .execute()
              .getPermissions();
      List<String> missing = new ArrayList<>(NEEDED_ON_TABLES);
      missing.removeAll(granted == null ? List.of() : granted);
      return Optional.of(missing);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The table as it is, or empty if it does not exist. */
  Optional<Table> get(String table) throws InterruptedException {
    try {
      return Optional.of(
          call(
              table,
              () -> client.tables().get(settings.project(), settings.dataset(), table).execute()));
    } catch (RefusedException e) {
      return switch (e.meaning) {
        case NOT_FOUND -> Optional.empty();
        case DENIED -> throw denied("bigquery.tables.get", e.failure);
        default -> throw refused("read table", table, e.failure);
      };
    }
  }

  /** Creates a table. Returns false if it exists already. */
  boolean insert(String name, Table table) throws InterruptedException {
    try {
      call(
          name,
          () -> client.tables().insert(settings.project(), settings.dataset(), table).execute());
      return true;
    } catch (RefusedException e) {
      return switch (e.meaning) {
        case ALREADY_EXISTS -> false;
        case NOT_FOUND -> throw datasetMissing(e.failure);
        case DENIED -> throw denied("bigquery.tables.create", e.failure);
        default -> throw refused("create table", name, e.failure);
      };
    }
  }

  /**
   * Patches a table.
   *
   * @param etag of the version the patch was made for, or null
   * @return false if it changed meanwhile, or is gone
   */
  boolean patch(String name, Table patch, @Nullable String etag) throws InterruptedException {
    try {
      call(
          name,
          () -> {
            Bigquery.Tables.Patch request =
                client.tables().patch(settings.project(), settings.dataset(), name, patch);
            if (etag != null) {
              request.getRequestHeaders().setIfMatch(etag);
            }
            return request.execute();
          });
      return true;
    } catch (RefusedException e) {
      return switch (e.meaning) {
        case CHANGED, NOT_FOUND -> false;
        case DENIED -> throw denied("bigquery.tables.update", e.failure);
        default -> throw refused("add columns to table", name, e.failure);
      };
    }
  }

  /** Deletes a table. Returns false if there is none. */
  boolean delete(String name) throws InterruptedException {
    try {
      call(
          name,
          () -> client.tables().delete(settings.project(), settings.dataset(), name).execute());
      return true;
    } catch (RefusedException e) {
      return switch (e.meaning) {
        case NOT_FOUND -> false;
        case DENIED -> throw denied("bigquery.tables.delete", e.failure);
        default -> throw refused("delete table", name, e.failure);
      };
    }
  }

  /** Takes a page of rows. */
  @FunctionalInterface
  interface Pages {
    void take(List<TableRow> rows) throws InterruptedException;
  }

  /**
   * Runs a GoogleSQL query with STRING parameters and hands over its rows, page by page.
   *
   * @param table named in a stall
   */
  void query(String table, String sql, Map<String, String> parameters, Pages pages)
      throws InterruptedException {
    QueryRequest request =
        new QueryRequest()
            .setQuery(sql)
            .setUseLegacySql(false)
            .setUseQueryCache(false)
            .setTimeoutMs(QUERY_WAIT_MILLIS)
            .setMaxResults(PAGE_ROWS)
            .setParameterMode("NAMED")
            .setQueryParameters(bind(parameters))
            .setFormatOptions(new DataFormatOptions().setUseInt64Timestamp(true));
    if (!location.isEmpty()) {
      request.setLocation(location);
    }
    try {
      QueryResponse response =
          call(table, () -> client.jobs().query(settings.project(), request).execute());
      boolean complete = Boolean.TRUE.equals(response.getJobComplete());
      @Nullable String token = response.getPageToken();
      if (complete) {
        pages.take(rows(response.getRows()));
      }
      if (!complete || token != null) {
        results(table, response.getJobReference(), complete ? token : null, pages);
      }
    } catch (RefusedException e) {
      throw e.meaning == RestFailures.Meaning.DENIED
          ? denied("bigquery.jobs.create", e.failure)
          : refused("query table", table, e.failure);
    }
  }

  /** Hands over every row of a table, page by page, without a query; none if it does not exist. */
  void list(String table, Pages pages) throws InterruptedException {
    @Nullable String token = null;
    do {
      @Nullable String page = token;
      try {
        TableDataList response =
            call(
                table,
                () ->
                    client
                        .tabledata()
                        .list(settings.project(), settings.dataset(), table)
                        .setMaxResults(PAGE_ROWS)
                        .setPageToken(page)
                        .execute());
        pages.take(rows(response.getRows()));
        token = response.getPageToken();
      } catch (RefusedException e) {
        switch (e.meaning) {
          case NOT_FOUND -> {
            return;
          }
          case DENIED -> throw denied("bigquery.tables.getData", e.failure);
          default -> throw refused("list table", table, e.failure);
        }
      }
    } while (token != null);
  }

  private void results(String table, JobReference job, @Nullable String from, Pages pages)
      throws InterruptedException, RefusedException {
    @Nullable String token = from;
    while (true) {
      String page = token;
      GetQueryResultsResponse response =
          call(
              table,
              () ->
                  client
                      .jobs()
                      .getQueryResults(settings.project(), job.getJobId())
                      .setLocation(job.getLocation())
                      .setTimeoutMs(QUERY_WAIT_MILLIS)
                      .setMaxResults(PAGE_ROWS)
                      .setPageToken(page)
                      .setFormatOptionsUseInt64Timestamp(true)
                      .execute());
      if (Boolean.TRUE.equals(response.getJobComplete())) {
        pages.take(rows(response.getRows()));
        token = response.getPageToken();
        if (token == null) {
          return;
        }
      } else {
        waits.sleep(pace.firstDelay());
      }
    }
  }

  private static List<TableRow> rows(@Nullable List<TableRow> rows) {
    return rows == null ? List.of() : rows;
  }

  private static List<QueryParameter> bind(Map<String, String> parameters) {
    List<QueryParameter> bound = new ArrayList<>();
    parameters.forEach(
        (name, value) ->
            bound.add(
                new QueryParameter()
                    .setName(name)
                    .setParameterType(new QueryParameterType().setType("STRING"))
                    .setParameterValue(new QueryParameterValue().setValue(value))));
    return bound;
  }

  private <T> T call(String table, Call<T> call) throws InterruptedException, RefusedException {
    try (Retry retry = new Retry(pace.retry(), waits, stalls.of(table))) {
      while (true) {
        try {
          // Closing ends the stall without a word: that a call succeeds does not mean that rows do.
          return call.run();
        } catch (IOException e) {
          RestFailures.Meaning meaning = RestFailures.of(e);
          if (meaning != RestFailures.Meaning.PASSES) {
            throw new RefusedException(meaning, e);
          }
          boolean unused =
              retry.pause(
                  FailureKind.TRANSIENT,
                  "BigQuery's REST API at " + where() + " fails: " + RestFailures.text(e));
        }
      }
    }
  }

  private String where() {
    return settings.endpoint().isEmpty() ? "bigquery.googleapis.com" : settings.endpoint();
  }

  private String dataset() {
    return settings.project() + "." + settings.dataset();
  }

  private WalbeamException datasetMissing(IOException cause) {
    return new WalbeamException(
        FailureKind.OPERATOR,
        "The BigQuery dataset " + dataset() + " does not exist.",
        "Create it: bq mk --dataset " + settings.project() + ":" + settings.dataset(),
        cause);
  }

  private WalbeamException denied(String permission, IOException cause) {
    return new WalbeamException(
        FailureKind.OPERATOR,
        "The permission " + permission + " on BigQuery dataset " + dataset() + " is missing.",
        permission.startsWith("bigquery.jobs")
            ? "Grant the role BigQuery Job User on project " + settings.project() + "."
            : "Grant the role BigQuery Data Editor on the dataset.",
        cause);
  }

  private static WalbeamException refused(String what, String name, IOException cause) {
    return new WalbeamException(
        FailureKind.OPERATOR,
        "BigQuery refuses to " + what + " " + name + ": " + RestFailures.text(cause),
        "Mend what it says.",
        cause);
  }
}
