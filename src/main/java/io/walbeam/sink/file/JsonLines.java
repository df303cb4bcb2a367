package io.walbeam.sink.file;

import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import java.util.List;

/** A line of JSON for each row, whatever its table looks like. */
final class JsonLines implements RowFormat, RowFormat.Rows {
  /** Bytes that go to the file system in one call: few calls, and little memory. */
  private static final int BUFFER = 64 << 10;

  @Override
  public String suffix() {
    return FileNames.LINES;
  }

  @Override
  public Rows begin(DestinationTable table) {
    return this;
  }

  @Override
  public boolean takes(DestinationTable table) {
    return true;
  }

  @Override
  public void write(List<EncodedRow> rows, Output out) throws InterruptedException {
    Lines lines = new Lines(rows, out);
    for (EncodedRow row : rows) {
      lines.add(row);
    }
    lines.drain();
  }

  /** Puts a line break behind each row, and rows together. */
  private static final class Lines {
    private final Output out;
    private final byte[] buffer;
    private int buffered;

    Lines(List<EncodedRow> rows, Output out) {
      this.out = out;
      long bytes = rows.stream().mapToLong(row -> row.length() + 1L).sum();
      this.buffer = new byte[(int) Math.min(bytes, BUFFER)];
    }

    void add(EncodedRow row) throws InterruptedException {
      if (row.length() + 1 > buffer.length - buffered) {
        drain();
      }
      if (row.length() >= buffer.length) {
        out.write(row.bytes(), row.offset(), row.length());
      } else {
        System.arraycopy(row.bytes(), row.offset(), buffer, buffered, row.length());
        buffered += row.length();
      }
      buffer[buffered++] = '\n';
    }

    void drain() throws InterruptedException {
      if (buffered > 0) {
        out.write(buffer, 0, buffered);
        buffered = 0;
      }
    }
  }
}
