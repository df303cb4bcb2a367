package io.walbeam.local.standin.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.walbeam.local.standin.Faults;
import io.walbeam.local.standin.Json;
import io.walbeam.local.standin.RestFailure;
import io.walbeam.local.standin.TableRef;
import io.walbeam.local.standin.store.Datasets;
import java.util.List;
import java.util.Map;

/**
 * {@code tables.testIamPermissions}: everybody may do everything but what an armed fault refuses. A
 * permission that no table knows, or a pattern, is refused.
 */
final class PermissionsApi {
  /** Separates a table from the verb (BigQuery documentation, tables.testIamPermissions). */
  static final String VERB = ":testIamPermissions";

  /** Permissions of tables (IAM documentation, BigQuery) and what each is needed for. */
  private static final Map<String, List<String>> METHODS =
      Map.of(
          "bigquery.tables.get", List.of("tables.get"),
          "bigquery.tables.getData", List.of("tabledata.list", "jobs.query"),
          "bigquery.tables.update", List.of("tables.patch"),
          "bigquery.tables.updateData", List.of(Faults.APPEND),
          "bigquery.tables.delete", List.of("tables.delete"),
          "bigquery.tables.export", List.of(),
          "bigquery.tables.getIamPolicy", List.of(),
          "bigquery.tables.setIamPolicy", List.of(),
          "bigquery.tables.setCategory", List.of(),
          "bigquery.tables.createSnapshot", List.of());

  private final Datasets catalogue;
  private final Faults faults;

  PermissionsApi(Datasets catalogue, Faults faults) {
    this.catalogue = catalogue;
    this.faults = faults;
  }

  ObjectNode test(TableRef table, ObjectNode request) {
    catalogue.get(table);
    ObjectNode response = Json.object();
    ArrayNode granted = response.putArray("permissions");
    for (JsonNode each : request.path("permissions")) {
      List<String> methods = METHODS.get(each.asText());
      if (methods == null) {
        throw RestFailure.invalid(
            "Permission " + each.asText() + " is not valid for this resource.");
      }
      if (methods.stream().noneMatch(method -> faults.denies(table, method))) {
        granted.add(each.asText());
      }
    }
    if (granted.isEmpty()) {
      response.remove("permissions");
    }
    return response;
  }
}
