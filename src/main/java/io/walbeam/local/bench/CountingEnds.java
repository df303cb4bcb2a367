package io.walbeam.local.bench;

import io.walbeam.backfill.DumpContext;
import io.walbeam.backfill.DumpRoute;
import io.walbeam.change.ChangePosition;
import io.walbeam.postgres.PublishedTable;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import io.walbeam.row.KeyColumns;
import io.walbeam.row.MappingSettings;
import io.walbeam.row.TableMapping;
import io.walbeam.row.TableNameTemplate;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpLedger;
import io.walbeam.sink.OutdatedRows;
import io.walbeam.sink.RejectedRow;
import io.walbeam.sink.Stalls;
import io.walbeam.sink.TableSink;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/** Ends of a dump that count the encoded rows and keep none. Thread-safe. */
final class CountingEnds {
  private final LongAdder rows = new LongAdder();

  /** Rows that were to be written so far. */
  long rows() {
    return rows.sum();
  }

  /** What a dump writes to. */
  DumpContext.Ends ends() {
    return new DumpContext.Ends(
        CountingEnds::route,
        new Sink(),
        letters -> {
          throw new IllegalStateException("A row of the benchmark is a dead letter.");
        },
        new NoLedger(),
        new NothingOutdated(),
        new Stalls(),
        (truncation, mapping) -> {
          throw new IllegalStateException("The benchmark truncates nothing.");
        },
        Clock.systemUTC());
  }

  private static Optional<DumpRoute> route(PublishedTable table) {
    KeyColumns key = KeyColumns.of(table.relation(), Optional.empty());
    TableMapping mapping =
        TableMapping.compile(
            table.relation(),
            key,
            table.types(),
            new MappingSettings(TableNameTemplate.DEFAULT, "PT10M"));
    return Optional.of(new DumpRoute(table.relation(), key, mapping, null));
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
    public List<DumpEntry> read(String slot) {
      return List.of();
    }

    @Override
    public void write(List<DumpEntry> entries, long version) {}
  }

  private static final class NothingOutdated implements OutdatedRows {
    @Override
    public long nowMicros() {
      return 0;
    }

    @Override
    public boolean showsChangesUntil(DestinationTable table, long micros) {
      return true;
    }

    @Override
    public boolean existedBefore(DestinationTable table, long micros) {
      return false;
    }

    @Override
    public long count(DestinationTable table, ChangePosition below) {
      return 0;
    }

    @Override
    public void keys(DestinationTable table, ChangePosition below, long limit, Keys keys) {}
  }
}
