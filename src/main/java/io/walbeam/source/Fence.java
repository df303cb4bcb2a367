package io.walbeam.source;

import io.walbeam.change.MessagePrefix;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;

/**
 * The logical message that marks where a run with {@code --stopAt=now} ends. The content is random,
 * so that nobody else's message and no earlier run's fence stops this one.
 */
final class Fence {
  /** Prefix of the logical message. */
  static final String PREFIX = MessagePrefix.FENCE;

  private static final byte[] PREFIX_BYTES = (PREFIX + '\0').getBytes(StandardCharsets.US_ASCII);

  /** 'M', flags, LSN. */
  private static final int PREFIX_OFFSET = 1 + 1 + 8;

  private final String content = UUID.randomUUID().toString();
  private final byte[] contentBytes = content.getBytes(StandardCharsets.US_ASCII);

  String content() {
    return content;
  }

  /** Whether the logical message at {@code offset} is this fence. */
  boolean isThis(byte[] message, int offset, int length) {
    int prefix = offset + PREFIX_OFFSET;
    int text = prefix + PREFIX_BYTES.length + Integer.BYTES;
    return length == text - offset + contentBytes.length
        && Arrays.equals(
            message, prefix, prefix + PREFIX_BYTES.length, PREFIX_BYTES, 0, PREFIX_BYTES.length)
        && Arrays.equals(
            message, text, text + contentBytes.length, contentBytes, 0, contentBytes.length);
  }
}
