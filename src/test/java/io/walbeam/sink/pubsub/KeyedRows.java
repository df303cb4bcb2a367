package io.walbeam.sink.pubsub;

import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Envelopes of updates of a table {@code public.t}. */
final class KeyedRows {
  static final DestinationTable TABLE =
      new DestinationTable("public_t", List.of(), List.of(), List.of(), "", "");

  private KeyedRows() {}

  /** One row for each change of a key. */
  static List<EncodedRow> rows(int keys, int changes) {
    List<EncodedRow> rows = new ArrayList<>();
    for (int change = 0; change < changes; change++) {
      for (int key = 0; key < keys; key++) {
        rows.add(row("{\"id\":" + key + "}", change));
      }
    }
    return rows;
  }

  static EncodedRow row(String key, int change) {
    return row("UPDATE", key, String.format("%04d", change));
  }

  static EncodedRow row(String operation, String key, String position) {
    String before =
        "{\"operation\":\""
            + operation
            + "\",\"database\":\"d\",\"schema\":\"public\",\"table\":\"t\",\"key\":";
    String line = before + key + ",\"position\":\"" + position + "\"}";
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    ByteBuffer row =
        ByteBuffer.allocate(8 + bytes.length)
            .putInt(8 + before.length())
            .putInt(key.getBytes(StandardCharsets.UTF_8).length)
            .put(bytes);
    return new EncodedRow(row.array(), 0, row.capacity());
  }
}
