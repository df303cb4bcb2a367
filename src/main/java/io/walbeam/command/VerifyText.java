package io.walbeam.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.walbeam.change.TableId;
import io.walbeam.sink.Verification;
import io.walbeam.verify.ComparedTable;
import io.walbeam.verify.Difference;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a verification found of a table, for people and for programs: keys, no other values. */
final class VerifyText {
  private static final ObjectMapper JSON = new ObjectMapper();

  private VerifyText() {}

  /** A line for the table, and one for each row that differs. */
  static String text(ComparedTable table) {
    Verification found = table.verification();
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT, "%s: %,d rows, %s%n", found.table(), found.rows(), verdict(found)));
    for (Difference difference : table.differences()) {
      text.append("  ")
          .append(difference.kind().name().toLowerCase(Locale.ROOT))
          .append(' ')
          .append(key(table, difference));
      if (!difference.columns().isEmpty()) {
        text.append(" in ").append(String.join(", ", difference.columns()));
      }
      text.append('\n');
    }
    return text.toString();
  }

  /** That a table goes on. */
  static String resumed(TableId table, long rows) {
    return String.format(
        Locale.ROOT, "%s: goes on behind %,d rows that were read before%n", table, rows);
  }

  private static String verdict(Verification found) {
    List<String> parts = new ArrayList<>();
    part(parts, found.missing(), "missing");
    part(parts, found.extra(), "extra");
    part(parts, found.changed(), "changed");
    part(parts, found.undecided(), "not decided");
    part(parts, found.unknown(), "without a fingerprint");
    return parts.isEmpty() ? "equal" : String.join(", ", parts);
  }

  private static void part(List<String> parts, long count, String what) {
    if (count > 0) {
      parts.add(String.format(Locale.ROOT, "%,d %s", count, what));
    }
  }

  private static ObjectNode key(ComparedTable table, Difference difference) {
    ObjectNode key = JSON.createObjectNode();
    for (int i = 0; i < table.keyColumns().size(); i++) {
      key.put(table.keyColumns().get(i), difference.key().get(i));
    }
    return key;
  }

  /** One object on one line, so that a long verification is a stream of lines. */
  static String json(ComparedTable table) {
    Verification found = table.verification();
    ObjectNode root = JSON.createObjectNode();
    root.put("table", found.table().toString());
    root.put("rows", found.rows());
    root.put("missing", found.missing());
    root.put("extra", found.extra());
    root.put("changed", found.changed());
    root.put("undecided", found.undecided());
    root.put("withoutFingerprint", found.unknown());
    ArrayNode differences = root.putArray("differences");
    for (Difference difference : table.differences()) {
      ObjectNode each = differences.addObject();
      each.put("kind", difference.kind().name().toLowerCase(Locale.ROOT));
      each.set("key", key(table, difference));
      if (!difference.columns().isEmpty()) {
        ArrayNode columns = each.putArray("columns");
        difference.columns().forEach(columns::add);
      }
    }
    return root + "\n";
  }
}
