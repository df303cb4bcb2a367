package io.walbeam.batch;

import io.walbeam.postgres.MessagePieces;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a change message that is too long down to what identifies it.
 *
 * <p>The marker is a message of its own: {@code int8 'X'}, {@code int32 relation id}, {@code int8
 * operation} (I, U, D; M with relation id 0 for a logical message), {@code int64 original size},
 * then the tuples of the original, each with its letter ({@code K}, {@code O}, {@code N}), in which
 * every value that is not part of the key, or is itself long, is replaced by kind {@code 'u'}.
 */
public final class OversizeMarker {
  /** Type byte of the marker; pgoutput has no message of this type. */
  static final byte TYPE = 'X';

  /** A key value longer than this many bytes is left out as well. */
  private static final int MAX_VALUE_BYTES = 16 << 10;

  /** Type byte, relation id, operation, original size. */
  private static final int HEADER = 1 + 4 + 1 + 8;

  private OversizeMarker() {}

  /** Bytes of the message that the marker stands for. */
  static long originalSize(byte[] bytes, int offset) {
    return ByteBuffer.wrap(bytes).getLong(offset + 6);
  }

  /** Whether the message has what the other functions read. */
  static boolean isComplete(byte[] bytes, int offset, int length) {
    return length >= HEADER && "IUDM".indexOf(bytes[offset + 5]) >= 0;
  }

  /** Whether the marker stands for a change of a row, not for a logical message. */
  static boolean isRowChange(byte[] bytes, int offset) {
    return bytes[offset + 5] != 'M';
  }

  /** The pgoutput message of a row change, with unchanged values where values were cut out. */
  static byte[] restore(byte[] bytes, int offset, int length) {
    byte[] message = new byte[5 + length - HEADER];
    message[0] = bytes[offset + 5];
    System.arraycopy(bytes, offset + 1, message, 1, 4);
    System.arraycopy(bytes, offset + HEADER, message, 5, length - HEADER);
    return message;
  }

  /** Looks up the current Relation message of a relation. */
  @FunctionalInterface
  public interface Relations {
    byte @Nullable [] find(int id);
  }

  /** The marker, and the relation it belongs to. */
  public record Result(int relationId, byte[] marker) {}

  /**
   * Reads a change message piece by piece.
   *
   * @param length bytes of the message
   * @throws IOException if the stream breaks, or is not what it should be
   */
  public static Result reduce(long length, MessagePieces pieces, Relations relations)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream marker = new DataOutputStream(bytes);
    int operation = pieces.readByte();
    int relationId = operation == 'M' ? 0 : pieces.readInt();
    marker.writeByte(TYPE);
    marker.writeInt(relationId);
    marker.writeByte(operation);
    marker.writeLong(length);
    switch (operation) {
      case 'M' -> {}
      case 'I', 'U', 'D' -> {
        byte[] relation = relations.find(relationId);
        if (relation == null) {
          throw new IOException("a change of a relation that was never described");
        }
        boolean[] key = keyColumns(relation);
        while (pieces.remaining() > 0) {
          marker.writeByte(pieces.readByte());
          tuple(pieces, key, marker);
        }
      }
      default -> throw new IOException("a message that is no change is too long");
    }
    return new Result(relationId, bytes.toByteArray());
  }

  private static void tuple(MessagePieces pieces, boolean[] key, DataOutputStream marker)
      throws IOException {
    int columns = pieces.readShort();
    marker.writeShort(columns);
    for (int i = 0; i < columns; i++) {
      int kind = pieces.readByte();
      switch (kind) {
        case 'n', 'u' -> marker.writeByte(kind);
        case 't', 'b' -> {
          int size = pieces.readInt();
          if (i < key.length && key[i] && size >= 0 && size <= MAX_VALUE_BYTES) {
            byte[] value = new byte[size];
            pieces.readFully(value, 0, size);
            marker.writeByte(kind);
            marker.writeInt(size);
            marker.write(value);
          } else {
            pieces.skip(size);
            marker.writeByte('u');
          }
        }
        default -> throw new IOException("a column of an unknown kind");
      }
    }
  }

  /** 'R', id, schema, name, identity, count, then flags, name, type, modifier of each column. */
  private static boolean[] keyColumns(byte[] relation) throws IOException {
    MessagePieces pieces = new MessagePieces(relation, 5, relation.length);
    skipText(pieces);
    skipText(pieces);
    pieces.readByte();
    boolean[] key = new boolean[pieces.readShort()];
    for (int i = 0; i < key.length; i++) {
      key[i] = (pieces.readByte() & 1) != 0;
      skipText(pieces);
      pieces.skip(8);
    }
    return key;
  }

  private static void skipText(MessagePieces pieces) throws IOException {
    while (pieces.readByte() != 0) {
      // The text ends with a zero byte.
    }
  }
}
