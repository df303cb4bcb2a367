package io.walbeam.source;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads batches back the way a decoder does that knows nothing but one batch. */
final class BatchReading {
  /** A change with the place it has for good: commit LSN, change LSN, index at that LSN. */
  record Change(long commitLsn, long lsn, int index, char type, String body) {}

  private BatchReading() {}

  /** The changes of a batch; fails if the batch is not self-contained. */
  static List<Change> changes(ChangeBatch batch) {
    List<Change> changes = new ArrayList<>();
    Set<Integer> relations = new HashSet<>();
    ByteBuffer in = ByteBuffer.wrap(batch.messages(), 0, batch.length());
    long commit = 0;
    boolean open = false;
    long lastLsn = -1;
    int index = batch.firstIndex() - 1;
    boolean first = true;
    while (in.hasRemaining()) {
      long lsn = in.getLong();
      byte[] payload = new byte[in.getInt()];
      in.get(payload);
      ByteBuffer message = ByteBuffer.wrap(payload);
      char type = (char) message.get();
      switch (type) {
        case 'B' -> {
          check(!open, "Begin inside a transaction");
          open = true;
          commit = message.getLong();
          if (!first) {
            lastLsn = -1;
          }
        }
        case 'C' -> {
          check(open, "Commit outside a transaction");
          open = false;
          lastLsn = -1;
        }
        case 'R' -> relations.add(message.getInt());
        case 'Y' -> {}
        default -> {
          check(open, "change outside a transaction");
          if (type == 'I' || type == 'U' || type == 'D' || type == 'X') {
            check(relations.contains(message.getInt()), "change of an undescribed relation");
          } else if (type == 'T') {
            int count = message.getInt();
            message.get();
            for (int i = 0; i < count; i++) {
              check(relations.contains(message.getInt()), "undescribed relation");
            }
          }
          if (first) {
            index = batch.firstIndex();
            first = false;
          } else {
            index = lsn == lastLsn ? index + 1 : 0;
          }
          lastLsn = lsn;
          changes.add(
              new Change(
                  commit, lsn, index, type, new String(payload, StandardCharsets.ISO_8859_1)));
        }
      }
    }
    check(changes.size() == batch.changes(), "count of changes");
    return changes;
  }

  /** The changes of all batches in order. */
  static List<Change> changes(List<Delivery> deliveries) {
    List<Change> changes = new ArrayList<>();
    deliveries.forEach(delivery -> changes.addAll(changes(delivery.batch())));
    return changes;
  }

  /** The letters of the messages in a batch. */
  static String letters(ChangeBatch batch) {
    StringBuilder letters = new StringBuilder();
    ByteBuffer in = ByteBuffer.wrap(batch.messages(), 0, batch.length());
    while (in.hasRemaining()) {
      in.getLong();
      byte[] payload = new byte[in.getInt()];
      in.get(payload);
      letters.append((char) payload[0]);
    }
    return letters.toString();
  }

  static boolean sameBytes(ChangeBatch left, ChangeBatch right) {
    return left.length() == right.length()
        && Arrays.equals(left.messages(), 0, left.length(), right.messages(), 0, right.length());
  }

  private static void check(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }
}
