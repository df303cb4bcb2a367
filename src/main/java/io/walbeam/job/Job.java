package io.walbeam.job;

import io.walbeam.dump.DumpContext;
import io.walbeam.dump.Dumps;
import io.walbeam.dump.LetGoTable;
import io.walbeam.metrics.JobCounts;
import io.walbeam.postgres.PublishedTable;
import io.walbeam.progress.StatePublisher;
import io.walbeam.row.ContextMapping;
import io.walbeam.row.Route;
import io.walbeam.sink.EndOfRun;
import io.walbeam.sink.Sink;
import io.walbeam.sink.Stalls;
import io.walbeam.source.LocalJob;
import io.walbeam.source.PublishedPositions;
import io.walbeam.write.BundleWriter;
import io.walbeam.write.DeadLetterQueue;
import io.walbeam.write.MissedChanges;
import io.walbeam.write.ReceiptRelease;
import io.walbeam.write.RouteCompiler;
import io.walbeam.write.RouteLookahead;
import io.walbeam.write.Routes;
import io.walbeam.write.SourceCatalogue;
import io.walbeam.write.SourceRows;
import io.walbeam.write.SubstitutionLog;
import io.walbeam.write.TableWriter;
import io.walbeam.write.WriteStage;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;

/**
 * What the parts of one job share in one JVM, wired: the sink, the routes, the writers, the
 * publisher, the dumps. Found through {@link Jobs}. Thread-safe.
 */
final class Job implements LocalJob.Shared {
  private final Sink sink;
  private final SourceCatalogue catalogue;
  private final SourceRows sourceRows;
  private final IdleConnections idle;
  private final Placement.Watch letGoProof;
  private final PublishedPositions positions;
  private final StatePublisher publisher;
  private final ExecutorService executor;
  private final Dumps dumps;
  private final JobMeter meter;
  private final ReceiptRelease receipts;
  private final WriteStage writing;
  private final boolean endsWithItsParts;

  Job(JobSettings settings) {
    Clock clock = Clock.systemUTC();
    Placement placement = settings.placement();
    endsWithItsParts = placement.endsWithItsParts();
    sink = settings.destination().open();
    catalogue = new SourceCatalogue(settings.replication(), sink.stalls());
    sourceRows = new SourceRows(settings.replication().postgres(), sink.stalls(), sink.letGo());
    RouteCompiler compiler =
        new RouteCompiler(
            settings.mapping(),
            sink.existing(),
            sink.changelogShapes(),
            new SubstitutionLog(sink.metrics()));
    Routes routes = new Routes(settings.tables(), catalogue, compiler);
    positions = placement.channel().publishing(settings.replication(), settings.run());
    publisher = new StatePublisher(sink.stateStore(), positions, sink.stalls());
    JobCounts counts = new JobCounts();
    CountedDeadLetters letters = new CountedDeadLetters(sink.deadLetters(), counts, clock);
    EndOfRun end = new EndOfRun(sink.stalls(), settings.run().stopAtNow(), clock);
    LocalJob local = LocalJob.of(settings.slotKey());
    dumps =
        new Dumps(
            settings.dumping(),
            new DumpContext.Ends(
                table -> wanted(routes, table),
                sink.bulkTables(),
                letters,
                sink.dumpLedger(),
                sink.outdatedRows(),
                sink.schemaChanges(),
                new DumpContext.Waiting(sink.stalls(), end, sink.letGo(), sink.openKeys()),
                new StreamOf(local),
                clock));
    idle =
        new IdleConnections(List.of(catalogue::closeIdle, sourceRows::closeIdle, dumps::closeIdle));
    letGoProof = placement.letGoProof(sink.letGo(), sink.stateStore());
    meter = new JobMeter(counts, sink.metrics(), sink.stalls(), dumps::overview, this::missing);
    executor = placement.writers();
    TableWriter rows = new TableWriter(routes, sourceRows, sink.tables(), sink.metrics(), executor);
    DeadLetterQueue deadLetters =
        new DeadLetterQueue(
            settings.destination().deadLetterTable(),
            letters,
            executor,
            clock,
            new MissedChanges(missed -> record(dumps, missed), sink.letGo()::keysTell));
    receipts =
        placement.receipts(
            new Placement.Writers(rows, deadLetters, executor, sink.tables()),
            publisher,
            settings.replication().slot());
    writing =
        new WriteStage(
            routes,
            new RouteLookahead(routes, executor),
            new ContextMapping(settings.mapping()),
            rows,
            deadLetters,
            receipts,
            new DumpRequests(dumps, settings.dumps()),
            meter,
            new WriteStage.Waiting(sink.stalls(), end),
            clock);
  }

  private static void record(Dumps dumps, List<MissedChanges.Missed> missed)
      throws InterruptedException {
    dumps.recordLetGo(
        missed.stream()
            .map(
                table ->
                    new LetGoTable(
                        table.table(),
                        table.destination(),
                        table.first().epoch(),
                        table.first().commitLsn(),
                        table.last().commitLsn(),
                        table.commitMicros(),
                        table.changes(),
                        table.whole(),
                        table.reason()))
            .toList());
  }

  private static Optional<Route> wanted(Routes routes, PublishedTable table) {
    return Optional.of(routes.complete(table.relation(), table.types())).filter(Route::wanted);
  }

  /** The stream beside the dumps, by its session in this JVM. */
  private record StreamOf(LocalJob local) implements DumpContext.Stream {
    @Override
    public long confirmedLsn() {
      return local.lag().confirmedLsn();
    }

    @Override
    public boolean isRead() {
      return local.isReading();
    }

    @Override
    public long delayMicros() {
      return local.lag().delayMicros();
    }
  }

  /** Begins a bundle. */
  BundleWriter bundle() {
    return new BundleWriter(writing);
  }

  Dumps dumps() {
    return dumps;
  }

  /** What this job counts. */
  JobMeter meter() {
    return meter;
  }

  StatePublisher publisher() {
    return publisher;
  }

  /** What waits outside of its bundle. */
  ReceiptRelease receipts() {
    return receipts;
  }

  /** What tables miss that were let go: what is written is not all. */
  MissingChanges missing() {
    Map<String, String> tables = new TreeMap<>(sink.letGo().tables());
    long changes = 0;
    for (LetGoTable table : dumps.letGo()) {
      tables.remove(table.destination());
      tables.put(table.table().toString(), table.reason());
      changes += table.changes();
    }
    return new MissingChanges(tables, changes);
  }

  Stalls stalls() {
    return sink.stalls();
  }

  @Override
  public boolean endsWithItsParts() {
    return endsWithItsParts;
  }

  @Override
  public void close() {
    letGoProof.close();
    idle.close();
    dumps.close();
    executor.shutdownNow();
    publisher.close();
    positions.close();
    catalogue.close();
    sourceRows.close();
    sink.close();
  }
}
