package io.walbeam.local.bench;

import io.walbeam.dump.DumpContext;
import io.walbeam.postgres.PublishedTable;
import io.walbeam.row.KeyColumns;
import io.walbeam.row.MappingSettings;
import io.walbeam.row.Route;
import io.walbeam.row.TableMapping;
import io.walbeam.row.TableNameTemplate;
import io.walbeam.sink.DumpLedger;
import io.walbeam.sink.EndOfRun;
import io.walbeam.sink.LetGo;
import io.walbeam.sink.NothingOutdated;
import io.walbeam.sink.SchemaChange;
import io.walbeam.sink.SchemaChangeLog;
import io.walbeam.sink.Stalls;
import io.walbeam.sink.TableSink;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * Ends of a dump in this JVM, for tables with a key that BigQuery takes every row of: no row is a
 * dead letter, none is outdated, no table is truncated.
 */
public final class KeyedEnds {
  /** Everything is written, wherever the WAL ends. */
  private static final long EVERYTHING = -1;

  private KeyedEnds() {}

  /** Ends that write to {@code tables} and note in {@code ledger}. */
  public static DumpContext.Ends of(TableSink tables, DumpLedger ledger) {
    return new DumpContext.Ends(
        KeyedEnds::route,
        tables,
        letters -> {
          throw new IllegalStateException("A row is a dead letter.");
        },
        ledger,
        new NothingOutdated(),
        new ForgottenChanges(),
        waiting(),
        () -> EVERYTHING,
        Clock.systemUTC());
  }

  private static DumpContext.Waiting waiting() {
    Stalls stalls = new Stalls();
    return new DumpContext.Waiting(
        stalls, new EndOfRun(stalls, true, Clock.systemUTC()), LetGo.never());
  }

  private static Optional<Route> route(PublishedTable table) {
    KeyColumns key = KeyColumns.of(table.relation(), Optional.empty());
    TableMapping mapping =
        TableMapping.compile(
            table.relation(),
            key,
            table.types(),
            new MappingSettings(TableNameTemplate.DEFAULT, "PT10M"));
    return Optional.of(new Route(table.relation(), key, mapping, null));
  }

  /** Nothing is remembered of schemas, so nothing ever changed. */
  private static final class ForgottenChanges implements SchemaChangeLog {
    @Override
    public List<SchemaChange> read(String slot) {
      return List.of();
    }

    @Override
    public void write(List<SchemaChange> changes, long version) {}
  }
}
