package io.walbeam.dump;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.JobRun;
import io.walbeam.change.TableId;
import io.walbeam.change.TablePatterns;
import io.walbeam.local.bench.KeyedEnds;
import io.walbeam.postgres.ReplicationSettings;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import io.walbeam.row.ProtoRows;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.RejectedRow;
import io.walbeam.sink.Stalls;
import io.walbeam.sink.TableSink;
import io.walbeam.testing.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Dumps in this JVM, from a real database into rows that a test looks at. */
final class InProcessDump implements AutoCloseable {
  /** Called before rows are taken; may look, wait or fail, as a destination does. */
  @FunctionalInterface
  interface Arrival {
    void arrive(List<Map<String, Object>> rows) throws InterruptedException;
  }

  private static final DumpPace USUAL = DumpPace.ONE_JVM;

  /** Longer than any test. */
  private static final Duration LONG_LANDING = Duration.ofHours(1);

  private final TestDatabase database;
  private final Dumps dumps;
  private final Arrival arrival;
  private final LedgerHere ledger;
  private final Stalls stalls;

  /** Whether this process reads the slot. */
  private volatile boolean reading = true;

  // Guarded by this.
  private final List<Map<String, Object>> written = new ArrayList<>();

  /**
   * @param landing longest time from reading to writing
   */
  InProcessDump(TestDatabase database, Duration landing, Arrival arrival) {
    this(database, landing, USUAL.holding(), arrival);
  }

  /**
   * @param holding longest time that a COPY waits for rows to be taken
   */
  InProcessDump(TestDatabase database, Duration landing, Duration holding, Arrival arrival) {
    this(
        database,
        new LedgerHere(),
        pace(USUAL.discovery(), Duration.ZERO, landing, holding),
        /* initial= */ false,
        arrival);
  }

  /**
   * One of several processes.
   *
   * @param interval between two looks for new tables, and between two readings of the ledger
   * @param initial whether tables that were never dumped are
   */
  InProcessDump(
      TestDatabase database,
      LedgerHere ledger,
      Duration interval,
      boolean initial,
      Arrival arrival) {
    this(
        database,
        ledger,
        pace(interval, interval, LONG_LANDING, USUAL.holding()),
        initial,
        arrival);
  }

  private InProcessDump(
      TestDatabase database, LedgerHere ledger, DumpPace pace, boolean initial, Arrival arrival) {
    this.database = database;
    this.arrival = arrival;
    this.ledger = ledger;
    DumpContext.Ends ends = KeyedEnds.of(new Sink(), ledger);
    this.stalls = ends.waiting().stalls();
    this.dumps =
        new Dumps(
            new DumpSettings(
                new ReplicationSettings(
                    database.settings(), database.slot(), database.publication()),
                TablePatterns.ALL,
                new JobRun(0, 0, "", true),
                new DumpOptions(
                    initial,
                    true,
                    1,
                    USUAL.chunkRows(),
                    null,
                    true,
                    Long.MAX_VALUE,
                    new SchemaPolicy(SchemaPolicy.Reaction.NOTE, 0)),
                pace),
            new DumpContext.Ends(
                ends.router(),
                ends.tables(),
                ends.deadLetters(),
                ends.ledger(),
                ends.outdated(),
                ends.schemaChanges(),
                ends.waiting(),
                new Stream(ends.stream()),
                ends.clock()));
  }

  private static DumpPace pace(
      Duration discovery, Duration reread, Duration landing, Duration holding) {
    return new DumpPace(
        USUAL.chunkBytes(),
        USUAL.chunkRows(),
        discovery,
        USUAL.ledger(),
        Duration.ofMillis(20),
        reread,
        landing,
        Duration.ZERO,
        holding);
  }

  /** Asks for a whole table at the end of the WAL. */
  void request(String table) throws Exception {
    start();
    ask(table);
  }

  /** This process reads the slot from now on. */
  void start() throws InterruptedException {
    dumps.start((prefix, content) -> {});
  }

  /** Another process reads the slot from now on. Returns when no dump is under way here. */
  void stop() {
    dumps.stop();
  }

  /** The same, while the dumps are being started. */
  void requestMeanwhile(String table) throws Exception {
    ledger.listing(
        () -> {
          ledger.listing(List::of);
          ask(table);
          return List.of();
        });
    start();
  }

  /** Asks for a whole table at the end of the WAL, where dumps go on already. */
  void ask(String table) throws InterruptedException {
    dumps.record(
        List.of(
            new Dumps.Asked(
                new ChangePosition(0, walEnd(), 0, 0),
                0,
                DumpRequest.of(List.of(new TableId("public", table)), List.of(), List.of())
                    .getBytes(StandardCharsets.UTF_8))));
  }

  private long walEnd() {
    try {
      return database.walEnd();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether this process has the stream of the slot. */
  void reading(boolean now) {
    reading = now;
  }

  /** Fails if the run shall end. */
  void check() {
    dumps.check();
  }

  /** What is waited for. */
  List<String> stalls() {
    return stalls.current().stream().map(Stalls.Stall::reason).toList();
  }

  /** How the dump ended; empty while it lasts. */
  Optional<DumpEntry.Status> ended() {
    return ledger.ended();
  }

  /** One column of every row that was taken. */
  synchronized List<Object> written(String column) {
    List<Object> values = new ArrayList<>();
    written.forEach(row -> values.add(row.getOrDefault(column, "absent")));
    return values;
  }

  @Override
  public void close() {
    dumps.close();
  }

  private final class Stream implements DumpContext.Stream {
    private final DumpContext.Stream usual;

    Stream(DumpContext.Stream usual) {
      this.usual = usual;
    }

    @Override
    public long confirmedLsn() {
      return usual.confirmedLsn();
    }

    @Override
    public boolean isRead() {
      return reading;
    }
  }

  private final class Sink implements TableSink {
    @Override
    public List<RejectedRow> write(DestinationTable table, List<EncodedRow> encoded)
        throws InterruptedException {
      ProtoRows reader = new ProtoRows(table);
      List<Map<String, Object>> rows = encoded.stream().map(reader::read).toList();
      arrival.arrive(rows);
      synchronized (InProcessDump.this) {
        written.addAll(rows);
      }
      return List.of();
    }

    @Override
    public void close() {}
  }
}
