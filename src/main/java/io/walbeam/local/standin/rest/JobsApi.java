package io.walbeam.local.standin.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.walbeam.local.standin.Json;
import io.walbeam.local.standin.Location;
import io.walbeam.local.standin.RestFailure;
import io.walbeam.local.standin.TableRef;
import io.walbeam.local.standin.sql.Queries;
import io.walbeam.local.standin.sql.QueryResult;
import io.walbeam.local.standin.sql.ResultCells;
import java.time.Clock;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Jobs: queries only, finished before they are answered. The last {@value #REMEMBERED} are
 * remembered with their results. Thread-safe.
 */
public final class JobsApi {
  /** The dataset that destination tables of queries pretend to be in. */
  static final String RESULTS_DATASET = "_standin_results";

  private static final int REMEMBERED = 200;
  private static final long DEFAULT_PAGE = 100_000;

  /** A finished job. */
  record Job(
      String project,
      String id,
      String query,
      ObjectNode configuration,
      @Nullable QueryResult result,
      @Nullable RestFailure failure,
      long at) {}

  private final Queries queries;
  private final Clock clock;
  private final Map<String, Job> jobs =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Job> eldest) {
              return size() > REMEMBERED;
            }
          });

  public JobsApi(Queries queries, Clock clock) {
    this.queries = queries;
    this.clock = clock;
  }

  /** {@code jobs.query}. */
  ObjectNode query(String project, ObjectNode request) {
    refuseLegacy(request.path("useLegacySql").asBoolean(true), request.path("query").asText(""));
    ObjectNode configuration = Json.object();
    configuration.put("jobType", "QUERY");
    ObjectNode query = configuration.putObject("query");
    query.put("query", request.path("query").asText(""));
    query.put("useLegacySql", false);
    Job job =
        request.path("dryRun").asBoolean(false)
            ? null
            : run(
                project,
                newId(),
                configuration,
                request.path("defaultDataset"),
                request.path("queryParameters"));
    if (job == null) {
      ObjectNode dry = Json.object();
      dry.put("kind", "bigquery#queryResponse");
      dry.put("jobComplete", true);
      dry.put("totalBytesProcessed", "0");
      return dry;
    }
    if (job.failure() != null) {
      throw job.failure();
    }
    ObjectNode response =
        results(job, 0, request.path("maxResults").asLong(DEFAULT_PAGE), format(request));
    response.put("kind", "bigquery#queryResponse");
    if (request.hasNonNull("requestId")) {
      response.put("queryId", job.id());
    }
    return response;
  }

  /** {@code jobs.insert}; a failed query is a finished job with an error. */
  ObjectNode insert(String project, ObjectNode request) {
    if (!(request.path("configuration") instanceof ObjectNode configuration)
        || !configuration.hasNonNull("query")) {
      throw new RestFailure(501, "notImplemented", "Only query jobs are supported here");
    }
    JsonNode query = configuration.path("query");
    refuseLegacy(query.path("useLegacySql").asBoolean(true), query.path("query").asText(""));
    String id = request.path("jobReference").path("jobId").asText("");
    if (!id.isEmpty() && jobs.containsKey(project + ":" + id)) {
      throw new RestFailure(409, "duplicate", "Already Exists: Job " + project + ":" + id);
    }
    ObjectNode copy = configuration.deepCopy();
    copy.put("jobType", "QUERY");
    return resource(
        run(
            project,
            id.isEmpty() ? newId() : id,
            copy,
            query.path("defaultDataset"),
            query.path("queryParameters")));
  }

  ObjectNode get(String project, String id) {
    return resource(find(project, id));
  }

  ObjectNode cancel(String project, String id) {
    ObjectNode response = Json.object();
    response.put("kind", "bigquery#jobCancelResponse");
    response.set("job", get(project, id));
    return response;
  }

  ObjectNode list(String project) {
    ObjectNode response = Json.object();
    response.put("kind", "bigquery#jobList");
    ArrayNode list = response.putArray("jobs");
    List<Job> all;
    synchronized (jobs) {
      all = List.copyOf(jobs.values());
    }
    all.stream()
        .filter(job -> job.project().equals(project))
        .forEach(job -> list.add(resource(job)));
    return response;
  }

  /** {@code jobs.getQueryResults}. */
  ObjectNode results(String project, String id, Params params) {
    Job job = find(project, id);
    if (job.failure() != null) {
      throw job.failure();
    }
    ObjectNode response =
        results(job, params.start(), params.number("maxResults", DEFAULT_PAGE), params.format());
    response.put("kind", "bigquery#getQueryResultsResponse");
    return response;
  }

  /** {@code tabledata.list} of a query's destination table. */
  ObjectNode rows(String project, String table, Params params) {
    QueryResult result = find(project, table).result();
    if (result == null) {
      throw RestFailure.tableNotFound(new TableRef(project, RESULTS_DATASET, table));
    }
    return page(result, params.start(), params.number("maxResults", DEFAULT_PAGE), params.format());
  }

  private Job run(
      String project,
      String id,
      ObjectNode configuration,
      JsonNode defaultDataset,
      JsonNode parameters) {
    String sql = configuration.path("query").path("query").asText("");
    QueryResult result = null;
    RestFailure failure = null;
    try {
      result = queries.run(project, defaultDataset.path("datasetId").asText(""), sql, parameters);
    } catch (RestFailure e) {
      failure = e;
    }
    if (configuration.path("query") instanceof ObjectNode query) {
      ObjectNode destination = query.putObject("destinationTable");
      destination.put("projectId", project);
      destination.put("datasetId", RESULTS_DATASET);
      destination.put("tableId", id);
    }
    Job job = new Job(project, id, sql, configuration, result, failure, clock.millis());
    jobs.put(project + ":" + id, job);
    return job;
  }

  private Job find(String project, String id) {
    Job job = jobs.get(project + ":" + id);
    if (job == null) {
      throw new RestFailure(404, "notFound", "Not found: Job " + project + ":" + id);
    }
    return job;
  }

  private static ObjectNode results(
      Job job, long start, long count, ResultCells.TimestampFormat format) {
    QueryResult result = job.result();
    if (result == null) {
      throw new IllegalStateException("a job without failure has a result");
    }
    ObjectNode response = page(result, start, count, format);
    response.set("jobReference", reference(job));
    response.set("schema", result.schema());
    response.put("jobComplete", true);
    response.put("cacheHit", false);
    response.put("totalBytesProcessed", "0");
    if (result.affected() >= 0) {
      response.put("numDmlAffectedRows", Long.toString(result.affected()));
    }
    return response;
  }

  private static ObjectNode page(
      QueryResult result, long start, long count, ResultCells.TimestampFormat format) {
    ObjectNode page = Json.object();
    page.put("kind", "bigquery#tableDataList");
    page.put("totalRows", Integer.toString(result.rows().size()));
    ArrayNode rows = result.page(start, count, format);
    page.set("rows", rows);
    if (start + rows.size() < result.rows().size()) {
      page.put("pageToken", Long.toString(start + rows.size()));
    }
    return page;
  }

  private static ObjectNode resource(Job job) {
    ObjectNode resource = Json.object();
    resource.put("kind", "bigquery#job");
    resource.put("id", job.project() + ":" + Location.NAME + "." + job.id());
    resource.set("jobReference", reference(job));
    resource.set("configuration", job.configuration());
    ObjectNode status = resource.putObject("status");
    status.put("state", "DONE");
    RestFailure failure = job.failure();
    if (failure != null) {
      status.set("errorResult", failure.entry());
      status.putArray("errors").add(failure.entry());
      resource.set("error", failure.body().path("error"));
    }
    String at = Long.toString(job.at());
    ObjectNode statistics = resource.putObject("statistics");
    statistics.put("creationTime", at).put("startTime", at).put("endTime", at);
    ObjectNode query = statistics.putObject("query");
    QueryResult result = job.result();
    query.put("statementType", result == null ? "SELECT" : result.statementType());
    query.put("totalBytesProcessed", "0");
    if (result != null && result.affected() >= 0) {
      query.put("numDmlAffectedRows", Long.toString(result.affected()));
    }
    return resource;
  }

  private static ObjectNode reference(Job job) {
    ObjectNode reference = Json.object();
    reference.put("projectId", job.project());
    reference.put("jobId", job.id());
    reference.put("location", Location.NAME);
    return reference;
  }

  private static void refuseLegacy(boolean legacy, String sql) {
    if (legacy && !sql.stripLeading().startsWith("#standardSQL")) {
      throw RestFailure.invalid(
          "Legacy SQL is not supported here: set useLegacySql to false, or begin with"
              + " #standardSQL");
    }
  }

  private static ResultCells.TimestampFormat format(JsonNode request) {
    JsonNode options = request.path("formatOptions");
    return Params.format(
        options.path("timestampOutputFormat").asText(""),
        options.path("useInt64Timestamp").asBoolean(false));
  }

  private static String newId() {
    return "job-" + UUID.randomUUID();
  }
}
