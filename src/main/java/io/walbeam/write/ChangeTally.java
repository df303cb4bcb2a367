package io.walbeam.write;

import io.walbeam.change.Operation;
import io.walbeam.row.Route;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.Map;

/** Counts the changes of one bundle before they go to the shared meter. Not thread-safe. */
final class ChangeTally {
  private static final class Count {
    long changes;
    long bytes;
  }

  /** By identity: a route is compiled once, and comparing relations costs more than counting. */
  private final IdentityHashMap<Route, Map<Operation, Count>> counts = new IdentityHashMap<>();

  /** One change, whose message is so long. */
  void add(Route route, Operation operation, int bytes) {
    Count count =
        counts
            .computeIfAbsent(route, any -> new EnumMap<>(Operation.class))
            .computeIfAbsent(operation, any -> new Count());
    count.changes++;
    count.bytes += bytes;
  }

  /** Hands everything over and begins anew. */
  void moveTo(WriteMeter meter) {
    counts.forEach(
        (route, operations) ->
            operations.forEach(
                (operation, count) ->
                    meter.decoded(
                        route.relation().table(), operation, count.changes, count.bytes)));
    counts.clear();
  }
}
