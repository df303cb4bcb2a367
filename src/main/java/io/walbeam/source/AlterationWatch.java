package io.walbeam.source;

import io.walbeam.change.MessagePrefix;
import io.walbeam.postgres.pgoutput.MalformedMessageException;
import io.walbeam.postgres.pgoutput.MessageHeader;
import io.walbeam.postgres.pgoutput.PgOutputDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for what says that a table was altered: a description that is not the one before, and the
 * messages of an event trigger. In order, as only the session reads them. Not thread-safe.
 */
final class AlterationWatch {
  private static final byte[] DDL = (MessagePrefix.DDL + '\0').getBytes(StandardCharsets.US_ASCII);

  private static final Logger log = LoggerFactory.getLogger(AlterationWatch.class);

  private final PgOutputDecoder decoder = new PgOutputDecoder();
  private final StreamHook hook;
  private final List<StreamHook.Description> descriptions = new ArrayList<>();
  private boolean altered;

  AlterationWatch(StreamHook hook) {
    this.hook = hook;
  }

  /**
   * Looks at a message before it is taken.
   *
   * @param builder knows how relations were described before it
   */
  void see(byte[] bytes, int offset, int length, BatchBuilder builder) {
    byte type = length == 0 ? 0 : bytes[offset];
    try {
      if (type == MessageHeader.RELATION) {
        relation(bytes, offset, length, builder);
      } else if (type == MessageHeader.MESSAGE) {
        altered |= MessageHeader.messageHasPrefix(bytes, offset, length, DDL);
      }
    } catch (MalformedMessageException e) {
      // Whoever takes the message says so.
      log.debug("Not looked at", e);
    }
  }

  private void relation(byte[] bytes, int offset, int length, BatchBuilder builder) {
    byte @Nullable [] before = builder.relation(MessageHeader.relationId(bytes, offset, length));
    if (before == null
        || !Arrays.equals(bytes, offset, offset + length, before, 0, before.length)) {
      altered = true;
      descriptions.add(
          new StreamHook.Description(decoder.relation(bytes, offset, length), builder.commitLsn()));
    }
  }

  /** Tells of what was seen, unless nobody is there yet. */
  void tell() {
    if (altered && hook.altered(List.copyOf(descriptions))) {
      altered = false;
      descriptions.clear();
    }
  }
}
