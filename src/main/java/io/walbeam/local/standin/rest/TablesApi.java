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
import io.walbeam.local.standin.store.Datasets;
import io.walbeam.local.standin.store.DefinitionRules;
import io.walbeam.local.standin.store.Table;
import io.walbeam.local.standin.store.TableDefinition;
import java.sql.SQLException;
import java.util.List;

/** {@code tables.*} and {@code tabledata.list}. */
public final class TablesApi {
  private static final long DEFAULT_PAGE = 10_000;

  private final Datasets catalogue;
  private final Queries queries;

  public TablesApi(Datasets catalogue, Queries queries) {
    this.catalogue = catalogue;
    this.queries = queries;
  }

  ObjectNode list(String project, String dataset, Params params) {
    catalogue.dataset(project, dataset);
    List<Table> tables = catalogue.tables(project, dataset);
    long start = params.start();
    long count = params.number("maxResults", DEFAULT_PAGE);
    ObjectNode response = Json.object();
    response.put("kind", "bigquery#tableList");
    ArrayNode list = response.putArray("tables");
    tables.stream()
        .skip(start)
        .limit(count)
        .forEach(
            table -> {
              TableDefinition definition = table.definition();
              ObjectNode entry = list.addObject();
              entry.put("kind", "bigquery#table");
              entry.put("id", definition.ref().colonForm());
              entry.set("tableReference", reference(definition.ref()));
              entry.put("type", type(definition));
              entry.put("creationTime", Long.toString(table.created().toEpochMilli()));
              for (String field :
                  List.of("clustering", "timePartitioning", "labels", "friendlyName")) {
                if (definition.resource().hasNonNull(field)) {
                  entry.set(field, definition.resource().path(field));
                }
              }
            });
    response.put("totalItems", tables.size());
    if (start + list.size() < tables.size()) {
      response.put("nextPageToken", Long.toString(start + list.size()));
    }
    return response;
  }

  ObjectNode get(TableRef ref, Params params) {
    Table table = catalogue.get(ref);
    ObjectNode resource = resource(table);
    if (!params.text("view").equals("BASIC") && !table.definition().isView()) {
      resource.put("numRows", Long.toString(queries.count(table)));
      resource.put("numBytes", "0");
    }
    return resource;
  }

  ObjectNode insert(String project, String dataset, ObjectNode body) throws SQLException {
    String name = body.path("tableReference").path("tableId").asText("");
    checkView(project, body);
    return resource(catalogue.create(new TableRef(project, dataset, name), body));
  }

  /**
   * Changes a table.
   *
   * @param merge whether fields that the body lacks keep their value (patch) or lose it (update)
   */
  ObjectNode change(TableRef ref, ObjectNode body, boolean merge, String ifMatch)
      throws SQLException {
    TableDefinition before = catalogue.get(ref).definition();
    if (!ifMatch.isEmpty() && !ifMatch.equals("*") && !ifMatch.equals(before.etag())) {
      throw new RestFailure(412, "conditionNotMet", "Precondition check failed.");
    }
    ObjectNode after = merge ? before.resource().deepCopy() : Json.object();
    merge(after, DefinitionRules.withoutOutputFields(body));
    if (!merge && !after.hasNonNull("schema") && before.resource().hasNonNull("schema")) {
      after.set("schema", before.resource().path("schema"));
    }
    checkView(ref.project(), after);
    return resource(catalogue.change(ref, after));
  }

  /** A view is refused whose query does not run. */
  private void checkView(String project, ObjectNode resource) {
    String query = resource.path("view").path("query").asText("");
    if (!query.isBlank()) {
      queries.describe(project, query);
    }
  }

  void delete(TableRef ref) throws SQLException {
    catalogue.delete(ref);
  }

  ObjectNode rows(TableRef ref, Params params) {
    Table table = catalogue.get(ref);
    if (table.definition().isView()) {
      throw RestFailure.invalid("Cannot list a table of type VIEW.");
    }
    long start = params.start();
    long total = queries.count(table);
    QueryResult result =
        queries.list(table, start, Math.max(0, params.number("maxResults", DEFAULT_PAGE)));
    ObjectNode response = Json.object();
    response.put("kind", "bigquery#tableDataList");
    response.put("totalRows", Long.toString(total));
    ArrayNode rows = result.page(0, result.rows().size(), params.format());
    response.set("rows", rows);
    if (start + rows.size() < total && !rows.isEmpty()) {
      response.put("pageToken", Long.toString(start + rows.size()));
    }
    return response;
  }

  /** Merges by the rules of PATCH: objects field by field, null removes, the rest replaces. */
  static void merge(ObjectNode into, JsonNode change) {
    change
        .fields()
        .forEachRemaining(
            entry -> {
              JsonNode value = entry.getValue();
              if (value.isNull()) {
                into.remove(entry.getKey());
              } else if (value.isObject() && into.path(entry.getKey()) instanceof ObjectNode old) {
                merge(old, value);
              } else {
                into.set(entry.getKey(), value);
              }
            });
  }

  private ObjectNode resource(Table table) {
    TableDefinition definition = table.definition();
    ObjectNode resource = definition.resource().deepCopy();
    resource.put("kind", "bigquery#table");
    resource.put("etag", definition.etag());
    resource.put("id", definition.ref().colonForm());
    resource.set("tableReference", reference(definition.ref()));
    resource.put("type", type(definition));
    resource.put("location", Location.NAME);
    resource.put("creationTime", Long.toString(table.created().toEpochMilli()));
    resource.put("lastModifiedTime", Long.toString(table.modified().toEpochMilli()));
    if (definition.isView() && !resource.hasNonNull("schema")) {
      ArrayNode fields = resource.putObject("schema").putArray("fields");
      queries
          .describe(definition.ref().project(), definition.viewQuery())
          .forEach(type -> fields.add(type.schema()));
    }
    return resource;
  }

  private static String type(TableDefinition definition) {
    return definition.isView() ? "VIEW" : "TABLE";
  }

  private static ObjectNode reference(TableRef ref) {
    return Json.object()
        .put("projectId", ref.project())
        .put("datasetId", ref.dataset())
        .put("tableId", ref.table());
  }
}
