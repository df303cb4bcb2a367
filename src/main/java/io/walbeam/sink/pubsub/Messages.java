package io.walbeam.sink.pubsub;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnsafeByteOperations;
import com.google.pubsub.v1.PubsubMessage;
import io.walbeam.row.ContextMapping;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import io.walbeam.row.KeyedLine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.zip.CRC32;

/** Makes messages of envelopes. Thread-safe. */
final class Messages {
  /** Documentation, "Quotas and limits": a request has 10 MB; attributes and key need room. */
  static final int MOST_BYTES = 9_900_000;

  /** Documentation, "Order messages". */
  private static final int MOST_KEY_BYTES = 1_024;

  /** Keeps an envelope that is too long for a message. */
  @FunctionalInterface
  interface Elsewhere {
    /** Returns where it is. */
    String keep(byte[] line) throws InterruptedException;
  }

  /**
   * What every message of a table tells.
   *
   * @param orderingKey of what has no key
   * @param sharedKeys those that rows share, none if each row has its own
   * @param attributes by operation
   */
  private record Source(
      String database,
      String schema,
      String table,
      String orderingKey,
      List<String> sharedKeys,
      Map<String, UnknownFieldSet> attributes) {}

  private static final JsonFactory JSON = new JsonFactory();

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

  PubsubMessage of(DestinationTable table, EncodedRow row) throws InterruptedException {
    KeyedLine line = KeyedLine.of(row);
    PubsubMessage.Builder message = PubsubMessage.newBuilder();
    if (table.name().equals(ContextMapping.DESTINATION.name())) {
      message.putAttributes("operation", "CONTEXT").putAttributes("table", table.name());
    } else {
      Source known = sources.get(table.name());
      Source source =
          known != null ? known : sources.computeIfAbsent(table.name(), any -> source(line));
      message
          .setUnknownFields(attributes(source, operation(line)))
          .setOrderingKey(orderingKey(source, line));
    }
    if (line.length() > MOST_BYTES) {
      byte[] whole = new byte[line.length()];
      System.arraycopy(line.bytes(), line.line(), whole, 0, whole.length);
      return message.putAttributes("object", elsewhere.keep(whole)).build();
    }
    // Nobody writes to the bytes of a row any more.
    return message
        .setData(UnsafeByteOperations.unsafeWrap(line.bytes(), line.line(), line.length()))
        .build();
  }

  /**
   * The attributes of a table's rows as they go over the wire. Whenever protobuf measures or writes
   * a message it makes objects of each entry of its map, and that is most of what a message costs;
   * these are always the same, so they are written once and go along as bytes that the message does
   * not look into.
   */
  private static UnknownFieldSet attributes(Source source, String operation) {
    UnknownFieldSet known = source.attributes().get(operation);
    if (known != null) {
      return known;
    }
    PubsubMessage attributes =
        PubsubMessage.newBuilder()
            .putAttributes("operation", operation)
            .putAttributes("database", source.database())
            .putAttributes("schema", source.schema())
            .putAttributes("table", source.table())
            .build();
    return source.attributes().computeIfAbsent(operation, any -> written(attributes));
  }

  private static UnknownFieldSet written(PubsubMessage attributes) {
    try {
      return UnknownFieldSet.parseFrom(attributes.toByteString());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("what was written is well-formed", e);
    }
  }

  /** Table and key; of what has none, such as a truncation, the table alone. */
  private static String orderingKey(Source source, KeyedLine line) {
    String table = source.orderingKey();
    if (!line.hasKey()) {
      return table;
    }
    int shared = source.sharedKeys().size();
    if (shared > 0) {
      // Of the key alone, so that every run, and every release, has it at the same place.
      CRC32 hash = new CRC32();
      hash.update(line.bytes(), line.key(), line.keyLength());
      return source.sharedKeys().get((int) (hash.getValue() % shared));
    }
    String key =
        table + new String(line.bytes(), line.key(), line.keyLength(), StandardCharsets.UTF_8);
    byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
    return bytes.length <= MOST_KEY_BYTES ? key : table + "#" + sha256(bytes);
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has it", e);
    }
  }

  /** The value of the first member. */
  private static String operation(KeyedLine line) {
    int from = line.line() + "{\"operation\":\"".length();
    int to = from;
    while (line.bytes()[to] != '"') {
      to++;
    }
    return new String(line.bytes(), from, to - from, StandardCharsets.US_ASCII);
  }

  private Source source(String database, String schema, String table) {
    String orderingKey = schema + "." + table;
    return new Source(
        database,
        schema,
        table,
        orderingKey,
        IntStream.range(0, shared).mapToObj(number -> orderingKey + "#" + number).toList(),
        new ConcurrentHashMap<>());
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
