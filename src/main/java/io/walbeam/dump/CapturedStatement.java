package io.walbeam.dump;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.walbeam.change.ChangePosition;
import io.walbeam.change.TableId;
import io.walbeam.sink.SchemaChange;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What the event trigger of {@code docs/schema-changes.md} tells: {@code {"tag": "ALTER TABLE",
 * "tables": [["public", "t"]], "statement": "..."}}. Anybody who can log in can write such a
 * message, so it is written down and nothing else; what cannot be read is left out.
 */
final class CapturedStatement {
  /** Tables of one statement that are written down: each is a row. */
  private static final int MOST_TABLES = 100;

  private static final int LONGEST_TAG = 100;

  /** Characters; the trigger cuts as well. */
  private static final int LONGEST_STATEMENT = 10_000;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private CapturedStatement() {}

  /** One row for each table. */
  static List<SchemaChange> read(
      String slot, ChangePosition position, long commitMicros, byte[] content) {
    JsonNode told;
    try {
      told = JSON.readTree(new String(content, StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      return List.of();
    }
    Set<TableId> tables = new LinkedHashSet<>();
    for (JsonNode name : told.path("tables")) {
      if (name.path(0).isTextual() && name.path(1).isTextual() && tables.size() < MOST_TABLES) {
        tables.add(new TableId(name.path(0).asText(), name.path(1).asText()));
      }
    }
    List<SchemaChange> rows = new ArrayList<>();
    for (TableId table : tables) {
      rows.add(
          new SchemaChange(
              slot,
              position.epoch(),
              position.changeLsn(),
              commitMicros,
              table,
              "",
              "",
              cut(told.path("tag").asText(""), LONGEST_TAG),
              cut(told.path("statement").asText("").strip(), LONGEST_STATEMENT),
              SchemaChange.Done.CAPTURED));
    }
    return rows;
  }

  private static String cut(String text, int most) {
    int end = Math.min(text.length(), most);
    return text.substring(
        0, end > 0 && Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
  }
}
