package io.walbeam.source;

import java.util.Comparator;
import java.util.Optional;

/**
 * Which reader of which job this is, as the walsender's {@code application_name} shows it: {@code
 * walbeam:<slot>:<job start>:<reader start>}, both in base 36, at most 63 bytes.
 *
 * @param jobStart epoch milliseconds
 * @param readerStart epoch milliseconds of the server's clock
 */
record Incarnation(long jobStart, long readerStart) implements Comparable<Incarnation> {
  private static final String PREFIX = "walbeam:";
  private static final int RADIX = 36;

  /** NAMEDATALEN - 1, what PostgreSQL keeps of an application name. */
  private static final int MAX_NAME_BYTES = 63;

  private static final Comparator<Incarnation> ORDER =
      Comparator.comparingLong(Incarnation::jobStart).thenComparingLong(Incarnation::readerStart);

  /** Reads an application name; empty if it is not one of ours. */
  static Optional<Incarnation> parse(String applicationName) {
    String[] parts = applicationName.split(":", -1);
    if (parts.length != 4 || !applicationName.startsWith(PREFIX)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Incarnation(Long.parseLong(parts[2], RADIX), Long.parseLong(parts[3], RADIX)));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** The application name; a slot name that does not fit is replaced by its fingerprint. */
  String applicationName(String slot) {
    String suffix = ":" + Long.toString(jobStart, RADIX) + ":" + Long.toString(readerStart, RADIX);
    boolean fits = PREFIX.length() + slot.length() + suffix.length() <= MAX_NAME_BYTES;
    return PREFIX + (fits ? slot : Long.toHexString(Fingerprint.of(slot))) + suffix;
  }

  @Override
  public int compareTo(Incarnation other) {
    return ORDER.compare(this, other);
  }
}
