package io.walbeam.change;

import java.nio.charset.StandardCharsets;

/**
 * The place of one row mutation in the order of all mutations ever.
 *
 * <p>Its text form is BigQuery's {@code _CHANGE_SEQUENCE_NUMBER}: four hexadecimal sections
 * compared from the left as unsigned numbers (BigQuery documentation, "Change data capture",
 * section "Manage custom ordering"). BigQuery keeps the row of a key with the highest position, so
 * rows may be written in parallel, twice, or out of order.
 *
 * @param epoch raised by the operator after a failover or restore that reuses LSNs
 * @param commitLsn LSN of the commit record of the transaction, or for a dumped row the commit LSN
 *     of the dump request
 * @param changeLsn LSN of the WAL record of the change itself ({@code dataStart} of its message),
 *     the same for every plugin, option and filter; 0 for a dumped row
 * @param n orders the mutations that share a WAL record: twice the index among the rows of one
 *     multi-insert, plus one for the second half of a key-changing update
 */
public record ChangePosition(long epoch, long commitLsn, long changeLsn, long n)
    implements Comparable<ChangePosition> {
  /** Length of the text form in ASCII characters. */
  public static final int SEQUENCE_NUMBER_LENGTH = 4 * 16 + 3;

  private static final byte[] DIGITS = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

  @Override
  public int compareTo(ChangePosition other) {
    int order = Long.compareUnsigned(epoch, other.epoch);
    if (order == 0) {
      order = Long.compareUnsigned(commitLsn, other.commitLsn);
    }
    if (order == 0) {
      order = Long.compareUnsigned(changeLsn, other.changeLsn);
    }
    return order == 0 ? Long.compareUnsigned(n, other.n) : order;
  }

  /** BigQuery's text form, every section padded to 16 digits so that text order is also right. */
  public String toSequenceNumber() {
    byte[] bytes = new byte[SEQUENCE_NUMBER_LENGTH];
    writeSequenceNumber(epoch, commitLsn, changeLsn, n, bytes, 0);
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  /**
   * Writes the text form of the four sections to {@code target} at {@code offset}, {@link
   * #SEQUENCE_NUMBER_LENGTH} bytes, without an object per row.
   */
  public static void writeSequenceNumber(
      long epoch, long commitLsn, long changeLsn, long n, byte[] target, int offset) {
    writeSection(epoch, target, offset);
    target[offset + 16] = '/';
    writeSection(commitLsn, target, offset + 17);
    target[offset + 33] = '/';
    writeSection(changeLsn, target, offset + 34);
    target[offset + 50] = '/';
    writeSection(n, target, offset + 51);
  }

  /**
   * Parses any text that BigQuery accepts: one to four sections of 1 to 16 hexadecimal digits. A
   * missing section counts as zero.
   *
   * @throws IllegalArgumentException if {@code text} is not of that form
   */
  public static ChangePosition parse(String text) {
    String[] sections = text.split("/", -1);
    if (sections.length > 4) {
      throw new IllegalArgumentException("more than four sections");
    }
    long[] values = new long[4];
    for (int i = 0; i < sections.length; i++) {
      values[i] = parseSection(sections[i]);
    }
    return new ChangePosition(values[0], values[1], values[2], values[3]);
  }

  @Override
  public String toString() {
    return epoch + ":" + Lsn.format(commitLsn) + ":" + Lsn.format(changeLsn) + ":" + n;
  }

  private static long parseSection(String section) {
    if (section.isEmpty() || section.length() > 16) {
      throw new IllegalArgumentException("a section has 1 to 16 hexadecimal digits");
    }
    long value = 0;
    for (int i = 0; i < section.length(); i++) {
      char c = section.charAt(i);
      int digit = c > 'f' ? -1 : Character.digit(c, 16);
      if (digit < 0) {
        throw new IllegalArgumentException("a section has 1 to 16 hexadecimal digits");
      }
      value = value << 4 | digit;
    }
    return value;
  }

  private static void writeSection(long value, byte[] target, int offset) {
    for (int i = 15; i >= 0; i--) {
      target[offset + i] = DIGITS[(int) (value & 0xF)];
      value >>>= 4;
    }
  }
}
