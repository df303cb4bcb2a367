package io.walbeam.sink.bigquery;

import com.google.protobuf.CodedOutputStream;
import io.walbeam.change.ChangePosition;
import io.walbeam.failure.ErrorClass;
import io.walbeam.failure.Refusal;
import io.walbeam.failure.Stage;
import io.walbeam.row.DestinationColumn;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.DestinationType;
import io.walbeam.row.EncodedRow;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Tables and rows for tests. */
final class Rows {
  /** Any refusal. */
  static final Refusal REFUSAL = new Refusal(Stage.APPEND, ErrorClass.ROW_REFUSED, "bad.", "do.");

  private Rows() {}

  /** Columns {@code id} (key) and {@code name}, then one STRING column for each further name. */
  static DestinationTable keyed(String name, String... more) {
    List<DestinationColumn> columns = new ArrayList<>();
    columns.add(new DestinationColumn("id", DestinationType.INT64, 3, true, "id int8", List.of()));
    columns.add(
        new DestinationColumn("name", DestinationType.STRING, 4, false, "name text", List.of()));
    int field = 5;
    for (String column : more) {
      columns.add(
          new DestinationColumn(
              column, DestinationType.STRING, field++, false, column + " text", List.of()));
    }
    return new DestinationTable(name, columns, List.of("id"), List.of("id"), "a table", "PT10M");
  }

  /** The same columns without a key. */
  static DestinationTable plain(String name) {
    DestinationTable keyed = keyed(name);
    return new DestinationTable(
        name,
        keyed.columns().stream()
            .map(
                c ->
                    new DestinationColumn(
                        c.name(), c.type(), c.field(), false, c.description(), c.members()))
            .toList(),
        List.of(),
        List.of(),
        "a log",
        "");
  }

  static EncodedRow upsert(long id, String name) {
    return row("UPSERT", id, id, name);
  }

  static EncodedRow row(String type, long position, long id, String name) {
    return encode(
        out -> {
          out.writeString(1, type);
          out.writeString(2, new ChangePosition(0, 1, position, 0).toSequenceNumber());
          out.writeInt64(3, id);
          out.writeString(4, name);
        });
  }

  static EncodedRow insert(long id, String name) {
    return encode(
        out -> {
          out.writeInt64(3, id);
          out.writeString(4, name);
        });
  }

  static List<EncodedRow> upserts(int count) {
    return Stream.iterate(0L, i -> i + 1).limit(count).map(i -> upsert(i, "n" + i)).toList();
  }

  interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  static EncodedRow encode(Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      fields.write(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new EncodedRow(bytes.toByteArray(), 0, bytes.size());
  }
}
