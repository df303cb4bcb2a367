package io.walbeam.postgres.pgoutput;

import java.util.Arrays;

/**
 * What the thread that reads the stream must know of a message, without decoding it.
 *
 * <p>Every function takes a message as {@code bytes[offset, offset + length)}, allocates nothing,
 * and throws {@link MalformedMessageException} if the message is too short or of another type.
 * Layouts: PostgreSQL documentation, "Logical Replication Message Formats".
 */
public final class MessageHeader {
  public static final byte BEGIN = 'B';
  public static final byte COMMIT = 'C';
  public static final byte ORIGIN = 'O';
  public static final byte RELATION = 'R';
  public static final byte TYPE = 'Y';
  public static final byte INSERT = 'I';
  public static final byte UPDATE = 'U';
  public static final byte DELETE = 'D';
  public static final byte TRUNCATE = 'T';
  public static final byte MESSAGE = 'M';

  /** Bytes of every Begin message. */
  public static final int BEGIN_LENGTH = 1 + 8 + 8 + 4;

  private static final int COMMIT_LENGTH = 1 + 1 + 8 + 8 + 8;
  private static final int COMMIT_END_LSN_AT = 1 + 1 + 8;
  private static final int COMMIT_TIME_AT = 1 + 1 + 8 + 8;

  /** Type, count, options. */
  private static final int TRUNCATE_RELATIONS_AT = 1 + 4 + 1;

  private static final int MESSAGE_PREFIX_AT = 1 + 1 + 8;
  private static final byte TRANSACTIONAL = 1;

  private MessageHeader() {}

  /** The message's type byte. */
  public static byte type(byte[] bytes, int offset, int length) {
    if (length < 1) {
      throw new MalformedMessageException((byte) 0, 0, "it is empty");
    }
    return bytes[offset];
  }

  /** Whether a message of this type counts in a {@code StreamPosition}. */
  public static boolean countsAsChange(byte type) {
    return type == INSERT
        || type == UPDATE
        || type == DELETE
        || type == TRUNCATE
        || type == MESSAGE;
  }

  /** The relation of an Insert, Update, Delete or Relation message. */
  public static int relationId(byte[] bytes, int offset, int length) {
    byte type = type(bytes, offset, length);
    boolean known = type == INSERT || type == UPDATE || type == DELETE || type == RELATION;
    require(known, length >= 5, type, length);
    return int32(bytes, offset + 1);
  }

  /** A Begin message's LSN of the commit record (the message calls it final LSN). */
  public static long beginCommitLsn(byte[] bytes, int offset, int length) {
    byte type = type(bytes, offset, length);
    require(type == BEGIN, length == BEGIN_LENGTH, type, length);
    return int64(bytes, offset + 1);
  }

  /** A Begin message's commit time, microseconds since the Unix epoch. */
  public static long beginCommitTimeMicros(byte[] bytes, int offset, int length) {
    byte type = type(bytes, offset, length);
    require(type == BEGIN, length == BEGIN_LENGTH, type, length);
    return PostgresEpoch.toUnixMicros(int64(bytes, offset + 9));
  }

  /** A Commit message's LSN of the commit record. */
  public static long commitLsn(byte[] bytes, int offset, int length) {
    byte type = type(bytes, offset, length);
    require(type == COMMIT, length == COMMIT_LENGTH, type, length);
    return int64(bytes, offset + 2);
  }

  /** A Commit message's end LSN: the position to acknowledge. */
  public static long commitEndLsn(byte[] bytes, int offset, int length) {
    byte type = type(bytes, offset, length);
    require(type == COMMIT, length == COMMIT_LENGTH, type, length);
    return int64(bytes, offset + COMMIT_END_LSN_AT);
  }

  /** A Commit message's time, microseconds since the Unix epoch. */
  public static long commitTimeMicros(byte[] bytes, int offset, int length) {
    byte type = type(bytes, offset, length);
    require(type == COMMIT, length == COMMIT_LENGTH, type, length);
    return PostgresEpoch.toUnixMicros(int64(bytes, offset + COMMIT_TIME_AT));
  }

  /** How many relations a Truncate message names. */
  public static int truncatedRelations(byte[] bytes, int offset, int length) {
    byte type = type(bytes, offset, length);
    require(type == TRUNCATE, length >= TRUNCATE_RELATIONS_AT, type, length);
    int count = int32(bytes, offset + 1);
    boolean fits = count >= 0 && length == TRUNCATE_RELATIONS_AT + (long) Integer.BYTES * count;
    require(true, fits, type, length);
    return count;
  }

  /** One of the relations of a Truncate message that {@link #truncatedRelations} accepted. */
  public static int truncatedRelation(byte[] bytes, int offset, int which) {
    return int32(bytes, offset + TRUNCATE_RELATIONS_AT + Integer.BYTES * which);
  }

  /** Whether a logical message is transactional. */
  public static boolean messageTransactional(byte[] bytes, int offset, int length) {
    byte type = type(bytes, offset, length);
    require(type == MESSAGE, length > MESSAGE_PREFIX_AT, type, length);
    return (bytes[offset + 1] & TRANSACTIONAL) != 0;
  }

  /**
   * Whether a logical message has the prefix.
   *
   * @param prefix with the zero byte behind it
   */
  public static boolean messageHasPrefix(byte[] bytes, int offset, int length, byte[] prefix) {
    byte type = type(bytes, offset, length);
    require(type == MESSAGE, length > MESSAGE_PREFIX_AT, type, length);
    int from = offset + MESSAGE_PREFIX_AT;
    return length - MESSAGE_PREFIX_AT >= prefix.length
        && Arrays.equals(bytes, from, from + prefix.length, prefix, 0, prefix.length);
  }

  private static void require(boolean rightType, boolean rightLength, byte type, int length) {
    if (!rightType) {
      throw new MalformedMessageException(type, 0, "another type was expected");
    }
    if (!rightLength) {
      throw new MalformedMessageException(type, length, "it has the wrong length");
    }
  }

  private static int int32(byte[] bytes, int offset) {
    return (int) MessageReader.INT32.get(bytes, offset);
  }

  private static long int64(byte[] bytes, int offset) {
    return (long) MessageReader.INT64.get(bytes, offset);
  }
}
