package io.walbeam.local.standin.store;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A {@code _CHANGE_SEQUENCE_NUMBER}: one to four hexadecimal sections of one to sixteen digits,
 * separated by "/" and compared from the left as unsigned numbers; a missing section counts as zero
 * (documentation "Stream table updates with change data capture"; the last rule is an assumption).
 *
 * <p>Each section is held with its highest bit flipped, so that signed comparison, in Java and in
 * DuckDB's BIGINT, is the unsigned comparison of the sections.
 */
public final class SequenceNumber implements Comparable<SequenceNumber> {
  static final int SECTIONS = 4;
  private static final int MAX_DIGITS = 16;

  /** The position of a row that carries none. */
  public static final SequenceNumber ZERO =
      new SequenceNumber(
          new long[] {Long.MIN_VALUE, Long.MIN_VALUE, Long.MIN_VALUE, Long.MIN_VALUE});

  private final long[] flipped;

  private SequenceNumber(long[] flipped) {
    this.flipped = flipped;
  }

  /** Parses the text form, null if it is malformed. */
  public static @Nullable SequenceNumber parse(String text) {
    long[] flipped = ZERO.flipped.clone();
    int section = 0;
    int digits = 0;
    long value = 0;
    for (int i = 0; i <= text.length(); i++) {
      char c = i == text.length() ? '/' : text.charAt(i);
      if (c == '/') {
        if (digits == 0 || section == SECTIONS) {
          return null;
        }
        flipped[section++] = value ^ Long.MIN_VALUE;
        value = 0;
        digits = 0;
        continue;
      }
      int digit = c > 'f' ? -1 : Character.digit(c, 16);
      if (digit < 0 || ++digits > MAX_DIGITS) {
        return null;
      }
      value = value << 4 | digit;
    }
    return new SequenceNumber(flipped);
  }

  /** The section with its highest bit flipped. */
  long flipped(int section) {
    return flipped[section];
  }

  @Override
  public int compareTo(SequenceNumber other) {
    return Arrays.compare(flipped, other.flipped);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SequenceNumber position && Arrays.equals(flipped, position.flipped);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(flipped);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < SECTIONS; i++) {
      text.append(i == 0 ? "" : "/").append(Long.toHexString(flipped[i] ^ Long.MIN_VALUE));
    }
    return text.toString();
  }
}
