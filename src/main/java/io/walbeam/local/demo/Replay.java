package io.walbeam.local.demo;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a reader makes of envelopes that knows nothing but what is documented of them: the tables as
 * they are after the change with the highest position. Envelopes come in any order and any number
 * of times. Not thread-safe.
 */
public final class Replay implements CopiedTables {
  /** By position: a change that is there twice is there once. */
  private final TreeMap<String, JsonObject> changes = new TreeMap<>();

  private final List<String> contradictions = new ArrayList<>();
  private int repeated;

  /** Takes one envelope. */
  public void add(JsonObject envelope) {
    String at = text(envelope, "position") + " " + tableOf(envelope);
    JsonObject known = changes.put(at, envelope);
    if (known != null) {
      repeated++;
      if (!known.equals(envelope)) {
        contradictions.add(at);
      }
    }
  }

  /** How many envelopes came more than once. */
  public int repeated() {
    return repeated;
  }

  /** Positions at which two envelopes said something different; must be empty. */
  public List<String> contradictions() {
    return contradictions;
  }

  /** Every envelope, by position. */
  public List<JsonObject> changes() {
    return List.copyOf(changes.values());
  }

  @Override
  public Set<String> tables() {
    return state().keySet();
  }

  @Override
  public List<TextRow> rows(String table) {
    return state().getOrDefault(table, Map.of()).values().stream().map(Replay::row).toList();
  }

  /** Rows by key, by name of table as walbeam names copies. */
  private Map<String, Map<JsonElement, JsonObject>> state() {
    Map<String, Map<JsonElement, JsonObject>> state = new TreeMap<>();
    for (JsonObject change : changes.values()) {
      apply(change, state.computeIfAbsent(tableOf(change), any -> new LinkedHashMap<>()));
    }
    return state;
  }

  private static void apply(JsonObject change, Map<JsonElement, JsonObject> rows) {
    JsonElement key = change.get("key");
    switch (text(change, "operation")) {
      case "TRUNCATE" -> rows.clear();
      case "DELETE" -> rows.remove(key);
      default -> {
        JsonObject after = change.getAsJsonObject("after").deepCopy();
        JsonObject former = rows.remove(formerKey(change));
        if (change.get("unchanged") instanceof JsonArray unchanged && former != null) {
          unchanged.forEach(name -> after.add(name.getAsString(), former.get(name.getAsString())));
        }
        rows.put(key, after);
      }
    }
  }

  /** The key before the change: of the old row, if that has it. */
  private static JsonElement formerKey(JsonObject change) {
    JsonElement key = change.get("key");
    if (!(change.get("before") instanceof JsonObject before) || !key.isJsonObject()) {
      return key;
    }
    JsonObject former = new JsonObject();
    for (Map.Entry<String, JsonElement> member : key.getAsJsonObject().entrySet()) {
      JsonElement value = before.get(member.getKey());
      former.add(member.getKey(), value == null ? member.getValue() : value);
    }
    return former;
  }

  private static String tableOf(JsonObject envelope) {
    String name = text(envelope, "schema") + "_" + text(envelope, "table");
    return name.replaceAll("[^A-Za-z0-9_]", "_");
  }

  private static String text(JsonObject object, String member) {
    return object.get(member).getAsString();
  }

  private static TextRow row(JsonObject image) {
    Map<String, Optional<String>> values = new LinkedHashMap<>();
    image.entrySet().forEach(member -> values.put(member.getKey(), text(member.getValue())));
    return new TextRow(values);
  }

  private static Optional<String> text(JsonElement value) {
    if (value.isJsonNull()) {
      return Optional.empty();
    }
    return Optional.of(value.isJsonPrimitive() ? value.getAsString() : value.toString());
  }
}
