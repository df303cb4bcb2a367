package io.walbeam.sink.pubsub;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.pubsub.v1.PubsubMessage;
import io.walbeam.row.ContextMapping;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.KeyedLine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/** What the messages of each table have in common. Thread-safe. */
final class Messages {
  /** Keeps an envelope that is too long for a message. */
  @FunctionalInterface
  interface Elsewhere {
    /** Returns where it is. */
    String keep(byte[] line) throws InterruptedException;
  }

  /**
   * What every message of a table tells.
   *
   * @param operation of each row; empty if its line says it
   * @param attributes beside the operation
   * @param orderingKey of what has no key; empty if order does not matter
   * @param sharedKeys those that rows share, none if each row has its own
   */
  record Source(
      String operation,
      Map<String, String> attributes,
      String orderingKey,
      List<String> sharedKeys) {
    /** The attributes of an operation as they go over the wire. */
    byte[] attributes(String of) {
      return PubsubMessage.newBuilder()
          .putAttributes("operation", of)
          .putAllAttributes(attributes)
          .build()
          .toByteArray();
    }
  }

  private static final JsonFactory JSON = new JsonFactory();

  /** What applications say of transactions: no table of the source, and in no order. */
  private static final Source CONTEXTS =
      new Source("CONTEXT", Map.of("table", ContextMapping.DESTINATION.name()), "", List.of());

  private final Elsewhere elsewhere;

  /** Ordering keys of a table that its rows share; 0 if each row has its own. */
  private final int shared;

  private final Map<String, Source> sources = new ConcurrentHashMap<>();

  /**
   * @param shared ordering keys of a table that its rows share; 0 if each row has its own
   */
  Messages(int shared, Elsewhere elsewhere) {
    this.shared = shared;
    this.elsewhere = elsewhere;
  }

  /** Whether many rows have one ordering key, so that a request may have many messages. */
  boolean sharesKeys() {
    return shared > 0;
  }

  Elsewhere elsewhere() {
    return elsewhere;
  }

  /** What the messages of a table tell, of which this is a row. */
  Source source(DestinationTable table, KeyedLine line) {
    if (table.name().equals(ContextMapping.DESTINATION.name())) {
      return CONTEXTS;
    }
    return sources.computeIfAbsent(table.name(), any -> source(line));
  }

  private Source source(String database, String schema, String table) {
    String orderingKey = schema + "." + table;
    return new Source(
        "",
        Map.of("database", database, "schema", schema, "table", table),
        orderingKey,
        IntStream.range(0, shared).mapToObj(number -> orderingKey + "#" + number).toList());
  }

  private Source source(KeyedLine line) {
    String database = "";
    String schema = "";
    try (JsonParser parser = JSON.createParser(line.bytes(), line.line(), line.length())) {
      while (parser.nextToken() != null) {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
          switch (parser.currentName()) {
            case "database" -> database = parser.getText();
            case "schema" -> schema = parser.getText();
            case "table" -> {
              return source(database, schema, parser.getText());
            }
            default -> {
              // The operation, which differs from row to row.
            }
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new IllegalArgumentException("an envelope without a table");
  }
}
