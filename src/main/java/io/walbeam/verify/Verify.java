package io.walbeam.verify;

import io.walbeam.change.TableId;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.Pauses;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.ConfirmedChanges;
import io.walbeam.postgres.NoSuchTables;
import io.walbeam.postgres.PublishedTable;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.Route;
import io.walbeam.row.Substitutions;
import io.walbeam.row.TableMapping;
import io.walbeam.sink.ReplicaRows;
import io.walbeam.sink.ReplicaValues;
import io.walbeam.sink.Sink;
import io.walbeam.sink.SlotState;
import io.walbeam.sink.Verification;
import io.walbeam.sink.VerificationLog;
import io.walbeam.write.RouteCompiler;
import io.walbeam.write.Routes;
import io.walbeam.write.SourceCatalogue;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Compares table after table, and records what came of each. Used by one thread, once. */
public final class Verify {
  private static final String APPLICATION = "walbeam-verify";

  /** Told of each table as soon as it is done. */
  @FunctionalInterface
  public interface Listener {
    void compared(ComparedTable table);

    /** An earlier verification had read so many rows of a table that is compared next. */
    default void resumed(TableId table, long rows) {}
  }

  /** Chooses among the tables. */
  @FunctionalInterface
  public interface Choice {
    /** Every table. */
    Choice ALL = table -> true;

    boolean includes(DestinationTable table) throws InterruptedException;
  }

  private final VerifyRequest request;
  private final Sink sink;
  private final Clock clock;

  public Verify(VerifyRequest request, Sink sink, Clock clock) {
    this.request = request;
    this.sink = sink;
    this.clock = clock;
  }

  /**
   * Compares the published tables of which the destination keeps the current state. What was
   * compared before a failure is recorded, so that it can be left out the next time.
   *
   * @throws WalbeamException if an end cannot be read, the destination cannot be compared, or no
   *     published table is meant
   */
  public void run(Choice choice, Listener listener) throws InterruptedException {
    ReplicaRows rows = sink.replicaRows().orElseThrow(Verify::incomparable);
    ReplicaValues values = sink.replicaValues().orElseThrow(Verify::incomparable);
    VerificationLog log = sink.verifications().orElseThrow(Verify::incomparable);
    Set<TableId> known = recentlyEqual(log);
    try (SourceImages source = new SourceImages(request.replication(), request.standby());
        ConfirmedChanges confirmed = new ConfirmedChanges(request.replication(), APPLICATION);
        SourceCatalogue catalogue = new SourceCatalogue(request.replication(), sink.stalls())) {
      Routes routes =
          new Routes(
              request.tables(),
              catalogue,
              new RouteCompiler(
                  request.mapping(),
                  sink.existing(),
                  sink.changelogShapes(),
                  Substitutions.UNTOLD));
      Arrival arrival =
          new Arrival(confirmed, sink.outdatedRows(), Pauses.UNTIL_INTERRUPTED, request.patience());
      ResumeFile resume = new ResumeFile(request.resumeFile(), kind(), listener::resumed);
      TableComparer comparer =
          new TableComparer(
              source,
              arrival,
              new ReadingRate(request.rowsPerSecond(), Pauses.UNTIL_INTERRUPTED),
              resume,
              request.sample());
      List<TableId> meant = source.published().stream().filter(request.tables()::matches).toList();
      if (meant.isEmpty()) {
        // A mistyped pattern must not look like tables that are equal.
        throw NoSuchTables.published(request.replication().publication());
      }
      for (TableId table : ordered(meant, resume.table())) {
        if (known.contains(table)) {
          continue;
        }
        Optional<PublishedTable> described = source.describe(table);
        if (described.isPresent()) {
          Route route = routes.complete(described.get().relation(), described.get().types());
          TableMapping mapping = route.current();
          if (mapping != null && choice.includes(mapping.destination())) {
            RowImages byValue = new Values(mapping, values);
            TableComparer.Outcome outcome =
                comparer.compare(
                    described.get(),
                    mapping,
                    request.values() ? byValue : new Fingerprints(mapping, rows),
                    request.sample() > 0 && !request.values()
                        ? Optional.of(byValue)
                        : Optional.empty());
            record(outcome, mapping, log, listener);
          }
        }
      }
      resume.delete();
    }
  }

  /** What was read in part comes first, before another table takes its place in the file. */
  private static List<TableId> ordered(List<TableId> tables, Optional<TableId> first) {
    List<TableId> ordered = new ArrayList<>(tables);
    first.filter(ordered::remove).ifPresent(table -> ordered.add(0, table));
    return ordered;
  }

  /** Numbers of one kind mean nothing to a verification of another. */
  private String kind() {
    return request.replication().slot() + (request.values() ? " values" : " fingerprints");
  }

  private void record(
      TableComparer.Outcome outcome, TableMapping mapping, VerificationLog log, Listener listener)
      throws InterruptedException {
    Verification verification =
        new Verification(
            request.replication().slot(),
            mapping.relation().table(),
            micros(clock.instant()),
            sink.stateStore()
                .read(request.replication().slot())
                .map(SlotState::completeTimeMicros)
                .orElse(0L),
            outcome.rows(),
            count(outcome, Difference.Kind.MISSING),
            count(outcome, Difference.Kind.EXTRA),
            count(outcome, Difference.Kind.CHANGED),
            outcome.undecided(),
            outcome.unknown());
    log.write(verification);
    List<String> keyColumns =
        mapping.key().positions().stream()
            .map(i -> mapping.relation().columns().get(i).name())
            .toList();
    listener.compared(
        new ComparedTable(verification, mapping.destination(), keyColumns, outcome.differences()));
  }

  private Set<TableId> recentlyEqual(VerificationLog log) throws InterruptedException {
    if (request.within().isZero()) {
      return Set.of();
    }
    long since = micros(clock.instant().minus(request.within()));
    return log.read(request.replication().slot()).stream()
        .filter(found -> found.isEqual() && found.atMicros() >= since)
        .map(Verification::table)
        .collect(Collectors.toSet());
  }

  private static long count(TableComparer.Outcome outcome, Difference.Kind kind) {
    return outcome.differences().stream().filter(found -> found.kind() == kind).count();
  }

  private static long micros(Instant instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }

  private static WalbeamException incomparable() {
    return new WalbeamException(
        FailureKind.CONFIGURATION,
        "This destination keeps no current state that could be compared.",
        "Give a --dataset of BigQuery.");
  }
}
