package io.walbeam.local.standin.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.walbeam.local.standin.Json;
import java.util.ArrayList;
import java.util.List;

/**
 * A discovery document of the REST methods that the stand-in has, for clients that ask for one
 * before anything else, as {@code bq --api} does (documentation "Google API Discovery Service").
 */
final class Discovery {
  private static final String DATASET = "projects/{+projectId}/datasets/{+datasetId}";
  private static final String TABLE = DATASET + "/tables/{+tableId}";

  private Discovery() {}

  static ObjectNode document(String rootUrl) {
    ObjectNode document = Json.object();
    document.put("kind", "discovery#restDescription");
    document.put("discoveryVersion", "v1");
    document.put("id", "bigquery:v2").put("name", "bigquery").put("version", "v2");
    document.put("title", "BigQuery stand-in").put("protocol", "rest");
    document.put("rootUrl", rootUrl).put("servicePath", "bigquery/v2/");
    document.put("baseUrl", rootUrl + "bigquery/v2/").put("basePath", "/bigquery/v2/");
    document.put("batchPath", "batch/bigquery/v2");
    document
        .putObject("auth")
        .putObject("oauth2")
        .putObject("scopes")
        .putObject("https://www.googleapis.com/auth/bigquery")
        .put("description", "BigQuery");
    parameters(document.putObject("parameters"), "alt", "fields", "key", "prettyPrint", "trace");
    document.putObject("schemas").putObject("Any").put("id", "Any").put("type", "object");
    ObjectNode resources = document.putObject("resources");

    ObjectNode projects = methods(resources, "projects");
    method(projects, "bigquery.projects.list", "GET", "projects", false, "maxResults", "pageToken");

    ObjectNode datasets = methods(resources, "datasets");
    String all = "projects/{+projectId}/datasets";
    method(
        datasets,
        "bigquery.datasets.list",
        "GET",
        all,
        false,
        "all",
        "filter",
        "maxResults",
        "pageToken");
    method(
        datasets,
        "bigquery.datasets.get",
        "GET",
        DATASET,
        false,
        "datasetView",
        "accessPolicyVersion");
    method(datasets, "bigquery.datasets.insert", "POST", all, true, "accessPolicyVersion");
    method(
        datasets,
        "bigquery.datasets.patch",
        "PATCH",
        DATASET,
        true,
        "accessPolicyVersion",
        "updateMode");
    method(
        datasets,
        "bigquery.datasets.update",
        "PUT",
        DATASET,
        true,
        "accessPolicyVersion",
        "updateMode");
    method(datasets, "bigquery.datasets.delete", "DELETE", DATASET, false, "deleteContents");

    ObjectNode tables = methods(resources, "tables");
    String inDataset = DATASET + "/tables";
    method(tables, "bigquery.tables.list", "GET", inDataset, false, "maxResults", "pageToken");
    method(tables, "bigquery.tables.get", "GET", TABLE, false, "selectedFields", "view");
    method(tables, "bigquery.tables.insert", "POST", inDataset, true);
    method(tables, "bigquery.tables.patch", "PATCH", TABLE, true, "autodetect_schema");
    method(tables, "bigquery.tables.update", "PUT", TABLE, true, "autodetect_schema");
    method(tables, "bigquery.tables.delete", "DELETE", TABLE, false);

    ObjectNode rows = methods(resources, "tabledata");
    method(
        rows,
        "bigquery.tabledata.list",
        "GET",
        TABLE + "/data",
        false,
        "maxResults",
        "pageToken",
        "selectedFields",
        "startIndex",
        "formatOptions.useInt64Timestamp",
        "formatOptions.timestampOutputFormat");

    ObjectNode jobs = methods(resources, "jobs");
    String inProject = "projects/{+projectId}/jobs";
    method(
        jobs,
        "bigquery.jobs.list",
        "GET",
        inProject,
        false,
        "allUsers",
        "maxCreationTime",
        "maxResults",
        "minCreationTime",
        "pageToken",
        "parentJobId",
        "projection",
        "stateFilter");
    method(jobs, "bigquery.jobs.get", "GET", inProject + "/{+jobId}", false, "location");
    method(jobs, "bigquery.jobs.insert", "POST", inProject, true);
    // Clients pass a media body, though none for a query, and stop if the method cannot take one.
    ((ObjectNode) jobs.path("insert")).put("supportsMediaUpload", true);
    ObjectNode upload = ((ObjectNode) jobs.path("insert")).putObject("mediaUpload");
    upload.putArray("accept").add("*/*");
    upload
        .putObject("protocols")
        .putObject("simple")
        .put("multipart", true)
        .put("path", "/upload/bigquery/v2/" + inProject);
    method(jobs, "bigquery.jobs.cancel", "POST", inProject + "/{+jobId}/cancel", false, "location");
    method(jobs, "bigquery.jobs.query", "POST", "projects/{+projectId}/queries", true);
    method(
        jobs,
        "bigquery.jobs.getQueryResults",
        "GET",
        "projects/{+projectId}/queries/{+jobId}",
        false,
        "location",
        "maxResults",
        "pageToken",
        "startIndex",
        "timeoutMs",
        "formatOptions.useInt64Timestamp",
        "formatOptions.timestampOutputFormat");

    ObjectNode routines = methods(resources, "routines");
    method(
        routines,
        "bigquery.routines.list",
        "GET",
        DATASET + "/routines",
        false,
        "filter",
        "maxResults",
        "pageToken",
        "readMask");
    ObjectNode models = methods(resources, "models");
    method(
        models,
        "bigquery.models.list",
        "GET",
        DATASET + "/models",
        false,
        "maxResults",
        "pageToken");
    return document;
  }

  private static ObjectNode methods(ObjectNode resources, String name) {
    return resources.putObject(name).putObject("methods");
  }

  private static void method(
      ObjectNode methods, String id, String verb, String path, boolean body, String... query) {
    ObjectNode method = methods.putObject(id.substring(id.lastIndexOf('.') + 1));
    method.put("id", id).put("httpMethod", verb).put("path", path).put("flatPath", path);
    ObjectNode parameters = method.putObject("parameters");
    List<String> order = new ArrayList<>();
    for (int open = path.indexOf("{+"); open >= 0; open = path.indexOf("{+", open + 1)) {
      String name = path.substring(open + 2, path.indexOf('}', open));
      parameters
          .putObject(name)
          .put("type", "string")
          .put("location", "path")
          .put("required", true);
      order.add(name);
    }
    parameters(parameters, query);
    ArrayNode orderNode = method.putArray("parameterOrder");
    order.forEach(orderNode::add);
    if (body) {
      method.putObject("request").put("$ref", "Any");
    }
    if (!verb.equals("DELETE")) {
      method.putObject("response").put("$ref", "Any");
    }
    method.putArray("scopes").add("https://www.googleapis.com/auth/bigquery");
  }

  private static void parameters(ObjectNode parameters, String... names) {
    for (String name : names) {
      parameters.putObject(name).put("type", "string").put("location", "query");
    }
  }
}
