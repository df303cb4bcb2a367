package io.walbeam.dump;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.walbeam.change.TableId;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.TableShape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What is remembered of a table between two looks, and between two runs.
 *
 * @param shape as it was when last seen
 * @param former names of columns that it had and has no more, with values left in the destination
 */
record KnownShape(TableShape shape, Set<String> former) {
  private static final int VERSION = 1;

  private static final ObjectMapper JSON = new ObjectMapper();

  KnownShape {
    former = Set.copyOf(former);
  }

  /** The form in which it is written down; the same for equal ones. */
  String toJson() {
    ObjectNode object = JSON.createObjectNode();
    object.put("v", VERSION).put("oid", shape.oid());
    ArrayNode columns = object.putArray("columns");
    for (TableShape.Column column : shape.columns()) {
      ObjectNode one =
          columns
              .addObject()
              .put("number", column.number())
              .put("name", column.name())
              .put("type", column.type())
              .put("version", column.version())
              .put("sent", column.sent())
              .put("filled", column.filled());
      if (column.generated()) {
        one.put("generated", true);
      }
    }
    ArrayNode key = object.putArray("key");
    shape.key().forEach(key::add);
    object.put("identity", shape.identity()).put("published", shape.published());
    ObjectNode parts = object.putObject("parts");
    new TreeMap<>(shape.parts())
        .forEach(
            (oid, part) ->
                parts
                    .putObject(Long.toString(oid))
                    .put("file", part.file())
                    .put("attached", part.attached()));
    if (!shape.types().isEmpty()) {
      ObjectNode types = object.putObject("types");
      new TreeMap<>(shape.types()).forEach(types::put);
    }
    if (!former.isEmpty()) {
      ArrayNode names = object.putArray("former");
      new TreeSet<>(former).forEach(names::add);
    }
    return object.toString();
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @return empty for the text of a table that was not published, or of another version
   * @throws WalbeamException if it is no such text
   */
  static Optional<KnownShape> parse(TableId table, String json) {
    if (json.isEmpty()) {
      return Optional.empty();
    }
    try {
      JsonNode object = JSON.readTree(json);
      return object.path("v").asInt() == VERSION
          ? Optional.of(read(table, object))
          : Optional.empty();
    } catch (JsonProcessingException e) {
      throw new WalbeamException(
          FailureKind.OPERATOR,
          "What _walbeam_schema_changes remembers of table " + table + " is damaged.",
          "Delete the table's rows there, and ask for a dump: backfill --tables=" + table + ".",
          e);
    }
  }

  private static KnownShape read(TableId table, JsonNode object) {
    List<TableShape.Column> columns = new ArrayList<>();
    for (JsonNode column : object.path("columns")) {
      columns.add(
          new TableShape.Column(
              column.path("number").asInt(),
              column.path("name").asText(),
              column.path("type").asText(),
              column.path("version").asLong(),
              column.path("sent").asBoolean(),
              column.path("filled").asBoolean(),
              column.path("generated").asBoolean()));
    }
    List<String> key = new ArrayList<>();
    object.path("key").forEach(name -> key.add(name.asText()));
    Map<Long, TableShape.Part> parts = new HashMap<>();
    object
        .path("parts")
        .fields()
        .forEachRemaining(
            part ->
                parts.put(
                    Long.valueOf(part.getKey()),
                    new TableShape.Part(
                        part.getValue().path("file").asLong(),
                        part.getValue().path("attached").asLong())));
    Map<String, String> types = new HashMap<>();
    object
        .path("types")
        .fields()
        .forEachRemaining(type -> types.put(type.getKey(), type.getValue().asText()));
    Set<String> former = new TreeSet<>();
    object.path("former").forEach(name -> former.add(name.asText()));
    return new KnownShape(
        new TableShape(
            table,
            object.path("oid").asLong(),
            columns,
            key,
            object.path("identity").asText(),
            object.path("published").asText(),
            parts,
            types,
            0),
        former);
  }
}
