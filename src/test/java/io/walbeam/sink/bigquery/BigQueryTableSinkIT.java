package io.walbeam.sink.bigquery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.api.services.bigquery.model.Table;
import com.google.api.services.bigquery.model.TableConstraints;
import com.google.api.services.bigquery.model.TableFieldSchema;
import com.google.api.services.bigquery.model.TableSchema;
import com.google.cloud.bigquery.storage.v1.StorageError.StorageErrorCode;
import com.google.protobuf.DynamicMessage;
import io.grpc.Status;
import io.walbeam.change.RowLimit;
import io.walbeam.failure.ErrorClass;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import io.walbeam.sink.RejectedRow;
import io.walbeam.sink.Stalls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class BigQueryTableSinkIT {
  static final Pace QUICK =
      new Pace(
          Duration.ofMillis(1),
          Duration.ofMillis(20),
          Duration.ofMillis(20),
          Duration.ofMillis(100),
          Duration.ofMillis(800),
          Duration.ofMinutes(5),
          Duration.ofMillis(1),
          Duration.ZERO);

  private static final String MARKER = "s3cr3t-marker-value";

  /** One for all tests: a server takes two seconds to stop. */
  private static final FakeBigQuery server = new FakeBigQuery();

  private final AtomicLong passed = new AtomicLong();
  private final BigQuerySink sink = new BigQuerySink(server.settings(), QUICK, passed::get);
  private final ExecutorService background = Executors.newCachedThreadPool();

  @AfterEach
  void close() throws InterruptedException {
    sink.close();
    background.shutdownNow();
    assertThat(background.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    server.reset();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void createsTheTableThenWritesEveryRow() throws Exception {
    assertThat(write(Rows.keyed("orders"), Rows.upserts(1000))).isEmpty();
    assertThat(write(Rows.keyed("orders"), Rows.upserts(10))).isEmpty();

    assertThat(ids("orders")).hasSize(1010);
    assertThat(server.restCalls).containsExactly("GET /tables/orders", "POST /tables");
    Table created = server.table("orders");
    assertThat(created.getTableConstraints().getPrimaryKey().getColumns()).containsExactly("id");
    assertThat(created.getClustering().getFields()).containsExactly("id");
    assertThat(created.getMaxStaleness()).isEqualTo("0-0 0 0:10:0");
    assertThat(field(server.stored("orders").get(0), "_CHANGE_TYPE")).isEqualTo("UPSERT");
  }

  @Test
  void callsAreLedToTheDatasetsLocationWhichIsAskedForOnce() throws Exception {
    write(Rows.keyed("orders"), Rows.upserts(1));
    write(Rows.plain("log"), List.of(Rows.insert(1, "n")));

    assertThat(server.routes)
        .hasSize(2)
        .allMatch("write_location=projects%2Fp%2Flocations%2FEU"::equals);
    assertThat(server.datasetCalls).hasValue(1);
  }

  @Test
  void largeWritesAreSplitIntoRequestsOfBoundedSize() throws Exception {
    String text = "x".repeat(100_000);
    List<EncodedRow> rows = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      rows.add(Rows.upsert(i, text));
    }

    assertThat(write(Rows.keyed("big"), rows)).isEmpty();

    assertThat(ids("big")).hasSize(100).doesNotHaveDuplicates();
    assertThat(server.appends).hasSize(3);
  }

  @Test
  void writerSchemaIsSentOncePerConnectionAndLayout() throws Exception {
    write(Rows.keyed("a"), Rows.upserts(1));
    write(Rows.keyed("a"), Rows.upserts(1));
    write(Rows.keyed("b"), Rows.upserts(1));
    write(Rows.keyed("a"), Rows.upserts(1));

    assertThat(server.appends.stream().map(append -> append.withSchema))
        .containsExactly(true, false, true, true);
    assertThat(server.connections).hasValue(1);
  }

  @Test
  void aConnectionCarriesOneSchemaOfATable() throws Exception {
    for (int i = 0; i < 3; i++) {
      write(Rows.keyed("a"), Rows.upserts(1));
      write(Rows.keyed("b"), Rows.upserts(1));
      write(Rows.keyed("b", "more"), Rows.upserts(1));
    }

    List<Integer> connections = connectionsOf("b");
    assertThat(connections).containsExactly(1, 2, 1, 2, 1, 2);
    assertThat(server.connections).hasValue(2);
  }

  @Test
  void keyedAndPlainRowsNeverShareAConnection() throws Exception {
    for (int i = 0; i < 5; i++) {
      write(Rows.keyed("current"), Rows.upserts(3));
      write(Rows.plain("log"), List.of(Rows.insert(i, "n")));
    }

    assertThat(connectionsOf("current")).doesNotContainAnyElementsOf(connectionsOf("log"));
  }

  @Test
  void rowErrorsRejectThoseRowsAndWriteTheOthers() throws Exception {
    server.script.add(
        append ->
            append.refuseRows(
                Map.of(
                    3, "Field name: Could not convert '" + MARKER + "' to INT64",
                    7, "out of range " + MARKER)));

    List<RejectedRow> rejected = write(Rows.keyed("t"), Rows.upserts(10));

    assertThat(rejected).extracting(RejectedRow::index).containsExactly(3, 7);
    assertThat(rejected.get(0).refusal().message()).contains("column name").contains("type");
    assertThat(rejected.toString()).doesNotContain(MARKER);
    assertThat(ids("t")).containsExactly(0L, 1L, 2L, 4L, 5L, 6L, 8L, 9L);
    assertThat(sink.metrics().totals().rejections()).containsEntry("field_refused", 2L);
  }

  @Test
  void aRequestRefusedAsAWholeIsBisectedToItsBadRows() throws Exception {
    server.rule =
        append -> {
          if (append.messages().stream().anyMatch(row -> isBad(row))) {
            append.refuse(Status.Code.INVALID_ARGUMENT, "malformed " + MARKER);
          } else {
            append.accept();
          }
        };

    List<RejectedRow> rejected = write(Rows.keyed("t"), Rows.upserts(500));

    assertThat(rejected).extracting(RejectedRow::index).containsExactly(13, 113, 213, 313, 413);
    assertThat(rejected.toString()).doesNotContain(MARKER);
    assertThat(ids("t")).hasSize(495).doesNotHaveDuplicates();
  }

  @Test
  void aBadRowThatBreaksItsConnectionIsFoundToo() throws Exception {
    server.rule =
        append -> {
          if (append.messages().stream().anyMatch(row -> isBad(row))) {
            append.breakConnection(Status.INVALID_ARGUMENT.withDescription(MARKER));
          } else {
            append.accept();
          }
        };

    List<RejectedRow> rejected = write(Rows.keyed("t"), Rows.upserts(100));

    assertThat(rejected).extracting(RejectedRow::index).containsExactly(13);
    assertThat(ids("t")).hasSize(99);
  }

  @Test
  void aTableThatRefusesEveryRowIsParkedAndLosesNothing() throws Exception {
    server.rule = append -> append.refuse(Status.Code.INVALID_ARGUMENT, "no");
    Future<List<RejectedRow>> write = start(Rows.keyed("t"), Rows.upserts(200));

    until(() -> stalled("refuses every row"));
    server.rule = FakeBigQuery.Append::accept;

    assertThat(write.get()).isEmpty();
    assertThat(ids("t")).hasSize(200);
    assertThat(sink.stalls().current()).isEmpty();
  }

  @Test
  void aLoneRowIsParkedWithItsTableUnlessBigQueryTakesAnotherBesideIt() throws Exception {
    server.rule = append -> append.refuse(Status.Code.INVALID_ARGUMENT, "no");
    Future<List<RejectedRow>> write = start(Rows.keyed("t"), List.of(Rows.upsert(1, "good")));
    until(() -> stalled("refuses every row"));
    server.rule = FakeBigQuery.Append::accept;
    assertThat(write.get()).as("it was the table").isEmpty();

    server.rule =
        append -> {
          if (append.messages().stream().anyMatch(row -> field(row, "name").equals("poison"))) {
            append.refuse(Status.Code.INVALID_ARGUMENT, "malformed " + MARKER);
          } else {
            append.accept();
          }
        };
    assertThat(write(Rows.keyed("t"), List.of(Rows.upsert(13, "poison"))))
        .as("it is the row")
        .extracting(RejectedRow::index)
        .containsExactly(0);
    assertThat(sink.stalls().current()).isEmpty();
  }

  @Test
  void theEndOfASharedCallCostsNoRow() throws Exception {
    server.script.add(
        append -> append.breakConnection(Status.INVALID_ARGUMENT.withDescription(MARKER)));

    assertThat(write(Rows.keyed("t"), List.of(Rows.upsert(1, "good")))).isEmpty();

    assertThat(ids("t")).containsExactly(1L);
  }

  @Test
  void whatPassesIsRetriedUntilItHasPassed() throws Exception {
    for (Status.Code code :
        List.of(
            Status.Code.RESOURCE_EXHAUSTED,
            Status.Code.UNAVAILABLE,
            Status.Code.INTERNAL,
            Status.Code.ABORTED,
            Status.Code.CANCELLED,
            Status.Code.DEADLINE_EXCEEDED,
            Status.Code.UNKNOWN)) {
      server.script.add(append -> append.refuse(code, ""));
      server.script.add(append -> append.breakConnection(Status.fromCode(code)));
    }

    assertThat(write(Rows.keyed("t"), Rows.upserts(10))).isEmpty();

    assertThat(ids("t")).hasSize(10);
    assertThat(sink.metrics().totals().retries()).containsKeys("quota", "unavailable", "internal");
  }

  @Test
  void aWriteThatLostItsResponseIsSentAgain() throws Exception {
    server.script.add(
        append -> {
          append.store();
          append.breakConnection(Status.UNAVAILABLE);
        });

    assertThat(write(Rows.keyed("t"), Rows.upserts(10))).isEmpty();

    assertThat(ids("t")).hasSize(20);
  }

  @Test
  void aHungResponseIsShownAndGivenUpAfterTheDeadline() throws Exception {
    server.script.add(append -> {});
    List<String> said = new CopyOnWriteArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            said.add(record.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger("io.walbeam.sink");
    logger.addHandler(handler);
    try {
      assertThat(write(Rows.keyed("t"), Rows.upserts(10))).isEmpty();
    } finally {
      logger.removeHandler(handler);
    }

    assertThat(said.get(0)).startsWith("Table t waits: BigQuery cannot be reached, or does not");
    assertThat(said.get(1)).startsWith("BigQuery did not answer for");
    assertThat(ids("t")).hasSize(10);
    assertThat(server.connections.get()).isEqualTo(2);
  }

  @Test
  void bystandersOnABrokenConnectionAreSentAgain() throws Exception {
    server.script.add(append -> {});
    server.script.add(append -> append.breakConnection(Status.INTERNAL));
    write(Rows.keyed("warm"), List.of());
    Future<List<RejectedRow>> first = start(Rows.keyed("a"), Rows.upserts(5));
    until(() -> server.appends.size() == 1);
    Future<List<RejectedRow>> second = start(Rows.keyed("b"), Rows.upserts(5));

    assertThat(first.get()).isEmpty();
    assertThat(second.get()).isEmpty();
    assertThat(ids("a")).hasSize(5);
    assertThat(ids("b")).hasSize(5);
  }

  @Test
  void addedColumnsAreAwaitedUnderANamedStallWhileOtherTablesFlow() throws Exception {
    write(Rows.keyed("t"), Rows.upserts(1));
    server.rule =
        append -> {
          if (append.type.findFieldByName("added") == null) {
            append.accept();
          } else {
            append.refuse(
                Status.Code.INVALID_ARGUMENT, StorageErrorCode.SCHEMA_MISMATCH_EXTRA_FIELDS);
          }
        };
    Future<List<RejectedRow>> extended = start(Rows.keyed("t", "added"), Rows.upserts(5));
    until(() -> stalled("does not show all columns"));

    assertThat(write(Rows.keyed("other"), Rows.upserts(5))).isEmpty();
    assertThat(write(Rows.keyed("t"), Rows.upserts(5))).isEmpty();
    server.rule = FakeBigQuery.Append::accept;

    assertThat(extended.get()).isEmpty();
    assertThat(ids("t")).hasSize(11);
    assertThat(columns("t")).containsExactly("id", "name", "added");
    assertThat(sink.stalls().current()).isEmpty();
  }

  @Test
  void aTableThatWritersDoNotSeeYetIsAwaited() throws Exception {
    server.script.add(append -> append.refuse(Status.Code.NOT_FOUND, ""));
    server.script.add(
        append -> append.refuse(Status.Code.NOT_FOUND, StorageErrorCode.TABLE_NOT_FOUND));

    assertThat(write(Rows.keyed("t"), Rows.upserts(5))).isEmpty();

    assertThat(ids("t")).hasSize(5);
  }

  @Test
  void aTableDeletedWhileRunningIsParkedAndNotCreatedAgain() throws Exception {
    write(Rows.keyed("t"), Rows.upserts(1));
    Table before = server.table("t");
    server.tables.remove("t");
    server.rule =
        append -> {
          if (server.tables.containsKey(append.table())) {
            append.accept();
          } else {
            append.refuse(Status.Code.NOT_FOUND, StorageErrorCode.TABLE_NOT_FOUND);
          }
        };
    Future<List<RejectedRow>> write = start(Rows.keyed("t"), Rows.upserts(5));
    until(() -> stalled("was deleted"));
    Future<List<RejectedRow>> next = start(Rows.keyed("t", "added"), Rows.upserts(5));

    assertThat(write(Rows.keyed("other"), Rows.upserts(5))).isEmpty();
    assertThat(server.tables).doesNotContainKey("t");
    server.tables.put("t", before);

    assertThat(write.get()).isEmpty();
    assertThat(next.get()).isEmpty();
    assertThat(ids("t")).hasSize(11);
  }

  @Test
  void aTableDeletedWhileRunningIsMadeAgainAfterAQuietTimeOnceADay() throws Exception {
    write(Rows.keyed("t"), Rows.upserts(1));
    server.rule = BigQueryTableSinkIT::acceptWhatIsThere;
    for (int round = 0; round < 2; round++) {
      server.tables.remove("t");
      Future<List<RejectedRow>> write = start(Rows.keyed("t"), Rows.upserts(5));
      until(() -> stalled("was deleted"));
      int sent = server.appends.size();
      passed.addAndGet(BigQueryTables.QUIET_NANOS - 1);
      lookTwice();
      assertThat(server.tables).doesNotContainKey("t");
      passed.addAndGet(1);
      if (round == 1) {
        lookTwice();
        assertThat(server.tables).as("once a day").doesNotContainKey("t");
        passed.addAndGet(BigQueryTables.AGAIN_NANOS);
      }
      assertThat(write.get()).isEmpty();
      assertThat(server.appends).as("nothing was sent meanwhile").hasSize(sent + 1);
      assertThat(server.tables).containsKey("t");
    }
  }

  @Test
  void whereTablesExpireADeletedOneIsNotMadeAgain() throws Exception {
    server.datasetFields = ",\"defaultTableExpirationMs\":\"3600000\"";
    write(Rows.keyed("t"), Rows.upserts(1));
    Table before = server.table("t");
    server.tables.remove("t");
    server.rule = BigQueryTableSinkIT::acceptWhatIsThere;
    Future<List<RejectedRow>> write = start(Rows.keyed("t"), Rows.upserts(5));
    until(() -> stalled("was deleted"));
    passed.addAndGet(BigQueryTables.QUIET_NANOS);
    lookTwice();
    assertThat(server.tables).doesNotContainKey("t");
    server.tables.put("t", before);

    assertThat(write.get()).isEmpty();
  }

  private static void acceptWhatIsThere(FakeBigQuery.Append append) {
    if (server.tables.containsKey(append.table())) {
      append.accept();
    } else {
      append.refuse(Status.Code.NOT_FOUND, StorageErrorCode.TABLE_NOT_FOUND);
    }
  }

  /** Returns once the sink has looked for a table twice from now on. */
  private static void lookTwice() throws Exception {
    int before = server.restCalls.size();
    until(() -> server.restCalls.size() >= before + 2);
  }

  @Test
  void aRemovedPermissionParksTheTableUntilItIsBack() throws Exception {
    write(Rows.keyed("t"), Rows.upserts(1));
    server.rule =
        append -> {
          if (append.table().equals("t")) {
            append.breakConnection(Status.PERMISSION_DENIED.withDescription(MARKER));
          } else {
            append.accept();
          }
        };
    Future<List<RejectedRow>> write = start(Rows.keyed("t"), Rows.upserts(5));
    until(() -> stalled("bigquery.tables.updateData"));

    assertThat(write(Rows.keyed("other"), Rows.upserts(5))).isEmpty();
    assertThat(sink.stalls().current().toString()).doesNotContain(MARKER);
    server.rule = FakeBigQuery.Append::accept;

    assertThat(write.get()).isEmpty();
    assertThat(ids("t")).hasSize(6);
  }

  @Test
  void aConflictingTableIsParkedUntilItIsMended() throws Exception {
    write(Rows.keyed("other"), Rows.upserts(1));
    server.tables.put(
        "t",
        new Table()
            .setSchema(
                new TableSchema()
                    .setFields(List.of(new TableFieldSchema().setName("id").setType("STRING"))))
            .setTableConstraints(
                new TableConstraints()
                    .setPrimaryKey(new TableConstraints.PrimaryKey().setColumns(List.of("id")))));
    Future<List<RejectedRow>> write = start(Rows.keyed("t"), Rows.upserts(5));
    until(() -> stalled("column id of type STRING"));
    server.tables.remove("t");
    server.tables.put("t", server.table("other"));

    assertThat(write.get()).isEmpty();
    assertThat(ids("t")).hasSize(5);
  }

  @Test
  void aRowAboveTheLimitIsRejectedWithoutBeingSent() throws Exception {
    List<EncodedRow> rows =
        List.of(
            Rows.upsert(1, "a"),
            new EncodedRow(new byte[RowLimit.BYTES + 1], 0, RowLimit.BYTES + 1),
            Rows.upsert(3, "c"));

    List<RejectedRow> rejected = write(Rows.keyed("t"), rows);

    assertThat(rejected).extracting(RejectedRow::index).containsExactly(1);
    assertThat(rejected)
        .extracting(row -> row.refusal().errorClass())
        .containsExactly(ErrorClass.ROW_TOO_LARGE);
    assertThat(ids("t")).containsExactly(1L, 3L);
  }

  @Test
  void manyWritersOfOneNewTableCreateItOnce() throws Exception {
    List<Future<List<RejectedRow>>> writes = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      writes.add(start(Rows.keyed("t"), Rows.upserts(10)));
    }
    for (Future<List<RejectedRow>> write : writes) {
      assertThat(write.get()).isEmpty();
    }

    assertThat(server.restCalls).containsExactly("GET /tables/t", "POST /tables");
    assertThat(ids("t")).hasSize(80);
  }

  @Test
  void anotherWorkerThatCreatedTheTableFirstIsTolerated() throws Exception {
    server.restFaults.add(new FakeBigQuery.RestFault(404, "notFound", "Not found: Table"));
    server.restFaults.add(new FakeBigQuery.RestFault(409, "duplicate", "Already Exists"));
    server.restFaults.add(new FakeBigQuery.RestFault(503, "backendError", "later"));
    server.restFaults.add(new FakeBigQuery.RestFault(403, "rateLimitExceeded", "later"));

    assertThat(write(Rows.keyed("t"), Rows.upserts(10))).isEmpty();

    assertThat(ids("t")).hasSize(10);
  }

  @Test
  void aMissingDatasetEndsTheRunWithItsRemedy() {
    server.datasetMissing = true;

    assertThatThrownBy(() -> write(Rows.keyed("t"), Rows.upserts(1)))
        .isInstanceOfSatisfying(
            WalbeamException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(FailureKind.OPERATOR);
              assertThat(e.remedy()).contains("bq mk --dataset p:d");
            });
    assertThatThrownBy(sink::verify).hasMessageContaining("p.d does not exist");
  }

  @Test
  void aMissingGrantEndsTheRunNamingThePermission() {
    server.restFaults.add(new FakeBigQuery.RestFault(404, "notFound", "Not found: Table"));
    server.restFaults.add(new FakeBigQuery.RestFault(403, "accessDenied", "no"));

    assertThatThrownBy(() -> write(Rows.keyed("t"), Rows.upserts(1)))
        .isInstanceOf(WalbeamException.class)
        .hasMessageContaining("bigquery.tables.create");
  }

  @Test
  void anEndpointThatRefusesIsNamed() {
    BigQuerySettings nowhere =
        new BigQuerySettings("p", "d", "", "http://127.0.0.1:1", "dead", "walbeam:test");
    try (BigQuerySink refused = new BigQuerySink(nowhere, QUICK)) {
      assertThatThrownBy(refused::verify)
          .isInstanceOf(WalbeamException.class)
          .hasMessageContaining("http://127.0.0.1:1");
    }
  }

  @Test
  void closingEndsAWriteThatWaits() throws Exception {
    server.rule = append -> append.refuse(Status.Code.PERMISSION_DENIED, "");
    Future<List<RejectedRow>> write = start(Rows.keyed("t"), Rows.upserts(5));
    until(() -> !sink.stalls().current().isEmpty());

    sink.close();

    assertThatThrownBy(write::get).hasMessageContaining("was closed while a write was under way");
    assertThat(sink.stalls().current()).isEmpty();
  }

  @Test
  void closingLeavesNoThread() throws Exception {
    write(Rows.keyed("t"), Rows.upserts(5));
    sink.close();

    until(
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("walbeam-bigquery")));
    assertThat(sink.openConnections()).isZero();
  }

  private boolean stalled(String reason) {
    return sink.stalls().current().stream()
        .map(Stalls.Stall::reason)
        .anyMatch(text -> text.contains(reason));
  }

  private Future<List<RejectedRow>> start(DestinationTable table, List<EncodedRow> rows) {
    return background.submit(() -> write(table, rows));
  }

  private List<RejectedRow> write(DestinationTable table, List<EncodedRow> rows)
      throws InterruptedException {
    return sink.tables().write(table, rows);
  }

  private static void until(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.sleep(5);
    }
  }

  private List<Object> ids(String table) {
    return server.stored(table).stream().map(row -> field(row, "id")).toList();
  }

  private List<String> columns(String table) {
    return server.table(table).getSchema().getFields().stream()
        .map(TableFieldSchema::getName)
        .toList();
  }

  private List<Integer> connectionsOf(String table) {
    return server.appends.stream()
        .filter(append -> append.table().equals(table))
        .map(append -> append.connection)
        .toList();
  }

  private static boolean isBad(DynamicMessage row) {
    return (long) field(row, "id") % 100 == 13;
  }

  private static Object field(DynamicMessage row, String name) {
    return row.getField(row.getDescriptorForType().findFieldByName(name));
  }
}
