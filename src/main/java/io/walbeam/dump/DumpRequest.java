package io.walbeam.dump;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.walbeam.change.TableId;
import io.walbeam.sink.DumpEntry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The content of a dump request: the JSON that anyone who can log in may put into the WAL. It names
 * tables and key bounds, nothing else; what it may not hold is refused, and never carries SQL.
 */
public final class DumpRequest {
  /** A request is a line or two; more is a mistake or an attack. Bytes. */
  private static final int LARGEST_CONTENT = 64 << 10;

  private static final int MOST_TABLES = 1_000;

  /** BigQuery allows 16 key columns; PostgreSQL 32. */
  public static final int MOST_BOUND_COLUMNS = 32;

  /** Longest value of a key bound, characters. */
  public static final int LONGEST_BOUND = 4_096;

  /** Keys of one request. */
  private static final int MOST_KEYS = 1_000;

  /** Keys of letters that are asked for; beyond it the table is dumped. */
  public static final int MOST_LETTERS = 10_000;

  /** Longest key of a letter, characters: a request holds one whatever its characters are. */
  private static final int LONGEST_LETTER = 8 << 10;

  /** As JSON escapes a control character. */
  private static final int MOST_BYTES_OF_CHARACTER = 6;

  /** Longest identifier in PostgreSQL, twice over, with quotes and a dot; UTF-8 may be shorter. */
  private static final int LONGEST_NAME = 300;

  private static final Set<String> FIELDS =
      Set.of(
          "tables",
          "kind",
          "keyFrom",
          "keyTo",
          "partitions",
          "keys",
          "letters",
          "batch",
          "job",
          "asked");

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private DumpRequest() {}

  /**
   * The content of a job's own request for whole tables that were never dumped.
   *
   * @param job see {@link Arrival}
   */
  static String initial(List<TableId> tables, String job) {
    ObjectNode request = names(tables);
    request.put("kind", "initial").put("job", job);
    return request.toString();
  }

  /**
   * The content of a job's own request for whole tables that changed.
   *
   * @param job see {@link Arrival}
   */
  static String own(List<TableId> tables, String job) {
    return names(tables).put("job", job).toString();
  }

  /** The content of a job's own request for partitions that came to a table. */
  static String partitions(TableId table, List<TableId> partitions, String job) {
    ObjectNode request = names(List.of(table)).put("job", job);
    ArrayNode array = request.putArray("partitions");
    partitions.forEach(partition -> array.add(partition.quoted()));
    return request.toString();
  }

  /** The content of a request; bounds are texts of the key columns in key order, or empty. */
  public static String of(List<TableId> tables, List<String> keyFrom, List<String> keyTo) {
    ObjectNode request = names(tables);
    if (!keyFrom.isEmpty()) {
      ArrayNode bound = request.putArray("keyFrom");
      keyFrom.forEach(bound::add);
    }
    if (!keyTo.isEmpty()) {
      ArrayNode bound = request.putArray("keyTo");
      keyTo.forEach(bound::add);
    }
    return request.toString();
  }

  /**
   * Contents of requests for some keys of a table, as many as it takes.
   *
   * @param keys texts in the order of the destination's key
   */
  public static List<String> ofKeys(TableId table, List<List<String>> keys) {
    List<String> requests = new ArrayList<>();
    ObjectNode request = names(List.of(table));
    ArrayNode array = request.putArray("keys");
    int length = 0;
    for (List<String> key : keys) {
      int more = key.stream().mapToInt(text -> MOST_BYTES_OF_CHARACTER * text.length() + 8).sum();
      if (array.size() == MOST_KEYS || (length > 0 && length + more > LARGEST_CONTENT / 2)) {
        requests.add(request.toString());
        array.removeAll();
        length = 0;
      }
      ArrayNode one = array.addArray();
      key.forEach(one::add);
      length += more;
    }
    requests.add(request.toString());
    return requests;
  }

  /** Whether the keys of these letters can be named; of a few, so that no dump of all is worse. */
  public static boolean canName(List<String> letters) {
    return !letters.isEmpty()
        && letters.size() <= MOST_LETTERS
        && letters.stream().allMatch(letter -> letter.length() <= LONGEST_LETTER);
  }

