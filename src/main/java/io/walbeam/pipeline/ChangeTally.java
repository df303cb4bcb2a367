package io.walbeam.pipeline;

import io.walbeam.change.Operation;
import java.util.IdentityHashMap;
import java.util.Map;

/** Counts the changes of one bundle before they go to the shared meter. Not thread-safe. */
final class ChangeTally {
  private static final Operation[] OPERATIONS = Operation.values();

  private static final class Row {
    final long[] changes = new long[OPERATIONS.length];
    final long[] bytes = new long[OPERATIONS.length];
  }

  private final Map<Route, Row> rows = new IdentityHashMap<>();

  /** One change, whose message is so long. */
  void add(Route route, Operation operation, int bytes) {
    Row row = rows.computeIfAbsent(route, any -> new Row());
    row.changes[operation.ordinal()]++;
    row.bytes[operation.ordinal()] += bytes;
  }

  /** Hands everything over and begins anew. */
  void moveTo(JobMeter meter) {
    rows.forEach(
        (route, row) -> {
          for (Operation operation : OPERATIONS) {
            long changes = row.changes[operation.ordinal()];
            if (changes > 0) {
              meter.decoded(
                  route.relation().table(), operation, changes, row.bytes[operation.ordinal()]);
            }
          }
        });
    rows.clear();
  }
}
