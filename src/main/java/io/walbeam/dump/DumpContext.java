package io.walbeam.dump;

import io.walbeam.failure.Pauses;
import io.walbeam.postgres.DumpConnection;
import io.walbeam.sink.DeadLetterSink;
import io.walbeam.sink.DumpLedger;
import io.walbeam.sink.EndOfRun;
import io.walbeam.sink.LetGo;
import io.walbeam.sink.OpenKeys;
import io.walbeam.sink.OutdatedRows;
import io.walbeam.sink.SchemaChangeLog;
import io.walbeam.sink.Stalls;
import io.walbeam.sink.TableSink;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What all dumps of one slot share. Thread-safe. */
public final class DumpContext {
  /**
   * Where dumped rows go, and what is known of them there.
   *
   * @param stream how far it is
   */
  public record Ends(
      DumpRouter router,
      TableSink tables,
      DeadLetterSink deadLetters,
      DumpLedger ledger,
      OutdatedRows outdated,
      SchemaChangeLog schemaChanges,
      Waiting waiting,
      Stream stream,
      Clock clock) {}

  /** How far the stream is, beside which tables are dumped. Thread-safe. */
  @FunctionalInterface
  public interface Stream {
    /** Up to where everything is written, 0 if that is not known. */
    long confirmedLsn();

    /**
     * Whether this process reads the slot now. Where another one does, that dumps too, and rows
     * that come late from here could be behind its purge.
     */
    default boolean isRead() {
      return true;
    }

    /** Age of the oldest change that was read and is not confirmed, microseconds; 0 if none is. */
    default long delayMicros() {
      return 0;
    }
  }

  /**
   * What is known of tables that wait.
   *
   * @param end of a run that does not wait for a person
   * @param letGo the tables that hold nothing up any more
   * @param openKeys what dead letters say of them
   */
  public record Waiting(Stalls stalls, EndOfRun end, LetGo letGo, OpenKeys openKeys) {
    /** Where dead letters cannot be asked. */
    public Waiting(Stalls stalls, EndOfRun end, LetGo letGo) {
      this(stalls, end, letGo, OpenKeys.NONE);
    }
  }

  private final DumpSettings settings;
  private final Ends ends;
  private final ExecutorService executor;
  private final Purge purge;
  private final DumpMeter meter;
  private final Requests requests;
  private final LedgerNotes notes;
  private final PrimaryConnections primary;
  private final DumpBrake brake;
  private final TableDescriptions descriptions;
  private final VisibleRequests visible = new VisibleRequests();
  private final Handover handover;
  private final DescribedShapes described;
  private final String owner;
  private final Set<DumpConnection> connections = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * @param described what the stream says of tables
   * @param version of the ledger's rows, ascending
   */
  DumpContext(
      DumpSettings settings,
      Ends ends,
      ExecutorService executor,
      DumpMeter meter,
      Requests requests,
      DescribedShapes described,
      AtomicLong version) {
    this.described = described;
    this.settings = settings;
    this.ends = ends;
    this.owner = DumpOwner.of(settings.run(), ends.clock().instant());
    this.handover = new Handover(settings.pace().handover(), System.nanoTime());
    this.executor = executor;
    this.meter = meter;
    this.purge = new Purge(ends.outdated(), ends.tables(), ends.waiting().stalls());
    int parallelism = settings.options().parallelism();
    this.requests = requests;
    this.notes = new LedgerNotes(ends.ledger(), version);
    this.primary = new PrimaryConnections(this::openPrimary, parallelism);
    this.brake = new DumpBrake(ends.stream()::delayMicros, Pauses.UNTIL_INTERRUPTED);
    this.descriptions =
        new TableDescriptions(
            tables -> primary.ask(any -> any.describe(settings.replication(), tables)),
            requests::waiting,
            System::nanoTime);
  }

  DumpSettings settings() {
    return settings;
  }

  DumpPace pace() {
    return settings.pace();
  }

  DumpRouter router() {
    return ends.router();
  }

  TableSink tables() {
    return ends.tables();
  }

  DeadLetterSink deadLetters() {
    return ends.deadLetters();
  }

  DumpLedger ledger() {
    return ends.ledger();
  }

  OutdatedRows outdated() {
    return ends.outdated();
  }

  SchemaChangeLog schemaChanges() {
    return ends.schemaChanges();
  }

  Stalls stalls() {
    return ends.waiting().stalls();
  }

  /** Up to where everything is written, 0 if that is not known. */
  long confirmedLsn() {
    return ends.stream().confirmedLsn();
  }

  Stream stream() {
    return ends.stream();
  }

  LetGo letGo() {
    return ends.waiting().letGo();
  }

  OpenKeys openKeys() {
    return ends.waiting().openKeys();
  }

  EndOfRun end() {
    return ends.waiting().end();
  }

  Clock clock() {
    return ends.clock();
  }

  ExecutorService executor() {
    return executor;
  }

  DescribedShapes described() {
    return described;
  }

  /** Holds dumps back for the stream. */
  DumpBrake brake() {
    return brake;
  }

  DumpMeter meter() {
    return meter;
  }

  Purge purge() {
    return purge;
  }

  Requests requests() {
    return requests;
  }

  LedgerNotes notes() {
    return notes;
  }

  PrimaryConnections primary() {
    return primary;
  }

  TableDescriptions descriptions() {
    return descriptions;
  }

  /** Who dumps here, as the ledger says it. */
  String owner() {
    return owner;
  }

  Handover handover() {
    return handover;
  }

  VisibleRequests visible() {
    return visible;
  }

  DumpConnection openPrimary() {
    return known(new DumpConnection(settings.primary(), "walbeam-dumps:" + settings.slot()));
  }

  /**
   * A connection to where rows are read.
   *
   * @param standby what a standby must be, null if it does not matter yet
   */
  DumpConnection openReader(@Nullable Standby standby) {
    return known(
        new DumpConnection(
            settings.options().standby().orElse(settings.primary()),
            "walbeam-dumps:" + settings.slot(),
            standby));
  }

  private DumpConnection known(DumpConnection connection) {
    connections.add(connection);
    if (closed) {
      connection.close();
    }
    return connection;
  }

  /** Closes every connection, also under a question or a chunk. */
  void closeConnections() {
    closed = true;
    connections.forEach(DumpConnection::close);
  }

  /** Gives up connections that were not used for so long; they are opened again when needed. */
  void closeIdle(Duration idle) {
    connections.removeIf(DumpConnection::isClosed);
    connections.forEach(connection -> connection.closeIdle(idle));
  }

  /** Whether rows are read from another server than the one whose WAL is read. */
  boolean readsElsewhere() {
    return settings.options().standby().isPresent();
  }

  long nowMicros() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, clock().instant());
  }

  void pause() throws InterruptedException {
    Thread.sleep(pace().poll().toMillis());
  }
}
