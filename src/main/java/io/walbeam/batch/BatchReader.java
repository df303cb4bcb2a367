package io.walbeam.batch;

import io.walbeam.change.Lsn;
import io.walbeam.change.Operation;
import io.walbeam.change.Relation;
import io.walbeam.change.TypeName;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.pgoutput.MalformedMessageException;
import io.walbeam.postgres.pgoutput.MessageHeader;
import io.walbeam.postgres.pgoutput.PgOutputDecoder;
import io.walbeam.postgres.pgoutput.PgOutputHandler;
import org.jspecify.annotations.Nullable;

/**
 * Reads batches message by message, and tells the place of each. Reused from batch to batch. Not
 * thread-safe.
 */
public final class BatchReader {
  /** Receives the messages of a batch in their order; tuples are valid during the call. */
  public interface Handler extends PgOutputHandler {
    /**
     * An insert or update of a row that was too long to be carried. (Of a deletion the key is
     * carried, so it comes as {@link #delete}.)
     *
     * @param operation INSERT or UPDATE
     * @param bytes length of the message that was cut down
     */
    void oversize(int relationId, Operation operation, long bytes);
  }

  /** Receives what a batch says of tables and types, in its order. */
  public interface Descriptions {
    void relation(Relation relation);

    void type(TypeName type);
  }

  private final PgOutputDecoder decoder = new PgOutputDecoder();
  private final ChangeIndex index = new ChangeIndex();
  private @Nullable ChangeBatch batch;
  private long lsn;
  private int payload;
  private int payloadLength;

  /**
   * Reads every message of {@code next}.
   *
   * @throws WalbeamException MALFORMED, with the position, if the batch holds something else
   */
  public void read(ChangeBatch next, Handler handler) {
    batch = next;
    index.goOnAt(next.firstIndex());
    byte[] bytes = next.messages();
    for (int at = 0; at < next.length(); at = payload + payloadLength) {
      lsn = BatchBuffer.getLong(bytes, at);
      payloadLength = BatchBuffer.getInt(bytes, at + Long.BYTES);
      payload = at + BatchBuffer.ENTRY_HEADER;
      byte type = payloadLength == 0 ? 0 : bytes[payload];
      if (type == MessageHeader.BEGIN) {
        index.begin();
      } else if (MessageHeader.countsAsChange(type) || type == OversizeMarker.TYPE) {
        index.next(lsn);
      }
      try {
        if (type == OversizeMarker.TYPE) {
          oversize(bytes, handler);
        } else {
          decoder.decode(bytes, payload, payloadLength, handler);
        }
      } catch (MalformedMessageException e) {
        throw new WalbeamException(
            FailureKind.MALFORMED,
            "The message at " + Lsn.format(lsn) + " is not pgoutput protocol 1.",
            "Check that the server is PostgreSQL 14 or newer, and report this with the server's"
                + " version.",
            e);
      }
    }
  }

  /** Reads descriptions only, up to what is malformed: {@link #read} says what it is. */
  public static void describe(ChangeBatch batch, Descriptions to) {
    PgOutputDecoder decoder = new PgOutputDecoder();
    byte[] bytes = batch.messages();
    int next;
    for (int at = 0; at < batch.length(); at = next) {
      int length = BatchBuffer.getInt(bytes, at + Long.BYTES);
      int payload = at + BatchBuffer.ENTRY_HEADER;
      next = payload + length;
      byte type = length == 0 ? 0 : bytes[payload];
      try {
        if (type == MessageHeader.RELATION) {
          to.relation(decoder.relation(bytes, payload, length));
        } else if (type == MessageHeader.TYPE) {
          to.type(decoder.type(bytes, payload, length));
        }
      } catch (MalformedMessageException e) {
        return;
      }
    }
  }

  /** A change cut down to its key: a delete needs no more. */
  private void oversize(byte[] bytes, Handler handler) {
    if (!OversizeMarker.isComplete(bytes, payload, payloadLength)) {
      throw new WalbeamException(
          FailureKind.MALFORMED,
          "The stream has an oversize marker that is cut off at " + Lsn.format(lsn) + ".",
          "Report this with the server's version.");
    }
    if (!OversizeMarker.isRowChange(bytes, payload)) {
      return;
    }
    byte[] message = OversizeMarker.restore(bytes, payload, payloadLength);
    if (message[0] == MessageHeader.DELETE) {
      decoder.decode(message, 0, message.length, handler);
      return;
    }
    handler.oversize(
        MessageHeader.relationId(message, 0, message.length),
        message[0] == MessageHeader.INSERT ? Operation.INSERT : Operation.UPDATE,
        OversizeMarker.originalSize(bytes, payload));
  }

  /**
   * Reads one change that was kept, with unchanged values where a marker left values out.
   *
   * @throws MalformedMessageException if it is none
   */
  public static void readMessage(byte[] bytes, int offset, int length, PgOutputHandler handler) {
    if (bytes[offset] == OversizeMarker.TYPE) {
      byte[] restored = OversizeMarker.restore(bytes, offset, length);
      new PgOutputDecoder().decode(restored, 0, restored.length, handler);
    } else {
      new PgOutputDecoder().decode(bytes, offset, length, handler);
    }
  }

  /** The batch being read. */
  public ChangeBatch batch() {
    ChangeBatch current = batch;
    if (current == null) {
      throw new IllegalStateException("no batch is being read");
    }
    return current;
  }

  /** WAL position of the current message. */
  public long lsn() {
    return lsn;
  }

  /** Index of the current change, see {@link ChangeIndex}. */
  public int index() {
    return index.current();
  }

  /** Offset of the current message in the batch. */
  public int payload() {
    return payload;
  }

  /** Bytes of the current message. */
  public int payloadLength() {
    return payloadLength;
  }
}
