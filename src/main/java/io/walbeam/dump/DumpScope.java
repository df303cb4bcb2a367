package io.walbeam.dump;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * What part of a table a dump covers.
 *
 * @param keyFrom texts of the lowest key, empty for no bound
 * @param keyTo texts of the highest key, itself included, empty for no bound
 * @param partitions names of the only partitions meant, empty for all
 * @param keys the only keys meant, texts in the order of the destination's key; empty for no such
 *     bound. Of those that the source lacks the rows are deleted
 * @param letters the keys of dead letters and nothing else, each as the letter has it, a JSON
 *     object with the names of the source's columns; they are to be settled. Empty for no such
 *     bound
 * @param batch of the requests that together bring what a table misses that was let go, empty for
 *     none; see {@link LetterBatch}
 * @param asked the row of {@code _walbeam_requests} that it comes from, empty for none
 * @param foreign whether somebody asked who may have no right to the destination: nothing is
 *     deleted then
 */
record DumpScope(
    List<String> keyFrom,
    List<String> keyTo,
    List<String> partitions,
    List<List<String>> keys,
    List<String> letters,
    String batch,
    String asked,
    boolean foreign) {
  /** The whole table. */
  static final DumpScope ALL = new DumpScope(List.of(), List.of(), List.of());

  private static final ObjectMapper JSON = new ObjectMapper();

  /** A part that walbeam itself asks for. */
  DumpScope(List<String> keyFrom, List<String> keyTo, List<String> partitions) {
    this(keyFrom, keyTo, partitions, List.of(), "", false);
  }

  /** A part that is no batch. */
  DumpScope(
      List<String> keyFrom,
      List<String> keyTo,
      List<String> partitions,
      List<List<String>> keys,
      String asked,
      boolean foreign) {
    this(keyFrom, keyTo, partitions, keys, List.of(), "", asked, foreign);
  }

  DumpScope {
    keyFrom = List.copyOf(keyFrom);
    keyTo = List.copyOf(keyTo);
    partitions = List.copyOf(partitions);
    keys = keys.stream().map(List::copyOf).toList();
    letters = List.copyOf(letters);
  }

  /** The same with these bounds. */
  DumpScope within(List<String> from, List<String> to) {
    return new DumpScope(from, to, partitions, keys, letters, batch, asked, foreign);
  }

  /**
   * The only keys meant, those of the letters too.
   *
   * @param columns names of the destination's key columns at the source, in its order
   * @return one that lacks a column is shorter
   */
  List<List<String>> keysBy(List<String> columns) {
    if (letters.isEmpty()) {
      return keys;
    }
    List<List<String>> all = new ArrayList<>(keys);
    for (String letter : letters) {
      List<String> key = new ArrayList<>();
      JsonNode values = object(letter);
      for (String column : columns) {
        if (values.path(column).isTextual()) {
          key.add(values.path(column).textValue());
        }
      }
      all.add(key);
    }
    return all;
  }

  private static JsonNode object(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      return JSON.createObjectNode();
    }
  }

  boolean isAll() {
    return !hasKeys() && partitions.isEmpty();
  }

  boolean hasKeys() {
    return !keyFrom.isEmpty() || !keyTo.isEmpty() || namesKeys();
  }

  /** Whether single keys are meant. */
  boolean namesKeys() {
    return !keys.isEmpty() || !letters.isEmpty();
  }

  /** The ledger's form. */
  String toJson() {
    ObjectNode object = JSON.createObjectNode();
    put(object, "keyFrom", keyFrom);
    put(object, "keyTo", keyTo);
    put(object, "partitions", partitions);
    if (!keys.isEmpty()) {
      ArrayNode array = object.putArray("keys");
      for (List<String> key : keys) {
        ArrayNode one = array.addArray();
        key.forEach(one::add);
      }
    }
    put(object, "letters", letters);
    if (!batch.isEmpty()) {
      object.put("batch", batch);
    }
    if (!asked.isEmpty()) {
      object.put("asked", asked);
    }
    if (foreign) {
      object.put("foreign", true);
    }
    return object.toString();
  }

  /** Reads the ledger's form, which only walbeam writes. */
  static DumpScope parse(String json) {
    try {
      JsonNode object = JSON.readTree(json.isEmpty() ? "{}" : json);
      return new DumpScope(
          texts(object.path("keyFrom")),
          texts(object.path("keyTo")),
          texts(object.path("partitions")),
          keys(object.path("keys")),
          texts(object.path("letters")),
          object.path("batch").asText(""),
          object.path("asked").asText(""),
          object.path("foreign").asBoolean());
    } catch (JsonProcessingException e) {
      return ALL;
    }
  }

  private static void put(ObjectNode object, String name, List<String> values) {
    if (!values.isEmpty()) {
      ArrayNode array = object.putArray(name);
      values.forEach(array::add);
    }
  }

  private static List<List<String>> keys(JsonNode array) {
    List<List<String>> keys = new ArrayList<>();
    array.forEach(key -> keys.add(texts(key)));
    return keys;
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(value -> texts.add(value.asText()));
    return texts;
  }

  /** Hides the bounds: row values never reach a log line. */
  @Override
  public String toString() {
    return isAll() ? "the whole table" : hasKeys() ? "some keys" : "some partitions";
  }
}
