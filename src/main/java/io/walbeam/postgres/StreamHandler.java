package io.walbeam.postgres;

import java.io.IOException;

/** Receives the messages of a {@link ReplicationStream}, in order, on the reading thread. */
public interface StreamHandler {
  /**
   * One plugin message. The bytes are valid only during the call.
   *
   * @param dataStart WAL position of the change, 0 for relation and type messages
   */
  void data(long dataStart, byte[] buffer, int offset, int length) throws IOException;

  /**
   * The server's sign of life.
   *
   * @param walEnd everything that commits before it has been sent
   * @param serverTimeMicros the server's clock, microseconds since the Unix epoch
   * @param replyRequested whether the server wants a status at once
   */
  void keepalive(long walEnd, long serverTimeMicros, boolean replyRequested) throws IOException;

  /**
   * A plugin message too long for the buffer; what {@code pieces} holds after the call is skipped.
   *
   * @param length bytes of the plugin message
   */
  void oversize(long dataStart, long length, MessagePieces pieces) throws IOException;

  /** Called often while a long message goes by, so that a status can be sent. */
  void progress() throws IOException;
}
