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
import io.walbeam.sink.AskedDump;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpLedger;
import io.walbeam.sink.RejectedRow;
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

  private final TestDatabase database;
  private final Dumps dumps;
  private final Arrival arrival;

  /** What is asked for while the dumps are being started, if anything is. */
  private volatile String meanwhile = "";

  // Guarded by this.
  private final List<Map<String, Object>> written = new ArrayList<>();
  private final List<DumpEntry> ledger = new ArrayList<>();

  /**
   * @param landing longest time from reading to writing
   */
  InProcessDump(TestDatabase database, Duration landing, Arrival arrival) {
    this(database, landing, DumpPace.ONE_JVM.holding(), arrival);
  }

  /**
   * @param holding longest time that a COPY waits for rows to be taken
   */
  InProcessDump(TestDatabase database, Duration landing, Duration holding, Arrival arrival) {
    this.database = database;
    this.arrival = arrival;
    DumpPace usual = DumpPace.ONE_JVM;
    this.dumps =
        new Dumps(
            new DumpSettings(
                new ReplicationSettings(
                    database.settings(), database.slot(), database.publication()),
                TablePatterns.ALL,
                new JobRun(0, 0, "", true),
                new DumpOptions(
                    false,
                    true,
                    1,
                    usual.chunkRows(),
                    null,
                    true,
                    Long.MAX_VALUE,
                    new SchemaPolicy(SchemaPolicy.Reaction.NOTE, 0)),
                new DumpPace(
                    usual.chunkBytes(),
                    usual.chunkRows(),
                    usual.discovery(),
                    usual.ledger(),
                    Duration.ofMillis(20),
                    Duration.ZERO,
                    landing,
                    holding)),
            KeyedEnds.of(new Sink(), new Ledger()));
  }

  /** Asks for a whole table at the end of the WAL. */
  void request(String table) throws Exception {
    dumps.start((prefix, content) -> {});
    record(table);
  }

  /** The same, while the dumps are being started. */
  void requestMeanwhile(String table) throws Exception {
    meanwhile = table;
    dumps.start((prefix, content) -> {});
  }

  private void record(String table) throws InterruptedException {
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

  /** How the dump ended; empty while it lasts. */
  synchronized Optional<DumpEntry.Status> ended() {
    return ledger.stream()
        .map(DumpEntry::status)
        .filter(DumpEntry.Status::isOver)
        .reduce((first, last) -> last);
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

  private final class Ledger implements DumpLedger {
    @Override
    public List<AskedDump> asked(String slot) throws InterruptedException {
      String table = meanwhile;
      meanwhile = "";
      if (!table.isEmpty()) {
        record(table);
      }
      return List.of();
    }

    @Override
    public String name() {
      return "ledger";
    }

    @Override
    public List<DumpEntry> read(String slot) {
      return List.of();
    }

    @Override
    public void write(List<DumpEntry> entries, long version) {
      synchronized (InProcessDump.this) {
        ledger.addAll(entries);
      }
    }
  }
}
