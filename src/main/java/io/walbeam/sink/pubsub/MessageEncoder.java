package io.walbeam.sink.pubsub;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import com.google.pubsub.v1.PubsubMessage;
import io.walbeam.row.KeyedLine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * Makes messages of the envelopes of one table, as they go over the wire: a {@link PubsubMessage}
 * with the attributes, the ordering key and the envelope as its data. Objects of that class, with a
 * map of attributes each, would cost several times what sending them does. Used by one thread.
 */
final class MessageEncoder {
  /** Documentation, "Quotas and limits": a request has 10 MB; attributes and key need room. */
  static final int MOST_BYTES = 9_900_000;

  /** Documentation, "Order messages". */
  private static final int MOST_KEY_BYTES = 1_024;

  /** Bytes of the first block; each next one is twice as long, because most writes are small. */
  private static final int FIRST_BLOCK = 4 << 10;

  /** Bytes of a block: below half a G1 region of a small heap, so that no block is humongous. */
  private static final int BLOCK = 256 << 10;

  /** More than the tags and lengths of ordering key and data. */
  private static final int TAGS = 16;

  /** The most bytes of a character of a string. */
  private static final int UTF8 = 3;

  /** What an envelope begins with, before its operation. */
  private static final int OPERATION = "{\"operation\":\"".length();

  /** The attributes of an operation, whose name is in ASCII. */
  private record Attributes(byte[] operation, byte[] wire) {
    boolean isOf(KeyedLine line) {
      int from = line.line() + OPERATION;
      int to = from + operation.length;
      return to < line.end()
          && line.bytes()[to] == '"'
          && Arrays.equals(line.bytes(), from, to, operation, 0, operation.length);
    }
  }

  private final Messages.Source source;
  private final Messages.Elsewhere elsewhere;
  private final CRC32 hash = new CRC32();
  private final Map<String, Attributes> attributes = new HashMap<>();
  private Attributes last = new Attributes(new byte[0], new byte[0]);
  private byte[] block = new byte[FIRST_BLOCK];
  private CodedOutputStream out = CodedOutputStream.newInstance(block);

  MessageEncoder(Messages.Source source, Messages.Elsewhere elsewhere) {
    this.source = source;
    this.elsewhere = elsewhere;
  }

  /** Table and key, or one of those that rows share; of a truncation the table alone. */
  String orderingKey(KeyedLine line) {
    String table = source.orderingKey();
    if (!line.hasKey()) {
      return table;
    }
    int shared = source.sharedKeys().size();
    if (shared > 0) {
      // Of the key alone, so that every run, and every release, has it at the same place.
      hash.reset();
      hash.update(line.bytes(), line.key(), line.keyLength());
      return source.sharedKeys().get((int) (hash.getValue() % shared));
    }
    String key =
        table + new String(line.bytes(), line.key(), line.keyLength(), StandardCharsets.UTF_8);
    if (key.length() * UTF8 <= MOST_KEY_BYTES) {
      return key;
    }
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

  /** A message; nobody writes to its bytes any more. */
  ByteString encode(KeyedLine line, String orderingKey) throws InterruptedException {
    byte[] common = attributes(line);
    if (line.length() > MOST_BYTES) {
      return besides(line, orderingKey, common);
    }
    reserve(common.length + UTF8 * orderingKey.length() + line.length() + TAGS);
    int start = out.getTotalBytesWritten();
    try {
      out.writeRawBytes(common);
      if (!orderingKey.isEmpty()) {
        out.writeString(PubsubMessage.ORDERING_KEY_FIELD_NUMBER, orderingKey);
      }
      out.writeByteArray(PubsubMessage.DATA_FIELD_NUMBER, line.bytes(), line.line(), line.length());
    } catch (IOException e) {
      throw new UncheckedIOException("there was room for it", e);
    }
    return UnsafeByteOperations.unsafeWrap(block, start, out.getTotalBytesWritten() - start);
  }

  private void reserve(int bytes) {
    if (out.spaceLeft() < bytes) {
      block = new byte[Math.max(Math.min(BLOCK, 2 * block.length), bytes)];
      out = CodedOutputStream.newInstance(block);
    }
  }

  /** A message that says where the envelope is. */
  private ByteString besides(KeyedLine line, String orderingKey, byte[] common)
      throws InterruptedException {
    int from = line.line();
    String place = elsewhere.keep(Arrays.copyOfRange(line.bytes(), from, line.end()));
    try {
      return PubsubMessage.parseFrom(common).toBuilder()
          .setOrderingKey(orderingKey)
          .putAttributes("object", place)
          .build()
          .toByteString();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("what was written is well-formed", e);
    }
  }

  private byte[] attributes(KeyedLine line) {
    if (!source.operation().isEmpty()) {
      return attributes
          .computeIfAbsent(
              source.operation(), of -> new Attributes(new byte[0], source.attributes(of)))
          .wire();
    }
    if (!last.isOf(line)) {
      int from = line.line() + OPERATION;
      int to = from;
      while (line.bytes()[to] != '"') {
        to++;
      }
      byte[] name = Arrays.copyOfRange(line.bytes(), from, to);
      last =
          attributes.computeIfAbsent(
              new String(name, StandardCharsets.US_ASCII),
              operation -> new Attributes(name, source.attributes(operation)));
    }
    return last.wire();
  }
}
