package io.walbeam.batch;

import io.walbeam.postgres.MessagePieces;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A hand-written pgoutput stream: messages with their WAL positions, in stream order. */
public final class ScriptedStream {
  /** One message as it comes from the wire. */
  public record Message(long lsn, byte[] payload) {
    public char type() {
      return (char) payload[0];
    }
  }

  private final List<Message> messages = new ArrayList<>();

  public List<Message> messages() {
    return messages;
  }

  public ScriptedStream begin(long firstLsn, long commitLsn) {
    return add(
        firstLsn, bytes(21).put((byte) 'B').putLong(commitLsn).putLong(commitLsn * 10).putInt(7));
  }

  public ScriptedStream commit(long commitLsn, long endLsn) {
    return add(
        endLsn,
        bytes(26)
            .put((byte) 'C')
            .put((byte) 0)
            .putLong(commitLsn)
            .putLong(endLsn)
            .putLong(commitLsn * 10));
  }

  public ScriptedStream type(int oid) {
    byte[] names = "public\0mood\0".getBytes(StandardCharsets.UTF_8);
    return add(0, bytes(5 + names.length).put((byte) 'Y').putInt(oid).put(names));
  }

  /** A relation with two columns, the first of them the key. */
  public ScriptedStream relation(int id, String name) {
    byte[] names = ("public\0" + name + "\0").getBytes(StandardCharsets.UTF_8);
    ByteBuffer buffer = bytes(5 + names.length + 3 + 2 * (1 + 2 + 8));
    buffer.put((byte) 'R').putInt(id).put(names).put((byte) 'd').putShort((short) 2);
    buffer.put((byte) 1).put((byte) 'k').put((byte) 0).putInt(20).putInt(-1);
    buffer.put((byte) 0).put((byte) 'v').put((byte) 0).putInt(25).putInt(-1);
    return add(0, buffer);
  }

  public ScriptedStream insert(long lsn, int relation, String key, String value) {
    byte[] k = key.getBytes(StandardCharsets.UTF_8);
    byte[] v = value.getBytes(StandardCharsets.UTF_8);
    ByteBuffer buffer = bytes(5 + 1 + 2 + 5 + k.length + 5 + v.length);
    buffer.put((byte) 'I').putInt(relation).put((byte) 'N').putShort((short) 2);
    buffer.put((byte) 't').putInt(k.length).put(k).put((byte) 't').putInt(v.length).put(v);
    return add(lsn, buffer);
  }

  public ScriptedStream truncate(long lsn, int... relations) {
    ByteBuffer buffer = bytes(6 + 4 * relations.length);
    buffer.put((byte) 'T').putInt(relations.length).put((byte) 0);
    for (int relation : relations) {
      buffer.putInt(relation);
    }
    return add(lsn, buffer);
  }

  public ScriptedStream message(long lsn, boolean transactional, String prefix, String content) {
    byte[] p = (prefix + "\0").getBytes(StandardCharsets.UTF_8);
    byte[] c = content.getBytes(StandardCharsets.UTF_8);
    ByteBuffer buffer = bytes(10 + p.length + 4 + c.length);
    buffer.put((byte) 'M').put((byte) (transactional ? 1 : 0)).putLong(lsn);
    return add(lsn, buffer.put(p).putInt(c.length).put(c));
  }

  /** A row that was too long, as its marker. */
  public ScriptedStream oversize(long lsn, int relation, String key) {
    byte[] insert = new ScriptedStream().insert(lsn, relation, key, "value").last().payload();
    byte[] described = new ScriptedStream().relation(relation, "a").last().payload();
    try {
      byte[] marker =
          OversizeMarker.reduce(
                  insert.length, new MessagePieces(insert, 0, insert.length), id -> described)
              .marker();
      return add(lsn, bytes(marker.length).put(marker));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Message last() {
    return messages.get(messages.size() - 1);
  }

  /** What the server sends when asked to start at {@code lsn}. */
  public List<Message> from(long lsn) {
    List<Message> sent = new ArrayList<>();
    boolean skipping = false;
    for (Message message : messages) {
      if (message.type() == 'B') {
        skipping = ByteBuffer.wrap(message.payload()).getLong(1) < lsn;
      }
      // Relations come again on every connection.
      if (!skipping || message.type() == 'R' || message.type() == 'Y') {
        sent.add(message);
      }
    }
    return sent;
  }

  private ScriptedStream add(long lsn, ByteBuffer buffer) {
    byte[] payload = new byte[buffer.capacity()];
    buffer.rewind().get(payload);
    messages.add(new Message(lsn, payload));
    return this;
  }

  private static ByteBuffer bytes(int size) {
    return ByteBuffer.allocate(size);
  }
}
