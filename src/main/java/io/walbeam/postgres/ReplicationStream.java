package io.walbeam.postgres;

import io.walbeam.change.Lsn;
import io.walbeam.change.RowLimit;
import io.walbeam.change.TableId;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.pgoutput.PostgresEpoch;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A logical replication stream read straight from the socket, without an object per message.
 *
 * <p>pgjdbc makes the connection (TLS, authentication); from START_REPLICATION on this class speaks
 * the protocol itself (PostgreSQL documentation, "Streaming Replication Protocol" and "Message
 * Formats"). At that moment the server is idle after ReadyForQuery, so nothing is left in pgjdbc's
 * buffers.
 *
 * <p>One thread reads and sends status; {@link #close} may be called by any thread at any time and
 * never waits for the server.
 */
public final class ReplicationStream implements AutoCloseable {
  /**
   * Messages whose CopyData is longer are handed over in pieces: bytea has two digits a byte, an
   * update under REPLICA IDENTITY FULL has the row twice, and names and other columns need room. So
   * whatever a dump writes fits, and 64 MiB of the queue hold one more message than that.
   */
  public static final int OVERSIZE_BYTES = 4 * RowLimit.BYTES + (1 << 20);

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** 'd', length; 'w', dataStart, walEnd, sendTime. */
  private static final int FRAME_HEADER = 5;

  private static final int DATA_HEADER = 25;
  private static final int STATUS_LENGTH = 34;

  /**
   * Receive buffer of a socket to this machine, bytes; the kernel doubles it. Without a round trip
   * to wait for, a small window costs nothing, and a sender that finds it full appends to what
   * waits instead of pushing each message through the network stack: measured 1.4 times as fast.
   * Elsewhere the kernel's own sizing must stand, or a long round trip would throttle the stream.
   */
  private static final int LOOPBACK_RECEIVE_BYTES = 64 << 10;

  /** Milliseconds the server may take to answer START_REPLICATION. */
  private static final int START_TIMEOUT_MILLIS = 60_000;

  private final Connection connection;
  private final Socket plain;
  private final @Nullable Socket encrypted;
  private final SocketBuffer buffer;
  private final OutputStream output;
  private final ServerIdentity identity;
  private final byte[] status = new byte[FRAME_HEADER + STATUS_LENGTH];
  private String slot = "";
  private String publication = "";
  private volatile boolean closed;

  ReplicationStream(
      Connection connection,
      Socket plain,
      @Nullable Socket encrypted,
      ServerIdentity identity,
      int capacity)
      throws IOException {
    this.connection = connection;
    this.plain = plain;
    this.encrypted = encrypted;
    this.buffer = new SocketBuffer(plain, encrypted, capacity, OVERSIZE_BYTES + capacity);
    this.output = (encrypted == null ? plain : encrypted).getOutputStream();
    if (plain.getInetAddress().isLoopbackAddress()) {
      plain.setReceiveBufferSize(LOOPBACK_RECEIVE_BYTES);
    }
    this.identity = identity;
  }

  public ServerIdentity identity() {
    return identity;
  }

  /**
   * Starts streaming with pgoutput, protocol version 1, text tuples, logical messages on.
   *
   * @param publications whose changes are wanted, the one that errors name first
   * @param lsn where to start; the server starts at the slot's confirmed position if that is later
   * @return false if another process uses the slot
   * @throws WalbeamException if the server refuses for another reason
   */
  public boolean start(String slot, List<String> publications, long lsn) throws IOException {
    this.slot = slot;
    this.publication = publications.get(0);
    String names =
        publications.stream()
            .map(TableId::quote)
            .collect(Collectors.joining(","))
            .replace("'", "''");
    String command =
        "START_REPLICATION SLOT "
            + TableId.quote(slot)
            + " LOGICAL "
            + Lsn.format(lsn)
            + " (\"proto_version\" '1', \"publication_names\" '"
            + names
            + "', \"messages\" 'true')";
    byte[] text = command.getBytes(StandardCharsets.UTF_8);
    byte[] query = new byte[FRAME_HEADER + text.length + 1];
    query[0] = 'Q';
    INT.set(query, 1, query.length - 1);
    System.arraycopy(text, 0, query, FRAME_HEADER, text.length);
    write(query);
    while (true) {
      while (!hasFrame()) {
        if (buffer.fill(START_TIMEOUT_MILLIS) == 0) {
          throw new SocketTimeoutException("no answer to START_REPLICATION");
        }
      }
      byte[] bytes = buffer.bytes();
      int at = buffer.begin();
      int length = (int) INT.get(bytes, at + 1);
      if (bytes[at] == 'E') {
        SQLException error = ErrorResponse.parse(bytes, at + FRAME_HEADER, length - 4);
        if (PostgresErrors.state(error).equals("55006")) {
          return false;
        }
        throw PostgresErrors.streaming(slot, publication, error);
      }
      buffer.consume(1 + length);
      if (bytes[at] == 'W') {
        return true;
      }
    }
  }

  /**
   * Waits at most {@code waitMillis} for bytes, takes everything that has arrived (up to the size
   * of the buffer) and hands every whole message to {@code handler}.
   *
   * @return bytes taken, 0 if none arrived in time
   * @throws IOException if the stream ended or broke
   * @throws WalbeamException if the server ended it with an error
   */
  public int read(StreamHandler handler, int waitMillis) throws IOException {
    int taken = buffer.fill(waitMillis);
    if (taken > 0) {
      dispatch(handler);
    }
    return taken;
  }

  /**
   * Sends a standby status update.
   *
   * @param written everything before it was received
   * @param flushed everything before it is durable: the slot moves there
   * @param reply whether the server shall answer at once
   */
  public void sendStatus(long written, long flushed, boolean reply) throws IOException {
    status[0] = 'd';
    INT.set(status, 1, status.length - 1);
    status[FRAME_HEADER] = 'r';
    LONG.set(status, FRAME_HEADER + 1, written);
    LONG.set(status, FRAME_HEADER + 9, flushed);
    LONG.set(status, FRAME_HEADER + 17, flushed);
    LONG.set(
        status, FRAME_HEADER + 25, PostgresEpoch.ofUnixMicros(System.currentTimeMillis() * 1000));
    status[FRAME_HEADER + 33] = (byte) (reply ? 1 : 0);
    write(status);
  }

  /** Ends the connection without draining it. Idempotent, any thread. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      // A Terminate message lets the server end quietly instead of logging a lost connection. TLS
      // could block here behind a writer, so there the closed socket has to do.
      if (encrypted == null) {
        plain.getOutputStream().write(new byte[] {'X', 0, 0, 0, 4});
      }
      plain.close();
    } catch (IOException e) {
      // The server has gone already.
    }
    Connections.abort(connection);
  }

  private void write(byte[] message) throws IOException {
    output.write(message);
    output.flush();
  }

  private boolean hasFrame() {
    return buffer.available() >= FRAME_HEADER
        && buffer.available() > (int) INT.get(buffer.bytes(), buffer.begin() + 1);
  }

  private void dispatch(StreamHandler handler) throws IOException {
    byte[] bytes = buffer.bytes();
    int at = buffer.begin();
    int end = buffer.end();
    while (end - at >= FRAME_HEADER) {
      int length = (int) INT.get(bytes, at + 1);
      if (length < 4) {
        throw new IOException("a protocol message has an impossible length");
      }
      if (end - at <= length) {
        if (length > OVERSIZE_BYTES && end - at >= FRAME_HEADER + DATA_HEADER) {
          oversize(handler, bytes, at, length);
          return;
        }
        break;
      }
      frame(handler, bytes, at, length);
      at += 1 + length;
    }
    if (at == end) {
      buffer.clear();
    } else {
      buffer.consume(at - buffer.begin());
    }
  }

  private void frame(StreamHandler handler, byte[] bytes, int at, int length) throws IOException {
    int body = at + FRAME_HEADER;
    switch (bytes[at]) {
      case 'd' -> {
        if (length < 4 + 18) {
          throw new IOException("a CopyData message is too short");
        }
        if (bytes[body] == 'w') {
          if (length - 4 > OVERSIZE_BYTES) {
            try (MessagePieces pieces =
                new MessagePieces(bytes, body + DATA_HEADER, at + 1 + length)) {
              handler.oversize((long) LONG.get(bytes, body + 1), length - 4 - DATA_HEADER, pieces);
            }
          } else {
            handler.data(
                (long) LONG.get(bytes, body + 1),
                bytes,
                body + DATA_HEADER,
                length - 4 - DATA_HEADER);
          }
        } else if (bytes[body] == 'k') {
          handler.keepalive(
              (long) LONG.get(bytes, body + 1),
              PostgresEpoch.toUnixMicros((long) LONG.get(bytes, body + 9)),
              bytes[body + 17] != 0);
        }
      }
      case 'E' -> {
        throw PostgresErrors.streaming(
            slot, publication, ErrorResponse.parse(bytes, body, length - 4));
      }
      case 'c' -> throw new EOFException("the server ended the stream");
      case 'N' -> notice(ErrorResponse.parse(bytes, body, length - 4));
      default -> {
        // ParameterStatus: nothing to do.
      }
    }
  }

  /**
   * From version 18 on the server only warns where the publication did not exist yet, and leaves
   * the changes out (PostgreSQL source, {@code pgoutput.c}, LoadPublications).
   */
  private void notice(SQLException warning) {
    if (PostgresErrors.state(warning).equals("55000")
        && String.valueOf(warning.getMessage()).contains(publication)) {
      throw PostgresErrors.publicationTooLate(slot, publication, warning);
    }
  }

  /** A message longer than the limit: what has arrived, then the rest from the socket. */
  private void oversize(StreamHandler handler, byte[] bytes, int at, int length)
      throws IOException {
    int body = at + FRAME_HEADER;
    if (bytes[at] != 'd' || bytes[body] != 'w') {
      throw new IOException("a protocol message is too long");
    }
    long missing = 1L + length - (buffer.end() - at);
    try (MessagePieces pieces =
        new MessagePieces(
            buffer.unbuffered(),
            handler::progress,
            bytes,
            body + DATA_HEADER,
            buffer.end(),
            missing)) {
      handler.oversize((long) LONG.get(bytes, body + 1), length - 4L - DATA_HEADER, pieces);
    }
    buffer.clear();
  }
}
