package io.walbeam.postgres;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads one long message in pieces: first from the buffer, then from the socket. Never reads beyond
 * the message. Not thread-safe.
 */
public final class MessagePieces implements AutoCloseable {
  private static final int SKIP_BYTES = 64 * 1024;

  /** Lets the owner of the stream send its status while a long message goes by. */
  @FunctionalInterface
  public interface Progress {
    /** Called after every read from the socket. */
    void advanced() throws IOException;
  }

  private final @Nullable InputStream rest;
  private final Progress progress;
  private final byte[] buffer;
  private int position;
  private final int limit;
  private long missing;

  /** A message that is whole in {@code buffer}. */
  public MessagePieces(byte[] buffer, int position, int limit) {
    this(null, () -> {}, buffer, position, limit, 0);
  }

  /**
   * @param rest where the message goes on, null if it is whole in {@code buffer}
   * @param missing bytes of the message that are still to come from {@code rest}
   */
  MessagePieces(
      @Nullable InputStream rest,
      Progress progress,
      byte[] buffer,
      int position,
      int limit,
      long missing) {
    this.rest = rest;
    this.progress = progress;
    this.buffer = buffer;
    this.position = position;
    this.limit = limit;
    this.missing = missing;
  }

  /** Bytes of the message not read yet. */
  public long remaining() {
    return limit - position + missing;
  }

  /** One unsigned byte. */
  public int readByte() throws IOException {
    byte[] one = new byte[1];
    readFully(one, 0, 1);
    return one[0] & 0xFF;
  }

  /** An unsigned 16-bit number. */
  public int readShort() throws IOException {
    return readByte() << 8 | readByte();
  }

  /** A 32-bit number. */
  public int readInt() throws IOException {
    return readShort() << 16 | readShort();
  }

  /** Fills {@code target}. */
  public void readFully(byte[] target, int offset, int length) throws IOException {
    if (length > remaining()) {
      throw new EOFException("a message is shorter than it says");
    }
    int fromBuffer = Math.min(length, limit - position);
    System.arraycopy(buffer, position, target, offset, fromBuffer);
    position += fromBuffer;
    int done = fromBuffer;
    while (done < length) {
      int count = rest == null ? -1 : rest.read(target, offset + done, length - done);
      if (count < 0) {
        throw new EOFException("the server closed the connection inside a message");
      }
      done += count;
      missing -= count;
      progress.advanced();
    }
  }

  /** Passes over {@code length} bytes. */
  public void skip(long length) throws IOException {
    if (length < 0 || length > remaining()) {
      throw new EOFException("a message is shorter than it says");
    }
    byte[] scratch = new byte[(int) Math.min(length, SKIP_BYTES)];
    long left = length;
    while (left > 0) {
      int count = (int) Math.min(left, scratch.length);
      readFully(scratch, 0, count);
      left -= count;
    }
  }

  /** Passes over the rest of the message. */
  @Override
  public void close() throws IOException {
    skip(remaining());
  }
}
