package io.walbeam.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.walbeam.change.TableId;
import io.walbeam.doctor.ReplayPlan;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A replay's plan for people and for programs. Pure. */
final class ReplayText {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ReplayText() {}

  /**
   * Lines.
   *
   * @param keys how many keys of those tables that are not dumped as a whole
   * @param ledger what shows there how far dumps are, a table or a folder
   */
  static String text(ReplayPlan plan, Map<TableId, Integer> keys, boolean asked, String ledger) {
    if (plan.letters().isEmpty()) {
      return "No open dead letter is meant.\n";
    }
    StringBuilder text = new StringBuilder();
    plan.letters()
        .forEach(
            letters ->
                text.append(
                    String.format(
                        Locale.ROOT,
                        "%s: %,d open of class %s\n",
                        letters.table(),
                        letters.count(),
                        letters.errorClass())));
    if (!plan.unpublished().isEmpty()) {
      text.append("Not published, so it cannot be dumped: ")
          .append(names(plan.unpublished()))
          .append(".\n");
    }
    if (!plan.tables().isEmpty()) {
      text.append(asked ? "Asked for a dump of " : "Would ask for a dump of ")
          .append(named(plan.tables(), keys))
          .append(
              asked
                  ? ". The run that reads the slot carries it out; "
                      + ledger
                      + " shows how far it is.\n"
                  : ".\n");
    }
    return text.toString();
  }

  /** One object. */
  static String json(ReplayPlan plan, Map<TableId, Integer> keys, boolean asked) {
    ObjectNode root = JSON.createObjectNode();
    root.put("asked", asked);
    add(root.putArray("tables"), plan.tables());
    add(root.putArray("unpublished"), plan.unpublished());
    ObjectNode named = root.putObject("keys");
    keys.forEach((table, number) -> named.put(table.toString(), number));
    ArrayNode letters = root.putArray("deadLetters");
    plan.letters()
        .forEach(
            each ->
                letters
                    .addObject()
                    .put("table", each.table().toString())
                    .put("class", each.errorClass())
                    .put("count", each.count()));
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree can always be written", e);
    }
  }

  private static void add(ArrayNode array, List<TableId> tables) {
    tables.forEach(table -> array.add(table.toString()));
  }

  private static String named(List<TableId> tables, Map<TableId, Integer> keys) {
    return tables.stream()
        .map(
            table ->
                keys.containsKey(table)
                    ? String.format(Locale.ROOT, "%s (keys: %,d)", table, keys.get(table))
                    : table.toString())
        .collect(Collectors.joining(", "));
  }

  private static String names(List<TableId> tables) {
    return tables.stream().map(TableId::toString).collect(Collectors.joining(", "));
  }
}
