package io.walbeam.postgres.pgoutput;

/**
 * The bytes are not a pgoutput message of protocol version 1.
 *
 * <p>Tells the message type and where in the message reading stopped, never a value.
 */
public final class MalformedMessageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final byte messageType;
  private final int offset;

  /**
   * @param offset where in the message reading stopped
   * @param problem ends the sentence; holds no value
   */
  public MalformedMessageException(byte messageType, int offset, String problem) {
    super(
        "A replication message of type "
            + describe(messageType)
            + " is malformed at byte "
            + offset
            + ": "
            + problem
            + ".");
    this.messageType = messageType;
    this.offset = offset;
  }

  /** The message's first byte, 0 if the message is empty. */
  public byte messageType() {
    return messageType;
  }

  /** Where reading stopped, counted from the start of the message. */
  public int offset() {
    return offset;
  }

  private static String describe(byte messageType) {
    boolean letter =
        (messageType >= 'a' && messageType <= 'z') || (messageType >= 'A' && messageType <= 'Z');
    return letter ? "'" + (char) messageType + "'" : Integer.toString(messageType & 0xFF);
  }
}
