package io.walbeam.sink.bigquery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.api.services.bigquery.model.Dataset;
import com.google.api.services.bigquery.model.DatasetReference;
import com.google.api.services.bigquery.model.TableRow;
import io.walbeam.change.ChangePosition;
import io.walbeam.change.Operation;
import io.walbeam.change.TableId;
import io.walbeam.deadletter.DeadLetter;
import io.walbeam.failure.ErrorClass;
import io.walbeam.failure.Refusal;
import io.walbeam.failure.Stage;
import io.walbeam.local.StandInOptions;
import io.walbeam.local.StandInServer;
import io.walbeam.local.standin.Fault;
import io.walbeam.local.standin.FaultKind;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.SlotState;
import io.walbeam.sink.Stalls;
import io.walbeam.sink.Waits;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The whole sink against the stand-in and its rules. */
@Timeout(120)
class BigQuerySinkStandInIT {
  /** Long enough for a busy machine not to take a slow response for a lost one. */
  private static final Pace PACE =
      new Pace(
          Duration.ofMillis(1),
          Duration.ofMillis(20),
          Duration.ofMillis(20),
          Duration.ofMillis(100),
          Duration.ofSeconds(8),
          Duration.ofMinutes(5),
          Duration.ofMillis(1),
          Duration.ZERO);

  private static final StandInServer server = StandInServer.start(StandInOptions.inMemory());
  private static int datasets;

  private final BigQuerySettings settings = settings("d" + datasets++);
  private final BigQuerySink sink = new BigQuerySink(settings, PACE);
  private final BigQueryClients clients = BigQueryClients.open(settings);

  @BeforeEach
  void createDataset() throws Exception {
    clients
        .rest()
        .datasets()
        .insert(
            "p",
            new Dataset()
                .setDatasetReference(
                    new DatasetReference().setProjectId("p").setDatasetId(settings.dataset())))
        .execute();
  }

  @AfterEach
  void close() {
    server.faults().clear();
    sink.close();
    clients.close();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static BigQuerySettings settings(String dataset) {
    return new BigQuerySettings(
        "p", dataset, "", server.endpoint(), "_walbeam_dead_letters", "walbeam:test");
  }

  @Test
  void lateAndRepeatedRowsDoNotOverwriteNewerOnes() throws Exception {
    DestinationTable table = Rows.keyed("t");
    write(table, Rows.row("UPSERT", 5, 1, "new"), Rows.row("UPSERT", 5, 2, "kept"));
    write(table, Rows.row("DELETE", 9, 3, ""), Rows.row("UPSERT", 7, 3, "zombie"));
    write(table, Rows.row("UPSERT", 4, 1, "late"), Rows.row("DELETE", 3, 2, ""));
    write(table, Rows.row("UPSERT", 5, 1, "new"), Rows.row("UPSERT", 5, 2, "kept"));

    assertThat(query("SELECT id, name FROM `p.%s.t` ORDER BY id"))
        .containsExactly(List.of("1", "new"), List.of("2", "kept"));
  }

  @Test
  void rowsOfOldAndNewShapeLandRightAfterAColumnWasAdded() throws Exception {
    server.faults().add(Fault.of(FaultKind.SCHEMA_DELAY, "t", Duration.ofMillis(500)));
    write(Rows.keyed("t"), Rows.upsert(1, "old"));
    write(
        Rows.keyed("t", "added"),
        Rows.encode(
            out -> {
              out.writeString(1, "UPSERT");
              out.writeString(2, new ChangePosition(0, 1, 2, 0).toSequenceNumber());
              out.writeInt64(3, 2);
              out.writeString(4, "new");
              out.writeString(5, "value");
            }));
    write(Rows.keyed("t"), Rows.upsert(3, "old again"));

    assertThat(query("SELECT id, name, IFNULL(added, '-') FROM `p.%s.t` ORDER BY id"))
        .containsExactly(
            List.of("1", "old", "-"), List.of("2", "new", "value"), List.of("3", "old again", "-"));
  }

  @Test
  void everyFaultOfTheStandInIsSurvived() throws Exception {
    DestinationTable table = Rows.keyed("t");
    List<FaultKind> kinds =
        List.of(
            FaultKind.RESOURCE_EXHAUSTED,
            FaultKind.UNAVAILABLE,
            FaultKind.INTERNAL,
            FaultKind.ABORTED,
            FaultKind.PERMISSION_DENIED,
            FaultKind.HUNG,
            FaultKind.LOST_RESPONSE,
            FaultKind.DROPPED_CONNECTION);
    kinds.forEach(kind -> server.faults().add(Fault.of(kind, "t", 1)));
    server.faults().add(Fault.rest("tables.get", "*", 503, 1));
    server.faults().add(Fault.rest("tables.insert", "*", 429, 1));

    assertThat(sink.tables().write(table, Rows.upserts(500))).isEmpty();

    assertThat(query("SELECT COUNT(*) FROM `p.%s.t`")).containsExactly(List.of("500"));
    assertThat(sink.stalls().current()).isEmpty();
  }

  @Test
  void rowsThatAreRefusedByNameOrWithTheirRequestAreFoundAndTheOthersWritten() throws Exception {
    server.faults().add(Fault.of(FaultKind.ROW_ERRORS, "t", 0).withText("row 7"));
    server.faults().add(Fault.of(FaultKind.INVALID_ARGUMENT, "t", 0).withText("silent poison"));
    List<EncodedRow> rows = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      rows.add(Rows.upsert(i, i == 77 ? "row 7" : i == 311 ? "silent poison" : "n" + i));
    }

    assertThat(sink.tables().write(Rows.keyed("t"), rows))
        .extracting(row -> row.index() + " " + row.refusal().errorClass())
        .containsExactly("77 FIELD_REFUSED", "311 ROW_REFUSED");

    assertThat(query("SELECT COUNT(*) FROM `p.%s.t`")).containsExactly(List.of("498"));
  }

