package io.walbeam.command;

import io.walbeam.change.TableId;
import io.walbeam.row.TableNameTemplate;
import io.walbeam.sink.DeadLetterCount;
import io.walbeam.sink.Sink;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Looks which open dead letters are superseded by a later image. It reads the keys of their tables,
 * so it looks again only when the letters are other ones. Not thread-safe.
 */
final class LaterImages {
  /** Tables that are looked at, those with the most letters: each is a query that is paid for. */
  private static final int MOST_TABLES = 20;

  private final TableNameTemplate names;
  private List<DeadLetterCount> before = List.of();
  private List<DeadLetterCount> known = List.of();

  LaterImages(TableNameTemplate names) {
    this.names = names;
  }

  /** The same, with what is superseded. */
  List<DeadLetterCount> of(List<DeadLetterCount> open, Sink sink) throws InterruptedException {
    if (!open.equals(before)) {
      known = look(open, sink);
      before = List.copyOf(open);
    }
    return known;
  }

  private List<DeadLetterCount> look(List<DeadLetterCount> open, Sink sink)
      throws InterruptedException {
    Map<TableId, Map<String, Long>> tables = new HashMap<>();
    List<DeadLetterCount> counts = new ArrayList<>();
    for (DeadLetterCount letters : open) {
      TableId table = letters.table();
      if (!tables.containsKey(table) && tables.size() < MOST_TABLES) {
        tables.put(table, sink.supersededLetters(table, names.nameOf(table)));
      }
      long number = tables.getOrDefault(table, Map.of()).getOrDefault(letters.errorClass(), 0L);
      counts.add(letters.superseded(number));
    }
    return counts;
  }
}
