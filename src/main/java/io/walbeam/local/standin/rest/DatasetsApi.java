package io.walbeam.local.standin.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.walbeam.local.standin.Json;
import io.walbeam.local.standin.Location;
import io.walbeam.local.standin.store.Datasets;
import java.sql.SQLException;
import java.util.List;

/** {@code datasets.*}. */
public final class DatasetsApi {
  private static final List<String> OUTPUT =
      List.of("kind", "etag", "id", "selfLink", "creationTime", "lastModifiedTime", "location");

  private final Datasets catalogue;

  public DatasetsApi(Datasets catalogue) {
    this.catalogue = catalogue;
  }

  ObjectNode list(String project) {
    ObjectNode response = Json.object();
    response.put("kind", "bigquery#datasetList");
    ArrayNode list = response.putArray("datasets");
    for (Datasets.Dataset dataset : catalogue.datasets(project)) {
      ObjectNode entry = list.addObject();
      entry.put("kind", "bigquery#dataset");
      entry.put("id", project + ":" + dataset.name());
      entry.set("datasetReference", reference(project, dataset.name()));
      entry.put("location", Location.NAME);
    }
    return response;
  }

  ObjectNode get(String project, String name) {
    return resource(catalogue.dataset(project, name));
  }

  ObjectNode insert(String project, ObjectNode body) throws SQLException {
    String name = body.path("datasetReference").path("datasetId").asText("");
    return resource(catalogue.createDataset(project, name, body.deepCopy().remove(OUTPUT)));
  }

  ObjectNode change(String project, String name, ObjectNode body, boolean merge)
      throws SQLException {
    Datasets.Dataset before = catalogue.dataset(project, name);
    ObjectNode after = merge ? before.resource().deepCopy() : Json.object();
    TablesApi.merge(after, body.deepCopy().remove(OUTPUT));
    return resource(catalogue.changeDataset(before, after));
  }

  void delete(String project, String name, boolean contents) throws SQLException {
    catalogue.deleteDataset(project, name, contents);
  }

  private static ObjectNode resource(Datasets.Dataset dataset) {
    ObjectNode resource = dataset.resource().deepCopy();
    resource.put("kind", "bigquery#dataset");
    resource.put("etag", "\"" + Integer.toHexString(dataset.resource().hashCode()) + "\"");
    resource.put("id", dataset.project() + ":" + dataset.name());
    resource.set("datasetReference", reference(dataset.project(), dataset.name()));
    resource.put("location", Location.NAME);
    resource.put("creationTime", Long.toString(dataset.created().toEpochMilli()));
    resource.put("lastModifiedTime", Long.toString(dataset.created().toEpochMilli()));
    return resource;
  }

  private static ObjectNode reference(String project, String name) {
    return Json.object().put("projectId", project).put("datasetId", name);
  }
}