  @Test
  void aTableDeletedByItsOwnerIsParked() throws Exception {
    write(Rows.keyed("t"), Rows.upsert(1, "a"));
    server.faults().add(Fault.of(FaultKind.TABLE_DELETED, "t", 1));
    Thread writer =
        new Thread(
            () -> {
              try {
                write(Rows.keyed("t"), Rows.upsert(2, "b"));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    writer.start();
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (sink.stalls().current().stream()
        .map(Stalls.Stall::reason)
        .noneMatch(reason -> reason.contains("was deleted"))) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.sleep(5);
    }
    assertThat(clients.rest().tables().list("p", settings.dataset()).execute().getTables())
        .isNullOrEmpty();

    writer.interrupt();
    writer.join();
    assertThat(sink.stalls().current()).isEmpty();
  }

  @Test
  void aDeadLetterIsReadBackWithAllItsColumns() throws Exception {
    sink.deadLetters().write(List.of(deadLetter("{\"id\":\"1\",\"price\":\"NaN\"}")));

    assertThat(
            query(
                "SELECT stage, error_class, error_message, remedy, schema_name, table_name,"
                    + " operation, position, CAST(n AS STRING), CAST(transaction_id AS STRING),"
                    + " JSON_VALUE(row, '$.price'), JSON_VALUE(key, '$.id')"
                    + " FROM `p.%s._walbeam_dead_letters`"))
        .containsExactly(
            List.of(
                "map",
                "numeric_not_finite",
                "is NaN",
                "do x",
                "public",
                "Weird \"Name\"",
                "INSERT",
                "0:1/23:1/20:0",
                "0",
                "77",
                "NaN",
                "1"));
  }

  @Test
  void aDeadLetterTooLargeForBigQueryIsKeptWithoutItsRow() throws Exception {
    String large = "{\"id\":\"" + "x".repeat(11_000_000) + "\"}";

    sink.deadLetters().write(List.of(deadLetter("{}"), deadLetter(large)));

    assertThat(
            query(
                "SELECT error_message FROM `p.%s._walbeam_dead_letters` ORDER BY"
                    + " LENGTH(error_message)"))
        .hasSize(2)
        .last()
        .asString()
        .contains("left out are 11000009 bytes of row and 3 bytes of message");
  }

  @Test
  void theHighestStateIsReadBack() throws Exception {
    assertThat(sink.stateStore().read("walbeam")).isEmpty();
    SlotState high = state("walbeam", 1, 0x1_2345_6789L, 1_700_000_000_123_456L);
    sink.stateStore().write(state("walbeam", 0, 0x7_0000_0000L, 0));
    sink.stateStore().write(high);
    sink.stateStore().write(state("walbeam", 1, 0x1_0000_0000L, 0));
    sink.stateStore().write(state("other", 9, 9, 0));

    assertThat(sink.stateStore().read("walbeam")).contains(high);
    assertThat(sink.stateStore().read("other")).contains(state("other", 9, 9, 0));
    assertThat(query("SELECT confirmed_lsn FROM `p.%s._walbeam_state` WHERE slot = 'walbeam'"))
        .containsExactly(List.of("1/23456789"));
  }

  @Test
  void anOlderLedgerGetsTheOwnerOfDumpsOrDoesWithoutIt() throws Exception {
    DumpEntry before = dump(1);
    String name = BigQueryDumpLedger.TABLE_NAME;
    assertThat(
            sink.tables()
                .write(
                    BigQueryDumpLedger.LEAST_TABLE, List.of(BigQueryDumpLedger.encode(before, 0))))
        .isEmpty();
    server.faults().add(Fault.rest("tables.patch", name, 403, 0));
    try (BigQuerySink refused = new BigQuerySink(settings, PACE)) {
      assertThat(refused.dumpLedger().read("walbeam")).containsExactly(before);
      refused.dumpLedger().write(List.of(dump(2).started(5, "process 7")), 1);
      assertThat(refused.dumpLedger().read("walbeam"))
          .containsExactly(before, dump(2).started(5, ""));
    }
    server.faults().clear();
    try (BigQuerySink allowed = new BigQuerySink(settings, PACE)) {
      allowed.dumpLedger().write(List.of(dump(3).started(5, "process 8")), 2);
      assertThat(allowed.dumpLedger().read("walbeam"))
          .containsExactly(before, dump(2).started(5, ""), dump(3).started(5, "process 8"));
    }
  }

  private static DumpEntry dump(long request) {
    return DumpEntry.requested(
        new DumpEntry.Order(
            "walbeam",
            new DumpEntry.Point(0, request, 0, 1_700_000_000_000_001L),
            new TableId("public", "t"),
            DumpEntry.Kind.REQUEST,
            "{}"));
  }

  @Test
  void aMissingDatasetIsNamed() {
    try (BigQuerySink nowhere = new BigQuerySink(settings("none"), PACE)) {
      assertThatThrownBy(nowhere::verify).hasMessageContaining("p.none does not exist");
      assertThatThrownBy(() -> nowhere.tables().write(Rows.keyed("t"), Rows.upserts(1)))
          .hasMessageContaining("p.none does not exist");
      assertThatThrownBy(() -> nowhere.stateStore().read("walbeam"))
          .hasMessageContaining("p.none does not exist");
    }
    sink.verify();
  }

  static DeadLetter deadLetter(String row) {
    return new DeadLetter(
        1_700_000_000_000_000L,
        new Refusal(Stage.MAP, ErrorClass.NUMERIC_NOT_FINITE, "is NaN", "do x"),
        new DeadLetter.Change(
            new TableId("public", "Weird \"Name\""),
            Operation.INSERT,
            new ChangePosition(0, 0x1_0000_0023L, 0x1_0000_0020L, 0),
            77,
            1_700_000_000_000_001L),
        "{\"id\":\"1\"}",
        row,
        "raw".getBytes(StandardCharsets.UTF_8));
  }

  private static SlotState state(String slot, long epoch, long lsn, long completeMicros) {
    return new SlotState(
        slot, epoch, "7123456789", 1, lsn, completeMicros, "job.reader", 1_700_000_001_000_000L);
  }

  private void write(DestinationTable table, EncodedRow... rows) throws InterruptedException {
    assertThat(sink.tables().write(table, List.of(rows))).isEmpty();
  }

  private List<List<Object>> query(String sql) throws InterruptedException {
    BigQueryRest rest = new BigQueryRest(settings, clients.rest(), PACE, new Waits(), new Stalls());
    List<List<Object>> found = new ArrayList<>();
    rest.query(
        "t",
        sql.formatted(settings.dataset()),
        Map.of(),
        rows -> rows.forEach(row -> found.add(values(row))));
    return found;
  }

  private static List<Object> values(TableRow row) {
    return row.getF().stream().map(cell -> cell.getV()).toList();
  }
}
