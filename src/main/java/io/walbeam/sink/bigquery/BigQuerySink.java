package io.walbeam.sink.bigquery;

import io.walbeam.change.TableId;
import io.walbeam.sink.AppliedTable;
import io.walbeam.sink.ChangelogShapes;
import io.walbeam.sink.CountingSinkMetrics;
import io.walbeam.sink.DatasetSurvey;
import io.walbeam.sink.DeadLetterCount;
import io.walbeam.sink.DeadLetterSink;
import io.walbeam.sink.DumpLedger;
import io.walbeam.sink.ExistingTables;
import io.walbeam.sink.LetGo;
import io.walbeam.sink.OpenKeys;
import io.walbeam.sink.OutdatedRows;
import io.walbeam.sink.ReplicaRows;
import io.walbeam.sink.ReplicaValues;
import io.walbeam.sink.SchemaChangeLog;
import io.walbeam.sink.SharedSinks;
import io.walbeam.sink.Sink;
import io.walbeam.sink.Stalls;
import io.walbeam.sink.StateStore;
import io.walbeam.sink.Successors;
import io.walbeam.sink.TableSink;
import io.walbeam.sink.VerificationLog;
import io.walbeam.sink.Waits;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that writes to one BigQuery dataset: clients, connections, prepared tables, counters.
 * Thread-safe.
 *
 * <p>One per JVM and settings, shared by {@link #acquire} and closed by its last holder, because
 * connections and table metadata updates are scarce.
 */
public final class BigQuerySink implements Sink {
  private static final Logger log = LoggerFactory.getLogger(BigQuerySink.class);
  private static final SharedSinks<BigQuerySettings, BigQuerySink> SHARED =
      new SharedSinks<>(settings -> new BigQuerySink(settings, Pace.PRODUCTION));

  /** Idle and overdue connections are looked for this often. */
  private static final Duration SWEEP_INTERVAL = Duration.ofSeconds(1);

  private final BigQuerySettings settings;
  private final BigQueryClients clients;
  private final Waits waits = new Waits();
  private final Stalls stalls = new Stalls();
  private final LetGo letGo;
  private final CountingSinkMetrics metrics = new CountingSinkMetrics();
  private final ScheduledExecutorService sweeper;
  private final ScheduledFuture<?> sweeping;
  private final AppendConnections connections;
  private final BigQueryRest rest;
  private final TableSink tables;
  private final TableSink bulkTables;
  private final ChangelogShapes changelogShapes;
  private final ExistingTables existing;
  private final DeadLetterSink deadLetters;
  private final StateStore stateStore;
  private final DumpLedger dumpLedger;
  private final OutdatedRows outdatedRows;
  private final SchemaChangeLog schemaChanges;
  private final ReplicaRows replicaRows;
  private final ReplicaValues replicaValues;
  private final VerificationLog verifications;
  private final Successors successors;

  BigQuerySink(BigQuerySettings settings, Pace pace) {
    this(settings, pace, System::nanoTime);
  }

  /**
   * @param nanoTime the clock by which a table that was deleted is made again
   */
  BigQuerySink(BigQuerySettings settings, Pace pace, LongSupplier nanoTime) {
    this.settings = settings;
    this.clients = BigQueryClients.open(settings);
    this.letGo = new LetGo(settings.letGoAfter(), settings::isOwn, Clock.systemUTC());
    this.rest = new BigQueryRest(settings, clients.rest(), pace, waits, stalls);
    this.connections = new AppendConnections(clients, pace, rest::location);
    BigQueryTables prepared =
        new BigQueryTables(
            rest, pace, waits, nanoTime, BigQueryDumpLedger.TABLE, BigQueryDumpLedger.LEAST_TABLE);
    SinkParts parts = new SinkParts(prepared, connections, pace, waits, stalls, letGo, metrics);
    this.tables = new BigQueryTableSink(parts, Traffic.STREAM);
    this.bulkTables = new BigQueryTableSink(parts, Traffic.BULK);
    TableSearch search = new TableSearch(rest, parts);
    this.existing = new BigQueryExistingTables(search);
    this.changelogShapes = new BigQueryChangelogShapes(rest.settings(), search);
    this.deadLetters = new BigQueryDeadLetters(tables, settings.deadLetterTable());
    this.stateStore = new BigQueryStateStore(tables, prepared, rest);
    this.dumpLedger = new BigQueryDumpLedger(tables, prepared, rest);
    this.outdatedRows = new BigQueryOutdatedRows(rest, prepared, Clock.systemUTC());
    this.schemaChanges = new BigQuerySchemaChanges(tables, prepared, rest);
    this.replicaRows = new BigQueryReplicaRows(rest, prepared);
    this.replicaValues = new BigQueryReplicaValues(rest, prepared);
    this.verifications = new BigQueryVerifications(tables, prepared, rest);
    this.successors = new BigQuerySuccessors(rest);
    this.sweeper =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "walbeam-bigquery-sweeper");
              thread.setDaemon(true);
              return thread;
            });
    long millis =
        Math.max(1, Math.min(SWEEP_INTERVAL.toMillis(), pace.responseDeadline().toMillis() / 4));
    this.sweeping =
        sweeper.scheduleWithFixedDelay(this::sweep, millis, millis, TimeUnit.MILLISECONDS);
  }

  /**
   * The sink of these settings in this JVM; close it once for each call.
   *
   * @throws io.walbeam.failure.WalbeamException of kind OPERATOR if there are no credentials
   */
  public static BigQuerySink acquire(BigQuerySettings settings) {
    return SHARED.hold(settings);
  }

  @Override
  public void verify() {
    rest.verifyDataset();
  }

  @Override
  public Optional<DatasetSurvey> survey() throws InterruptedException {
    return Optional.of(BigQuerySurvey.take(rest));
  }

  @Override
  public List<DeadLetterCount> deadLetterCounts() throws InterruptedException {
    return BigQueryDeadLetterCounts.read(rest);
  }

  @Override
  public OpenKeys openKeys() {
    return new OpenLetterKeys(rest);
  }

  @Override
  public Map<String, Long> supersededLetters(TableId table, String destination)
      throws InterruptedException {
    return new SupersededLetters(rest).count(table, destination);
  }

  @Override
  public List<String> dropOwnTables(String slot) throws InterruptedException {
    return OwnTablesRemoval.run(rest, slot);
  }

  @Override
  public TableSink tables() {
    return tables;
  }

  @Override
  public TableSink bulkTables() {
    return bulkTables;
  }

  @Override
  public ExistingTables existing() {
    return existing;
  }

  @Override
  public ChangelogShapes changelogShapes() {
    return changelogShapes;
  }

  @Override
  public DeadLetterSink deadLetters() {
    return deadLetters;
  }

  @Override
  public StateStore stateStore() {
    return stateStore;
  }

  @Override
  public DumpLedger dumpLedger() {
    return dumpLedger;
  }

  @Override
  public OutdatedRows outdatedRows() {
    return outdatedRows;
  }

  @Override
  public SchemaChangeLog schemaChanges() {
    return schemaChanges;
  }

  @Override
  public Optional<ReplicaRows> replicaRows() {
    return Optional.of(replicaRows);
  }

  @Override
  public Optional<Successors> successors() {
    return Optional.of(successors);
  }

  @Override
  public List<AppliedTable> applied() throws InterruptedException {
    return AppliedTables.read(rest);
  }

  @Override
  public Optional<ReplicaValues> replicaValues() {
    return Optional.of(replicaValues);
  }

  @Override
  public Optional<VerificationLog> verifications() {
    return Optional.of(verifications);
  }

  @Override
  public Stalls stalls() {
    return stalls;
  }

  @Override
  public LetGo letGo() {
    return letGo;
  }

  @Override
  public CountingSinkMetrics metrics() {
    return metrics;
  }

  int openConnections() {
    return connections.open();
  }

  @Override
  public void close() {
    if (!SHARED.release(settings, this)) {
      return;
    }
    waits.close();
    sweeping.cancel(false);
    sweeper.shutdownNow();
    connections.close();
    clients.close();
  }

  private void sweep() {
    try {
      connections.sweep();
      stalls.remind();
    } catch (RuntimeException e) {
      log.warn("Looking after connections failed and is tried again.", e);
    }
  }
}