  /**
   * Contents of requests for the keys of a table's dead letters, as many as it takes.
   *
   * @param letters their keys as they have them, see {@link #canName}
   */
  public static List<String> ofLetters(TableId table, List<String> letters) {
    List<String> requests = new ArrayList<>();
    for (List<String> part : parts(letters)) {
      requests.add(ofPart(table, part).toString());
    }
    return requests;
  }

  /**
   * Contents of a job's own requests for what a table misses that was let go.
   *
   * @param until commit LSN up to which the letters are complete
   * @param job see {@link Arrival}
   */
  static List<String> ownLetters(TableId table, List<String> letters, long until, String job) {
    List<List<String>> parts = parts(letters);
    String batch = LetterBatch.of(parts.size(), until).text();
    List<String> requests = new ArrayList<>();
    for (List<String> part : parts) {
      requests.add(ofPart(table, part).put("job", job).put("batch", batch).toString());
    }
    return requests;
  }

  private static ObjectNode ofPart(TableId table, List<String> letters) {
    ObjectNode request = names(List.of(table));
    ArrayNode array = request.putArray("letters");
    letters.forEach(array::add);
    return request;
  }

  private static List<List<String>> parts(List<String> letters) {
    List<List<String>> parts = new ArrayList<>();
    List<String> part = new ArrayList<>();
    int length = 0;
    for (String letter : letters) {
      int more = MOST_BYTES_OF_CHARACTER * letter.length() + 8;
      if (part.size() == MOST_KEYS || (!part.isEmpty() && length + more > LARGEST_CONTENT / 2)) {
        parts.add(part);
        part = new ArrayList<>();
        length = 0;
      }
      part.add(letter);
      length += more;
    }
    parts.add(part);
    return parts;
  }

