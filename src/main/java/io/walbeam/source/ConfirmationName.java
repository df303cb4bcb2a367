package io.walbeam.source;

import io.walbeam.change.Lsn;
import java.util.OptionalLong;

/**
 * The {@code application_name} that shows a published position: {@code
 * walbeam:confirmed:<fingerprint>:<epoch>:<LSN>}, at most the 63 bytes that PostgreSQL keeps.
 *
 * <p>The fingerprint names slot and job, so that neither another slot's, nor another job's, nor an
 * earlier run's publisher is ever believed.
 */
final class ConfirmationName {
  private static final String KIND = "walbeam:confirmed:";
  private static final int RADIX = 36;

  private final String prefix;

  ConfirmationName(String slotKey, long epoch) {
    prefix =
        KIND
            + Long.toUnsignedString(Fingerprint.of(slotKey), RADIX)
            + ":"
            + Long.toUnsignedString(epoch, RADIX)
            + ":";
  }

  /** What every name of this slot, job and epoch begins with. */
  String prefix() {
    return prefix;
  }

  /** The name that shows {@code lsn}. */
  String of(long lsn) {
    return prefix + Lsn.format(lsn);
  }

  /** The position that {@code applicationName} shows; empty if it is not one of ours. */
  OptionalLong read(String applicationName) {
    if (!applicationName.startsWith(prefix)) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Lsn.parse(applicationName.substring(prefix.length())).value());
    } catch (IllegalArgumentException e) {
      return OptionalLong.empty();
    }
  }
}
