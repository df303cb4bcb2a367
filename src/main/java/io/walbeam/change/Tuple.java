package io.walbeam.change;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The columns of one row image as views over the bytes of a message: no object per column.
 *
 * <p>Mutable and reused by its decoder; valid only until the next message is decoded. Not
 * thread-safe. Code off the hot path asks for {@link #value}.
 */
public final class Tuple {
  /** What a column holds. */
  public enum Kind {
    /** PostgreSQL's text representation. */
    TEXT,
    /** SQL NULL. */
    NULL,
    /** An unchanged TOASTed value that the stream does not carry. */
    UNCHANGED,
    /** Not part of this tuple. */
    ABSENT
  }

  private byte[] bytes = new byte[0];
  private Kind[] kinds = new Kind[16];
  private int[] offsets = new int[16];
  private int[] lengths = new int[16];
  private int size;

  /** Starts a new image over {@code source}; forgets the previous one. */
  public void reset(byte[] source) {
    bytes = source;
    size = 0;
  }

  /** Appends a column whose text is {@code length} bytes of UTF-8 at {@code offset}. */
  public void addText(int offset, int length) {
    int i = grow();
    kinds[i] = Kind.TEXT;
    offsets[i] = offset;
    lengths[i] = length;
  }

  /** Appends a column without bytes. */
  public void add(Kind kind) {
    if (kind == Kind.TEXT) {
      throw new IllegalArgumentException("a text column has bytes");
    }
    int i = grow();
    kinds[i] = kind;
    lengths[i] = 0;
  }

  /**
   * Replaces column {@code i} by the same column of {@code other}; both must be views over the same
   * bytes.
   */
  public void copyColumn(int i, Tuple other) {
    if (bytes != other.bytes) {
      throw new IllegalArgumentException("the tuples are views over different bytes");
    }
    Objects.checkIndex(i, size);
    Objects.checkIndex(i, other.size);
    kinds[i] = other.kinds[i];
    offsets[i] = other.offsets[i];
    lengths[i] = other.lengths[i];
  }

  /** Declares column {@code i} not part of this tuple. */
  public void markAbsent(int i) {
    Objects.checkIndex(i, size);
    kinds[i] = Kind.ABSENT;
    offsets[i] = 0;
    lengths[i] = 0;
  }

  /** Forgets the last column. */
  public void removeLast() {
    Objects.checkIndex(0, size);
    size--;
  }

  /**
   * A copy over an array of its own, which outlives the decoder's next message.
   *
   * @param values by column, what the copy has instead; a column that is missing here stays as it
   *     is
   */
  public Tuple copy(Map<Integer, ColumnValue> values) {
    Map<Integer, byte[]> replacing = new HashMap<>();
    int total = 0;
    for (int i = 0; i < size; i++) {
      ColumnValue value = values.get(i);
      if (value instanceof ColumnValue.Text text) {
        byte[] utf8 = text.value().getBytes(StandardCharsets.UTF_8);
        replacing.put(i, utf8);
        total += utf8.length;
      } else if (value == null) {
        total += lengths[i];
      }
    }
    Tuple copy = new Tuple();
    copy.reset(new byte[total]);
    int end = 0;
    for (int i = 0; i < size; i++) {
      ColumnValue value = values.get(i);
      if (value == null && kinds[i] != Kind.TEXT) {
        copy.add(kinds[i]);
      } else if (value == null) {
        System.arraycopy(bytes, offsets[i], copy.bytes, end, lengths[i]);
        copy.addText(end, lengths[i]);
        end += lengths[i];
      } else {
        byte[] utf8 = replacing.get(i);
        if (utf8 == null) {
          copy.add(kindOf(value));
        } else {
          System.arraycopy(utf8, 0, copy.bytes, end, utf8.length);
          copy.addText(end, utf8.length);
          end += utf8.length;
        }
      }
    }
    return copy;
  }

  private static Kind kindOf(ColumnValue value) {
    if (value instanceof ColumnValue.Null) {
      return Kind.NULL;
    }
    return value instanceof ColumnValue.Unchanged ? Kind.UNCHANGED : Kind.ABSENT;
  }

  /** Number of columns. */
  public int size() {
    return size;
  }

  /** The array that {@link #offset} points into. */
  public byte[] bytes() {
    return bytes;
  }

  public Kind kind(int i) {
    return kinds[i];
  }

  /** Start of the text of column {@code i} in {@link #bytes}. */
  public int offset(int i) {
    return offsets[i];
  }

  /** Bytes of the text of column {@code i}. */
  public int length(int i) {
    return lengths[i];
  }

  /** The text of column {@code i}, which must be of kind TEXT. */
  public String text(int i) {
    if (kinds[i] != Kind.TEXT) {
      throw new IllegalStateException("column " + i + " is " + kinds[i]);
    }
    return new String(bytes, offsets[i], lengths[i], StandardCharsets.UTF_8);
  }

  /** Column {@code i} as a value that outlives this view. */
  public ColumnValue value(int i) {
    return switch (kinds[i]) {
      case TEXT -> new ColumnValue.Text(text(i));
      case NULL -> ColumnValue.NULL;
      case UNCHANGED -> ColumnValue.UNCHANGED;
      case ABSENT -> ColumnValue.ABSENT;
    };
  }

  /** Whether column {@code i} holds the same value here and in {@code other}. */
  public boolean columnEquals(int i, Tuple other) {
    return kinds[i] == other.kinds[i]
        && Arrays.equals(
            bytes,
            offsets[i],
            offsets[i] + lengths[i],
            other.bytes,
            other.offsets[i],
            other.offsets[i] + other.lengths[i]);
  }

  private int grow() {
    if (size == kinds.length) {
      int capacity = size * 2;
      kinds = Arrays.copyOf(kinds, capacity);
      offsets = Arrays.copyOf(offsets, capacity);
      lengths = Arrays.copyOf(lengths, capacity);
    }
    offsets[size] = 0;
    return size++;
  }
}
