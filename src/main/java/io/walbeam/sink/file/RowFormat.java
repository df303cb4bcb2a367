package io.walbeam.sink.file;

import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import java.util.List;

/** What files of rows consist of. Thread-safe. */
interface RowFormat {
  /** What a file's name ends in. */
  String suffix();

  /** Begins a file of rows of a table. */
  Rows begin(DestinationTable table);

  /** The rows of one file. Used by one thread at a time. */
  interface Rows {
    /** Whether rows of the table may be in the same file. */
    boolean takes(DestinationTable table);

    /** Hands on the bytes of the rows; if that fails, nothing was handed on that stays. */
    void write(List<EncodedRow> rows, Output out) throws InterruptedException;
  }

  /** Takes bytes of a file, in order. */
  @FunctionalInterface
  interface Output {
    void write(byte[] bytes, int offset, int length) throws InterruptedException;
  }

  /** The format of these settings. */
  static RowFormat of(FileSettings.Format format) {
    return switch (format) {
      case JSON -> new JsonLines();
      case AVRO -> new AvroFiles();
    };
  }
}
