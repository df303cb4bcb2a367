package io.walbeam.local.bench;

import io.walbeam.dump.DumpContext;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpLedger;
import io.walbeam.sink.RejectedRow;
import io.walbeam.sink.TableSink;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** Ends of a dump that count the encoded rows and keep none. Thread-safe. */
public final class CountingEnds {
  private final LongAdder rows = new LongAdder();

  /** Rows that were to be written so far. */
  long rows() {
    return rows.sum();
  }

  /** What a dump writes to. */
  public DumpContext.Ends ends() {
    return KeyedEnds.of(sink(), new NoLedger());
  }

  /** Where rows are counted. */
  TableSink sink() {
    return new Sink();
  }

  private final class Sink implements TableSink {
    @Override
    public List<RejectedRow> write(DestinationTable table, List<EncodedRow> encoded) {
      rows.add(encoded.size());
      return List.of();
    }

    @Override
    public void close() {}
  }

  private static final class NoLedger implements DumpLedger {
    @Override
    public String name() {
      return "ledger";
    }

    @Override
    public List<DumpEntry> read(String slot) {
      return List.of();
    }

    @Override
    public void write(List<DumpEntry> entries, long version) {}
  }
}
