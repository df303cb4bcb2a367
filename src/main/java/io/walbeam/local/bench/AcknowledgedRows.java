package io.walbeam.local.bench;

import io.walbeam.local.demo.LocalEnds;
import java.io.IOException;

/** How many rows of a table the stand-in has acknowledged, by its own counts. Thread-safe. */
final class AcknowledgedRows {
  private final StandInCounts counts;
  private final String table;

  AcknowledgedRows(LocalEnds ends, String table) {
    this.counts = new StandInCounts(ends);
    this.table = table;
  }

  long count() throws IOException, InterruptedException {
    return StandInCounts.rows(counts.read(), table);
  }
}
