package io.walbeam.local.standin.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.walbeam.local.standin.Json;
import io.walbeam.local.standin.RestFailure;
import io.walbeam.local.standin.TableRef;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The REST interface: finds the method of a request, and turns what it gives into an answer. */
public final class RestService implements HttpService {
  private static final Logger log = LoggerFactory.getLogger(RestService.class);
  private static final JsonNode NO_CONTENT = MissingNode.getInstance();

  private final DatasetsApi datasets;
  private final TablesApi tables;
  private final JobsApi jobs;
  private final ControlApi control;

  public RestService(DatasetsApi datasets, TablesApi tables, JobsApi jobs, ControlApi control) {
    this.datasets = datasets;
    this.tables = tables;
    this.jobs = jobs;
    this.control = control;
  }

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
    return HttpResponse.of(
        request
            .aggregate()
            .thenApplyAsync(whole -> answer(context, whole), context.blockingTaskExecutor()));
  }

  private HttpResponse answer(ServiceRequestContext context, AggregatedHttpRequest request) {
    try {
      String query = context.query();
      Params params =
          new Params(query == null ? QueryParams.of() : QueryParams.fromQueryString(query));
      String method =
          request
              .headers()
              .get("x-http-method-override", request.method().name())
              .toUpperCase(Locale.ROOT);
      JsonNode result = route(method, segments(context.path()), params, request);
      if (result.isMissingNode()) {
        return HttpResponse.of(HttpStatus.NO_CONTENT);
      }
      return HttpResponse.of(HttpStatus.OK, MediaType.JSON_UTF_8, Json.write(result));
    } catch (RestFailure e) {
      return HttpResponse.of(
          HttpStatus.valueOf(e.status()), MediaType.JSON_UTF_8, Json.write(e.body()));
    } catch (SQLException | RuntimeException e) {
      log.error("a REST request failed inside the stand-in", e);
      RestFailure failure = new RestFailure(500, "internalError", "The stand-in failed: " + e);
      return HttpResponse.of(
          HttpStatus.INTERNAL_SERVER_ERROR, MediaType.JSON_UTF_8, Json.write(failure.body()));
    }
  }

  private static List<String> segments(String path) {
    List<String> segments = new ArrayList<>();
    for (String segment : path.split("/", -1)) {
      if (!segment.isEmpty()) {
        // A plus sign is itself in a path.
        segments.add(URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8));
      }
    }
    return segments;
  }

  private JsonNode route(
      String method, List<String> path, Params params, AggregatedHttpRequest request)
      throws SQLException {
    if (!path.isEmpty() && path.get(0).equals(ControlApi.PREFIX)) {
      return control.handle(method, path.subList(1, path.size()), request.contentUtf8());
    }
    if (path.size() >= 2 && (path.contains("$discovery") || path.get(0).equals("discovery"))) {
      return Discovery.document("http://" + request.headers().get("host", "localhost") + "/");
    }
    List<String> rest = path;
    if (rest.size() > 2 && rest.get(0).equals("bigquery") && rest.get(1).equals("v2")) {
      rest = rest.subList(2, rest.size());
    }
    if (rest.isEmpty() || !rest.get(0).equals("projects")) {
      throw notFound(method);
    }
    if (rest.size() == 1) {
      return Json.object().put("kind", "bigquery#projectList").set("projects", Json.array());
    }
    String project = rest.get(1);
    control.faults().onRest(method, rest);
    String collection = rest.size() > 2 ? rest.get(2) : "";
    return switch (collection) {
      case "datasets" -> dataset(method, project, rest, params, request);
      case "jobs" -> job(method, project, rest, request);
      case "queries" -> {
        if (method.equals("POST") && rest.size() == 3) {
          yield jobs.query(project, Json.parseObject(request.contentUtf8()));
        }
        if (method.equals("GET") && rest.size() == 4) {
          yield jobs.results(project, rest.get(3), params);
        }
        throw notFound(method);
      }
      default -> throw notFound(method);
    };
  }

  private JsonNode job(
      String method, String project, List<String> path, AggregatedHttpRequest request) {
    if (path.size() == 3) {
      return method.equals("POST")
          ? jobs.insert(project, Json.parseObject(request.contentUtf8()))
          : jobs.list(project);
    }
    if (path.size() == 5 && path.get(4).equals("cancel")) {
      return jobs.cancel(project, path.get(3));
    }
    return jobs.get(project, path.get(3));
  }

  private JsonNode dataset(
      String method,
      String project,
      List<String> path,
      Params params,
      AggregatedHttpRequest request)
      throws SQLException {
    if (path.size() == 3) {
      return switch (method) {
        case "GET" -> datasets.list(project);
        case "POST" -> datasets.insert(project, Json.parseObject(request.contentUtf8()));
        default -> throw notFound(method);
      };
    }
    String dataset = path.get(3);
    if (path.size() == 4) {
      return switch (method) {
        case "GET" -> datasets.get(project, dataset);
        case "PATCH", "PUT" ->
            datasets.change(
                project, dataset, Json.parseObject(request.contentUtf8()), method.equals("PATCH"));
        case "DELETE" -> {
          datasets.delete(project, dataset, params.flag("deleteContents"));
          yield NO_CONTENT;
        }
        default -> throw notFound(method);
      };
    }
    if (path.get(4).equals("tables")) {
      return table(method, project, dataset, path, params, request);
    }
    if (path.get(4).equals("routines") || path.get(4).equals("models")) {
      return Json.object(); // empty lists, which bq asks for
    }
    throw notFound(method);
  }

  private JsonNode table(
      String method,
      String project,
      String dataset,
      List<String> path,
      Params params,
      AggregatedHttpRequest request)
      throws SQLException {
    if (path.size() == 5) {
      return switch (method) {
        case "GET" -> tables.list(project, dataset, params);
        case "POST" -> tables.insert(project, dataset, Json.parseObject(request.contentUtf8()));
        default -> throw notFound(method);
      };
    }
    if (path.size() == 6 && path.get(5).endsWith(PermissionsApi.VERB) && method.equals("POST")) {
      String name = path.get(5).substring(0, path.get(5).length() - PermissionsApi.VERB.length());
      return control
          .permissions()
          .test(new TableRef(project, dataset, name), Json.parseObject(request.contentUtf8()));
    }
    TableRef ref = new TableRef(project, dataset, path.get(5));
    if (path.size() == 7 && path.get(6).equals("data") && method.equals("GET")) {
      return dataset.equals(JobsApi.RESULTS_DATASET)
          ? jobs.rows(project, ref.table(), params)
          : tables.rows(ref, params);
    }
    if (path.size() != 6) {
      throw notFound(method);
    }
    return switch (method) {
      case "GET" -> tables.get(ref, params);
      case "PATCH", "PUT" ->
          tables.change(
              ref,
              Json.parseObject(request.contentUtf8()),
              method.equals("PATCH"),
              request.headers().get("if-match", ""));
      case "DELETE" -> {
        tables.delete(ref);
        yield NO_CONTENT;
      }
      default -> throw notFound(method);
    };
  }

  private static RestFailure notFound(String method) {
    return new RestFailure(
        404, "notFound", "Not found: the stand-in has no such method (" + method + ")");
  }
}
