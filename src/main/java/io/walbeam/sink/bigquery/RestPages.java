package io.walbeam.sink.bigquery;

import com.google.api.services.bigquery.Bigquery;
import com.google.api.services.bigquery.model.DataFormatOptions;
import com.google.api.services.bigquery.model.GetQueryResultsResponse;
import com.google.api.services.bigquery.model.JobReference;
import com.google.api.services.bigquery.model.QueryParameter;
import com.google.api.services.bigquery.model.QueryParameterType;
import com.google.api.services.bigquery.model.QueryParameterValue;
import com.google.api.services.bigquery.model.QueryRequest;
import com.google.api.services.bigquery.model.QueryResponse;
import com.google.api.services.bigquery.model.TableDataList;
import com.google.api.services.bigquery.model.TableRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows by REST: of queries and of whole tables, page by page. Thread-safe. */
final class RestPages {
  /** How long the service may hold a query call open; then we ask again. */
  private static final long QUERY_WAIT_MILLIS = 20_000;

  /** Rows of one page of a query's result: some hundred kilobytes. */
  private static final long PAGE_ROWS = 5_000;

  private final BigQuerySettings settings;
  private final Bigquery client;
  private final RestCalls calls;

  RestPages(BigQuerySettings settings, Bigquery client, RestCalls calls) {
    this.settings = settings;
    this.client = client;
    this.calls = calls;
  }

  /** Takes a page of rows. */
  @FunctionalInterface
  interface Pages {
    void take(List<TableRow> rows) throws InterruptedException;
  }

  /**
   * Runs a GoogleSQL query with STRING parameters and hands over its rows, page by page.
   *
   * @param location of the dataset, empty if it is not known
   * @param table named in a stall
   */
  void query(String location, String table, String sql, Map<String, String> parameters, Pages pages)
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
          calls.make(table, () -> client.jobs().query(settings.project(), request).execute());
      boolean complete = Boolean.TRUE.equals(response.getJobComplete());
      @Nullable String token = response.getPageToken();
      if (complete) {
        pages.take(rows(response.getRows()));
      }
      if (!complete || token != null) {
        results(table, response.getJobReference(), complete ? token : null, pages);
      }
    } catch (RestCalls.RefusedException e) {
      throw e.meaning == RestFailures.Meaning.DENIED
          ? calls.denied("bigquery.jobs.create", e.failure)
          : RestCalls.refused("query table", table, e.failure);
    }
  }

  /** Hands over every row of a table, page by page, without a query; none if it does not exist. */
  void list(String table, Pages pages) throws InterruptedException {
    @Nullable String token = null;
    do {
      @Nullable String page = token;
      try {
        TableDataList response =
            calls.make(
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
      } catch (RestCalls.RefusedException e) {
        switch (e.meaning) {
          case NOT_FOUND -> {
            return;
          }
          case DENIED -> throw calls.denied("bigquery.tables.getData", e.failure);
          default -> throw RestCalls.refused("list table", table, e.failure);
        }
      }
    } while (token != null);
  }

  private void results(String table, JobReference job, @Nullable String from, Pages pages)
      throws InterruptedException, RestCalls.RefusedException {
    @Nullable String token = from;
    while (true) {
      String page = token;
      GetQueryResultsResponse response =
          calls.make(
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
        calls.waitForMore();
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
}
