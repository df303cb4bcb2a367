package io.walbeam.local.standin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** What was appended to each table: rows, bytes of rows, requests. Thread-safe. */
public final class Counts {
  private record Tally(LongAdder rows, LongAdder bytes, LongAdder requests) {
    Tally() {
      this(new LongAdder(), new LongAdder(), new LongAdder());
    }
  }

  private final Map<String, Tally> tallies = new ConcurrentSkipListMap<>();

  public Counts() {}

  public void add(TableRef table, long rows, long bytes) {
    Tally tally = tallies.computeIfAbsent(table.dotted(), name -> new Tally());
    tally.rows().add(rows);
    tally.bytes().add(bytes);
    tally.requests().increment();
  }

  /** Rows acknowledged so far for a table named {@code project.dataset.table}. */
  public long rows(String table) {
    Tally tally = tallies.get(table);
    return tally == null ? 0 : tally.rows().sum();
  }

  /** Rows acknowledged so far in all tables. */
  public long rows() {
    return tallies.values().stream().mapToLong(tally -> tally.rows().sum()).sum();
  }

  public void clear() {
    tallies.clear();
  }

  public ObjectNode toJson() {
    ObjectNode all = Json.object();
    tallies.forEach(
        (table, tally) ->
            all.putObject(table)
                .put("rows", tally.rows().sum())
                .put("bytes", tally.bytes().sum())
                .put("requests", tally.requests().sum()));
    return all;
  }
}
