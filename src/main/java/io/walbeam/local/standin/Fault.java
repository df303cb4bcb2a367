package io.walbeam.local.standin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.cloud.bigquery.storage.v1.AppendRowsRequest;
import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

/**
 * A fault to inject.
 *
 * @param table pattern over {@code project.dataset.table}; {@code *} stands for any text. A pattern
 *     without a dot is compared with the table's name alone
 * @param count how often it is met; 0 for without limit. For a delay: how many appends it lasts
 * @param duration how long it lasts from now, zero for until cleared. For a delay: how long each
 *     lasts. For SLOW: the delay itself
 * @param endsCall whether a refusal ends the call instead of being the append's response
 * @param method for REST: for instance {@code tables.patch}, or {@code *}
 * @param status for REST: the HTTP status, for instance 403, 404, 429, 500, 503
 * @param contains for appends: only those with a row that has this text; for ROW_ERRORS the rows
 *     that are refused. Empty for all
 */
public record Fault(
    FaultKind kind,
    String table,
    int count,
    Duration duration,
    boolean endsCall,
    String method,
    int status,
    String contains) {

  private static final int DEFAULT_STATUS = 503;

  /** A fault of appends, met a number of times (0 for without limit). */
  public static Fault of(FaultKind kind, String table, int count) {
    return new Fault(kind, table, count, Duration.ZERO, kind.endsCall(), "*", DEFAULT_STATUS, "");
  }

  /** A delay of each append (SLOW), or of the visibility of a patch or insert. */
  public static Fault of(FaultKind kind, String table, Duration duration) {
    return new Fault(kind, table, 0, duration, kind.endsCall(), "*", DEFAULT_STATUS, "");
  }

  /** A fault of a REST method, met a number of times (0 for without limit). */
  public static Fault rest(String method, String table, int status, int count) {
    return new Fault(FaultKind.REST, table, count, Duration.ZERO, false, method, status, "");
  }

  /** Reads the JSON form; durations in milliseconds as {@code durationMillis}. */
  public static Fault parse(JsonNode json) {
    FaultKind kind;
    try {
      kind = FaultKind.valueOf(json.path("kind").asText("").toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw RestFailure.invalid("kind must be one of " + Arrays.toString(FaultKind.values()));
    }
    return new Fault(
        kind,
        json.path("table").asText("*"),
        Math.max(0, json.path("count").asInt(0)),
        Duration.ofMillis(Math.max(0, json.path("durationMillis").asLong(0))),
        json.path("endsCall").asBoolean(kind.endsCall()),
        json.path("method").asText("*"),
        json.path("status").asInt(DEFAULT_STATUS),
        json.path("contains").asText(""));
  }

  public ObjectNode toJson() {
    return Json.object()
        .put("kind", kind.name())
        .put("table", table)
        .put("count", count)
        .put("durationMillis", duration.toMillis())
        .put("endsCall", endsCall)
        .put("method", method)
        .put("status", status)
        .put("contains", contains);
  }

  /** The same for appends with a row that has {@code text}. */
  public Fault withText(String text) {
    return new Fault(kind, table, count, duration, endsCall, method, status, text);
  }

  /** Whether an append is one that this is for. */
  public boolean concerns(AppendRowsRequest request) {
    return contains.isEmpty()
        || request.getProtoRows().getRows().getSerializedRowsList().stream()
            .anyMatch(this::concerns);
  }

  /** Whether a row is one that this is for. */
  public boolean concerns(ByteString row) {
    ByteString text = ByteString.copyFromUtf8(contains);
    for (int i = 0; i + text.size() <= row.size(); i++) {
      if (row.substring(i, i + text.size()).equals(text)) {
        return true;
      }
    }
    return false;
  }

  boolean matches(TableRef ref) {
    return glob(table, table.contains(".") ? ref.dotted() : ref.table());
  }

  static boolean glob(String pattern, String text) {
    StringBuilder regex = new StringBuilder();
    for (String part : pattern.split("\\*", -1)) {
      regex.append(regex.isEmpty() ? "" : ".*").append("\\Q").append(part).append("\\E");
    }
    return text.matches(regex.toString());
  }
}