  /**
   * What somebody asked for in the destination, as the job's own request.
   *
   * @param asked its name
   * @return empty if it is no JSON object: an older version must live with newer requests
   */
  static Optional<String> carried(String request, String asked, String job) {
    try {
      return JSON.readTree(request) instanceof ObjectNode object
          ? Optional.of(object.put("job", job).put("asked", asked).toString())
          : Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  /** Whether a ledger entry is what came of a request that was asked for under this name. */
  public static boolean isAnswer(DumpEntry entry, String asked) {
    return entry.isDump() && DumpScope.parse(entry.order().scope()).asked().equals(asked);
  }

  private static ObjectNode names(List<TableId> tables) {
    ObjectNode request = JSON.createObjectNode();
    ArrayNode names = request.putArray("tables");
    tables.forEach(table -> names.add(table.quoted()));
    return request;
  }

  /**
   * Where and when a request was committed, and who reads it.
   *
   * @param messageLsn of the request itself; a transaction may have several
   * @param job the secret by which the job that reads it knows its own requests
   */
  public record Arrival(
      String slot, long epoch, long commitLsn, long messageLsn, long commitMicros, String job) {}

  /**
   * What a request amounts to.
   *
   * @param own whether the job that reads it made it
   * @param entries one for each table, or one that says why the request is refused; none if it is
   *     an earlier job's, whose place the present one has taken
   */
  record Read(boolean own, List<DumpEntry> entries) {}

  /** Reads the content of a request. */
  static Read read(Arrival origin, byte[] content) {
    String refusal;
    try {
      if (content.length > LARGEST_CONTENT) {
        refusal = "The request is longer than 64 KB.";
      } else {
        return read(origin, JSON.readTree(new String(content, StandardCharsets.UTF_8)));
      }
    } catch (JsonProcessingException e) {
      refusal = "The request is not JSON.";
    } catch (RefusedException e) {
      refusal = e.reason;
    }
    return new Read(
        false,
        List.of(
            DumpEntry.refused(
                order(origin, new TableId("", ""), DumpEntry.Kind.REQUEST, DumpScope.ALL),
                refusal + " Send {\"tables\":[\"schema.table\"]}.")));
  }

  private static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;
    final String reason;

    RefusedException(String reason) {
      super(reason, null, false, false);
      this.reason = reason;
    }
  }

  private static Read read(Arrival origin, JsonNode request) throws RefusedException {
    if (!request.isObject()) {
      throw new RefusedException("The request is not a JSON object.");
    }
    for (Iterator<String> names = request.fieldNames(); names.hasNext(); ) {
      if (!FIELDS.contains(names.next())) {
        throw new RefusedException("The request has a field that is not known.");
      }
    }
    Set<TableId> tables = new LinkedHashSet<>();
    for (String name : texts(request.path("tables"), MOST_TABLES, LONGEST_NAME, "tables")) {
      Optional<TableId> table = TableNames.parse(name);
      tables.add(table.orElseThrow(() -> new RefusedException("A table name is malformed.")));
    }
    if (tables.isEmpty()) {
      throw new RefusedException("The request names no table.");
    }
    String job = request.path("job").asText("");
    boolean own = !job.isEmpty() && job.equals(origin.job());
    DumpScope scope =
        new DumpScope(
            texts(request.path("keyFrom"), MOST_BOUND_COLUMNS, LONGEST_BOUND, "keyFrom"),
            texts(request.path("keyTo"), MOST_BOUND_COLUMNS, LONGEST_BOUND, "keyTo"),
            texts(request.path("partitions"), MOST_TABLES, LONGEST_NAME, "partitions"),
            keys(request.path("keys")),
            texts(request.path("letters"), MOST_KEYS, LONGEST_LETTER, "letters"),
            own ? request.path("batch").asText("") : "",
            own ? request.path("asked").asText("") : "",
            !own);
    if (tables.size() > 1 && !scope.isAll()) {
      throw new RefusedException("Bounds and partitions go with one table.");
    }
    DumpEntry.Kind kind =
        switch (request.path("kind").asText("request")) {
          case "initial" -> DumpEntry.Kind.INITIAL;
          case "request" -> DumpEntry.Kind.REQUEST;
          default -> throw new RefusedException("The kind is initial or request.");
        };
    List<DumpEntry> entries = new ArrayList<>();
    if (!own && !job.isEmpty()) {
      return new Read(false, entries);
    }
    if (scope.namesKeys() && !own) {
      // Rows of them may be deleted.
      throw new RefusedException("Only walbeam itself asks for single keys.");
    }
    if (kind == DumpEntry.Kind.INITIAL && !own) {
      // Anybody can write one; it would be carried out where requests are switched off.
      throw new RefusedException("Only walbeam itself asks for initial dumps.");
    }
    for (TableId table : tables) {
      entries.add(DumpEntry.requested(order(origin, table, kind, scope)));
    }
    return new Read(own, entries);
  }

  private static List<List<String>> keys(JsonNode array) throws RefusedException {
    List<List<String>> keys = new ArrayList<>();
    if (array.isMissingNode()) {
      return keys;
    }
    if (!array.isArray() || array.size() > MOST_KEYS) {
      throw new RefusedException("The field keys is not a list, or too long.");
    }
    for (JsonNode key : array) {
      keys.add(texts(key, MOST_BOUND_COLUMNS, LARGEST_CONTENT, "keys"));
    }
    return keys;
  }

  private static List<String> texts(JsonNode array, int most, int longest, String field)
      throws RefusedException {
    List<String> texts = new ArrayList<>();
    if (array.isMissingNode() || array.isNull()) {
      return texts;
    }
    if (!array.isArray() || array.size() > most) {
      throw new RefusedException("The field " + field + " is not a list, or too long.");
    }
    for (JsonNode value : array) {
      if (!value.isValueNode() || value.isNull() || value.asText().length() > longest) {
        throw new RefusedException("The field " + field + " has a value that is not a text.");
      }
      if (value.asText().indexOf('\0') >= 0) {
        throw new RefusedException("The field " + field + " has a value with a zero byte.");
      }
      texts.add(value.asText());
    }
    return texts;
  }

  private static DumpEntry.Order order(
      Arrival origin, TableId table, DumpEntry.Kind kind, DumpScope scope) {
    return new DumpEntry.Order(
        origin.slot(),
        new DumpEntry.Point(
            origin.epoch(), origin.commitLsn(), origin.messageLsn(), origin.commitMicros()),
        table,
        kind,
        scope.toJson());
  }
}
