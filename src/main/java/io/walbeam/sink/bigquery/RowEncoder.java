package io.walbeam.sink.bigquery;

import com.google.protobuf.CodedOutputStream;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Encodes one row of walbeam's own tables. Replicated rows have a faster encoder of their own. Used
 * by one thread, once.
 */
final class RowEncoder {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final CodedOutputStream out = CodedOutputStream.newInstance(bytes);

  private interface Write {
    void run() throws IOException;
  }

  /** Makes the row an upsert at a position, as {@code _CHANGE_SEQUENCE_NUMBER} text. */
  RowEncoder upsert(String sequenceNumber) {
    string(DestinationTable.CHANGE_TYPE_FIELD, "UPSERT");
    return string(DestinationTable.SEQUENCE_NUMBER_FIELD, sequenceNumber);
  }

  RowEncoder string(int field, String value) {
    return write(() -> out.writeString(field, value));
  }

  RowEncoder int64(int field, long value) {
    return write(() -> out.writeInt64(field, value));
  }

  RowEncoder bytes(int field, byte[] value) {
    return write(() -> out.writeByteArray(field, value));
  }

  EncodedRow row() {
    write(out::flush);
    return new EncodedRow(bytes.toByteArray(), 0, bytes.size());
  }

  private RowEncoder write(Write write) {
    try {
      write.run();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory cannot fail", e);
    }
    return this;
  }
}
