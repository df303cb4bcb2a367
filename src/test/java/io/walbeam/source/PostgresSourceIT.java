package io.walbeam.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.batch.BatchContents;
import io.walbeam.batch.ChangeBatch;
import io.walbeam.batch.ReaderIdentity;
import io.walbeam.change.JobRun;
import io.walbeam.change.Lsn;
import io.walbeam.local.demo.Await;
import io.walbeam.postgres.MessageEmitter;
import io.walbeam.postgres.PostgresConnections;
import io.walbeam.postgres.SideConnection;
import io.walbeam.postgres.pgoutput.PgOutputMessage;
import io.walbeam.testing.TestDatabase;
import io.walbeam.testing.TestPostgres;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class PostgresSourceIT {
  private TestDatabase database;

  @BeforeEach
  void createDatabase() throws Exception {
    database = TestPostgres.shared().newDatabase();
    database.execute("CREATE TABLE t (k bigint PRIMARY KEY, v text)");
  }

  @AfterEach
  void dropDatabaseAndCheckThreads() throws Exception {
    database.close();
    Await.until(
        "no thread is left",
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("walbeam-")));
  }

  private static List<Long> ids(SourceFixture fixture) {
    return fixture.changes.stream().map(BatchContents.Change::lsn).toList();
  }

  @Test
  void publicationAndSlotAreCreatedAndChangesArrive() throws Exception {
    try (SourceFixture fixture = SourceFixture.of(database)) {
      Await.until(
          "the slot exists",
          () -> {
            fixture.bundle();
            return database
                .query(
                    "SELECT active FROM pg_replication_slots WHERE slot_name = '"
                        + database.slot()
                        + "'")
                .equals("t");
          });
      database.execute("INSERT INTO t VALUES (1, 'a')", "UPDATE t SET v = 'b'", "DELETE FROM t");
      fixture.readChanges(3);
      assertThat(fixture.changes.stream().map(BatchContents.Change::type))
          .containsExactly('I', 'U', 'D');
      assertThat(fixture.batches.get(0).start()).isTrue();
      assertThat(fixture.batches.stream().filter(ChangeBatch::start)).hasSize(1);
    }
  }

  /** Keeps what is recorded. */
  private static final class Records implements RecordedStates {
    private static final long serialVersionUID = 1L;
    static final List<RecordedState> WRITTEN = new CopyOnWriteArrayList<>();

    @Override
    public Optional<RecordedState> read(String slot) {
      return WRITTEN.isEmpty() ? Optional.empty() : Optional.of(WRITTEN.get(WRITTEN.size() - 1));
    }

    @Override
    public void begin(String slot, ReaderIdentity reader, long lsn) {
      WRITTEN.add(new RecordedState(reader.epoch(), reader.systemId(), reader.timeline(), lsn));
    }
  }

  @Test
  void whereAnEpochBeginsAndOnWhichServerIsRecordedOnceAndBeforeAnythingOfItIsDelivered()
      throws Exception {
    database.createPublicationAndSlot();
    long begin =
        Lsn.parse(
                database.query(
                    "SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = '"
                        + database.slot()
                        + "'"))
            .value();
    String system = database.query("SELECT system_identifier FROM pg_control_system()");
    database.execute("INSERT INTO t VALUES (1, 'a')");
    Records.WRITTEN.clear();
    for (int epoch : new int[] {0, 0, 1}) {
      SourceSettings plain = SourceFixture.settings(database);
      SourceSettings settings =
          new SourceSettings(
              plain.replication(),
              List.of(),
              new JobRun(epoch, plain.jobStart(), "", false),
              new Records(),
              plain.hook(),
              plain.channel());
      try (SourceFixture fixture = new SourceFixture(settings)) {
        fixture.publish = false;
        fixture.readChanges(1);
      }
    }
    assertThat(Records.WRITTEN)
        .containsExactly(
            new RecordedState(0, system, 1, begin), new RecordedState(1, system, 1, begin));
  }

  @Test
  void bigTransactionSurvivesReadersThatAreCreatedAgain() throws Exception {
    database.createPublicationAndSlot();
    database.execute("INSERT INTO t SELECT g, repeat('x', 2000) FROM generate_series(1, 10000) g");
    Random random = new Random(1);
    try (SourceFixture fixture = SourceFixture.of(database)) {
      Await.until(
          "all rows",
          () -> {
            fixture.bundle();
            if (random.nextInt(20) == 0) {
              fixture.recreateReader();
            }
            return fixture.changes.size() >= 10_000;
          });
      assertThat(fixture.changes).hasSize(10_000).doesNotHaveDuplicates();
      assertGapless(fixture);
    }
  }

  @Test
  void transactionIsGoneOnWithInTheMiddleByANewSession() throws Exception {
    database.createPublicationAndSlot();
    database.execute(
        "INSERT INTO t SELECT g, repeat('x', 2000) FROM generate_series(1, 10000) g",
        "INSERT INTO t VALUES (0, 'after')");
    try (SourceFixture fixture = SourceFixture.of(database)) {
      Random random = new Random(2);
      Await.until(
          "all rows",
          () -> {
            fixture.bundle();
            if (random.nextInt(4) == 0) {
              SlotMark mark = fixture.mark();
              fixture.endSession();
              fixture.restoreFrom(mark);
            }
            return fixture.changes.size() >= 10_001;
          });
      assertThat(fixture.changes).hasSize(10_001).doesNotHaveDuplicates();
      assertThat(fixture.batches).anyMatch(batch -> batch.interval().from().insideTransaction());
      assertGapless(fixture);
    }
  }

  /** As a runner does that goes on with an earlier reader of a mark. */
  @Test
  void readersOfOneMarkThatShareASessionMissNothing() throws Exception {
    database.createPublicationAndSlot();
    SourceSettings settings = SourceFixture.settings(database);
    try (SourceFixture fixture = new SourceFixture(settings)) {
      database.execute("INSERT INTO t VALUES (1, 'a')");
      fixture.readChanges(1);
      SlotMark mark = fixture.mark();
      fixture.recreateReader();
      List<ChangeBatch> taken = new ArrayList<>();
      PostgresReader late = new PostgresReader(new PostgresSource(settings), settings, mark);
      PostgresReader other = new PostgresReader(new PostgresSource(settings), settings, mark);
      take(late.start(), late, taken);
      take(other.start(), other, new ArrayList<>());
      database.execute("INSERT INTO t VALUES (2, 'b')");
      List<ChangeBatch> elsewhere = new ArrayList<>();
      Await.until(
          "the other reader has the second row",
          () -> {
            take(other.advance(), other, elsewhere);
            return !BatchContents.changes(elsewhere).isEmpty();
          });
      other.close();
      database.execute("INSERT INTO t VALUES (3, 'c')");
      Await.until(
          "two more rows",
          () -> {
            take(late.advance(), late, taken);
            return BatchContents.changes(taken).size() >= 2
                || BatchContents.changes(taken).stream().anyMatch(row -> row.body().endsWith("c"));
          });
      late.close();
      assertThat(BatchContents.changes(taken))
          .extracting(row -> row.body().substring(row.body().length() - 1))
          .containsExactly("b", "c");
      assertThat(taken.get(0).interval().from())
          .isEqualTo(Objects.requireNonNull(mark).position().toStreamPosition());
    }
  }

  private static void take(boolean available, PostgresReader reader, List<ChangeBatch> taken) {
    if (available) {
      taken.add(reader.getCurrent());
    }
  }

  @Test
  void slotIsConfirmedSoonAfterTheLastReceiptThoughTheRunnerIsLazy() throws Exception {
    database.createPublicationAndSlot();
    try (SourceFixture fixture = SourceFixture.of(database)) {
      database.execute("INSERT INTO t VALUES (1, 'a')");
      fixture.readChanges(1);
      long complete = fixture.complete();
      Await.until(
          "the slot moves",
          () -> {
            fixture.bundle();
            return database.confirmedFlush() >= complete;
          });
    }
  }

  @Test
  void nothingIsConfirmedThatWasNotPublished() throws Exception {
    database.createPublicationAndSlot();
    long before = database.confirmedFlush();
    try (SourceFixture fixture = SourceFixture.of(database)) {
      fixture.publish = false;
      database.execute("INSERT INTO t VALUES (1, 'a')", "INSERT INTO t VALUES (2, 'a')");
      fixture.readChanges(2);
      for (int i = 0; i < 30; i++) {
        fixture.bundle();
      }
      assertThat(fixture.shutdown()).isTrue();
    }
    assertThat(database.confirmedFlush()).isEqualTo(before);
  }

  @Test
  void idleSlotFollowsTheWalOfAnotherDatabase() throws Exception {
    database.createPublicationAndSlot();
    try (SourceFixture fixture = SourceFixture.of(database);
        TestDatabase other = TestPostgres.shared().newDatabase()) {
      other.execute("CREATE TABLE o AS SELECT g FROM generate_series(1, 10000) g");
      long end = other.walEnd();
      Await.until(
          "the slot follows",
          () -> {
            fixture.bundle();
            return database.confirmedFlush() >= end;
          });
      assertThat(fixture.changes).isEmpty();
    }
  }

  @Test
  void watermarkFollowsTheClockWhenCaughtUp() throws Exception {
    database.createPublicationAndSlot();
    long begin = System.currentTimeMillis();
    try (SourceFixture fixture = SourceFixture.of(database)) {
      Await.until(
          "the watermark",
          () -> {
            fixture.bundle();
            return fixture.watermark().getMillis() > begin - 5_000;
          });
    }
  }

  @Test
  void commitThatStartsWhereThePreviousOneEndedIsReadAfterARestart() throws Exception {
    database.createPublicationAndSlot();
    try (SourceFixture fixture = SourceFixture.of(database)) {
      // Another process may write a WAL record between the two commits, so it takes some tries.
      SlotMark between = null;
      for (int i = 0; between == null; i++) {
        assertThat(i).as("tries").isLessThan(100);
        int before = fixture.changes.size();
        commitTwoTransactionsAtOnce(10 + 2 * i);
        fixture.readChanges(before + 2);
        long second = fixture.changes.get(before + 1).commitLsn();
        SlotMark mark = java.util.Objects.requireNonNull(fixture.mark());
        if (endOf(fixture, fixture.changes.get(before).commitLsn()) == second) {
          between = mark.at(ResumePoint.at(second));
        }
      }
      long end = fixture.complete();
      fixture.publish = false;
      int before = fixture.changes.size();
      SourceFixture again = SourceFixture.of(database);
      try (again) {
        fixture.endSession();
        again.restoreFrom(between);
        again.readChanges(1);
        assertThat(again.changes.get(0)).isEqualTo(fixture.changes.get(before - 1));
        assertThat(again.complete()).isGreaterThanOrEqualTo(end);
      }
    }
  }

  /** Both rows are written first, so that the two commit records stand side by side. */
  private void commitTwoTransactionsAtOnce(int key) throws Exception {
    try (var first = database.connect();
        var second = database.connect();
        var one = first.createStatement();
        var two = second.createStatement()) {
      first.setAutoCommit(false);
      second.setAutoCommit(false);
      one.execute("INSERT INTO t VALUES (" + key + ", 'a')");
      two.execute("INSERT INTO t VALUES (" + (key + 1) + ", 'a')");
      first.commit();
      second.commit();
    }
  }

  /** The end of the transaction that commits at {@code commitLsn}, from its Commit message. */
  private static long endOf(SourceFixture fixture, long commitLsn) {
    for (ChangeBatch batch : fixture.batches) {
      for (PgOutputMessage.Commit commit : BatchContents.of(batch).commits()) {
        if (commit.commitLsn() == commitLsn) {
          return commit.endLsn();
        }
      }
    }
    return -1;
  }

  @Test
  void stopAtNowEndsBehindEverythingCommittedBefore() throws Exception {
    database.createPublicationAndSlot();
    database.execute("INSERT INTO t SELECT g, 'x' FROM generate_series(1, 5000) g");
    SourceSettings settings = SourceFixture.settings(database, true, System.currentTimeMillis());
    try (SourceFixture fixture = new SourceFixture(settings)) {
      Await.until(
          "the end",
          () -> {
            fixture.bundle();
            return fixture.watermark().equals(BoundedWindow.TIMESTAMP_MAX_VALUE);
          });
      assertThat(fixture.changes.stream().filter(change -> change.type() == 'I')).hasSize(5000);
      SlotMark mark = java.util.Objects.requireNonNull(fixture.mark());
      assertThat(mark.done()).isTrue();
      mark.finalizeCheckpoint();
      mark.finalizeCheckpoint();
      assertThat(fixture.shutdown()).isTrue();
      assertThat(database.confirmedFlush()).isEqualTo(mark.position().resumeLsn());
      // A reader made from the last mark connects nowhere and is at the end.
      fixture.restoreFrom(mark);
      assertThat(fixture.bundle()).isZero();
      assertThat(fixture.watermark()).isEqualTo(BoundedWindow.TIMESTAMP_MAX_VALUE);
    }
  }

  @Test
  void terminatedWalsenderIsReplacedWithoutLossOrRepetition() throws Exception {
    database.createPublicationAndSlot();
    try (SourceFixture fixture = SourceFixture.of(database)) {
      for (int i = 0; i < 5; i++) {
        database.execute("INSERT INTO t VALUES (" + i + ", 'a')");
        fixture.readChanges(i + 1);
        database.query(
            "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '"
                + database.slot()
                + "'");
      }
      database.execute("INSERT INTO t VALUES (99, 'a')");
      fixture.readChanges(6);
      assertThat(fixture.changes).hasSize(6).doesNotHaveDuplicates();
      assertThat(ids(fixture)).isSorted();
      assertGapless(fixture);
    }
  }

  @Test
  void readerThatNobodyDrivesFreesItsSlotAndComesBack() throws Exception {
    database.createPublicationAndSlot();
    SourceSettings settings = SourceFixture.settings(database);
    ReplicationSession session =
        ReplicationSession.start(settings, null, new LocalPositions(), lease(1_000_000_000L));
    Await.until("the slot is taken", () -> activePid() != 0);
    Await.until("the slot is free", () -> !session.isAlive() && activePid() == 0);
    assertThat(session.join(10_000)).isTrue();
    database.execute("INSERT INTO t VALUES (1, 'a')");
    try (SourceFixture fixture = new SourceFixture(settings)) {
      fixture.readChanges(1);
    }
  }

  @Test
  void newerJobEndsTheOlderOne() throws Exception {
    database.createPublicationAndSlot();
    SourceSettings older = SourceFixture.settings(database, false, 1_000);
    ReplicationSession old =
        ReplicationSession.start(older, null, new LocalPositions(), lease(Long.MAX_VALUE / 2));
    Await.until("the slot is taken", () -> activePid() != 0);
    SourceSettings newer = SourceFixture.settings(database, false, 2_000);
    ReplicationSession young =
        ReplicationSession.start(newer, null, new LocalPositions(), lease(Long.MAX_VALUE / 2));
    try {
      Await.until("the older one is fenced", () -> fenced(old));
      database.execute("INSERT INTO t VALUES (1, 'a')");
      Await.until(
          "the newer one reads",
          () -> {
            Delivery delivery = young.poll(1_000_000);
            return delivery != null && delivery.batch().changes() == 1;
          });
    } finally {
      young.close();
      assertThat(young.join(10_000)).isTrue();
      assertThat(old.join(10_000)).isTrue();
    }
  }

  @Test
  void strangerOnTheSlotIsWaitedForAndNeverKilled() throws Exception {
    database.createPublicationAndSlot();
    var stranger =
        new io.walbeam.postgres.PostgresConnections(database.settings()).openReplication("psql");
    assertThat(stranger.start(database.slot(), List.of(database.publication()), 0)).isTrue();
    int pid = activePid();
    try (SourceFixture fixture = SourceFixture.of(database)) {
      for (int i = 0; i < 200; i++) {
        fixture.bundle();
      }
      assertThat(activePid()).isEqualTo(pid);
      stranger.close();
      database.execute("INSERT INTO t VALUES (1, 'a')");
      fixture.readChanges(1);
    } finally {
      stranger.close();
    }
  }

  @Test
  void whatGoesAlongEndsWhileANewerReaderOfTheJobHasTheSlotAndComesBackWithIt() throws Exception {
    database.createPublicationAndSlot();
    Along along = new Along();
    SourceSettings settings = SourceFixture.settings(database).with(along);
    ReplicationSession old =
        ReplicationSession.start(settings, null, new LocalPositions(), lease(Long.MAX_VALUE / 2));
    try {
      Await.until("it goes along", () -> along.events.equals(List.of("started")));
      ReplicationSession young =
          ReplicationSession.start(
              settings.with(StreamHook.NONE),
              null,
              new LocalPositions(),
              lease(Long.MAX_VALUE / 2));
      try {
        Await.until("it ends", () -> along.events.equals(List.of("started", "ended")));
        assertThat(old.isAlive()).as("the runner may still drop the newer one").isTrue();
        assertThat(old.isStreaming()).isFalse();
        Await.until("the newer one reads", young::isStreaming);
      } finally {
        young.close();
        assertThat(young.join(10_000)).isTrue();
      }
      Await.until(
          "it goes along again", () -> along.events.equals(List.of("started", "ended", "started")));
    } finally {
      old.close();
      assertThat(old.join(10_000)).isTrue();
    }
    assertThat(along.events).containsExactly("started", "ended", "started", "ended");
  }

  /** Notes when it begins and ends. */
  private static final class Along implements StreamHook {
    private static final long serialVersionUID = 1L;

    private final transient List<String> events = new CopyOnWriteArrayList<>();

    @Override
    public void streamStarted(MessageEmitter emitter) {
      events.add("started");
    }

    @Override
    public void streamEnded() {
      events.add("ended");
    }
  }

  @Test
  void theServerIsLookedAtThoughALookFailsInAWayNobodyThoughtOf() throws Exception {
    database.createPublicationAndSlot();
    SourceSettings settings = SourceFixture.settings(database);
    AtomicInteger looks = new AtomicInteger();
    Runnable failing =
        () -> {
          looks.incrementAndGet();
          throw new IllegalStateException("nobody thought of it");
        };
    try (SideConnection side =
            new SideConnection(new PostgresConnections(database.settings()), "walbeam-test");
        ServerMonitor monitor =
            new ServerMonitor(
                side, database.slot(), new PublicationWatch(side, settings), failing)) {
      monitor.streamStarted();
      Await.until("it is looked at again", () -> looks.get() > 1);
      assertThat(monitor.flushLsn()).isNotZero();
    }
  }

  private static Lease lease(long nanos) {
    return new Lease(nanos, System.nanoTime());
  }

  private static boolean fenced(ReplicationSession session) throws InterruptedException {
    try {
      session.poll(1_000_000);
      return false;
    } catch (io.walbeam.failure.WalbeamException e) {
      return e.kind() == io.walbeam.failure.FailureKind.FENCED;
    }
  }

  private int activePid() throws Exception {
    String pid =
        database.query(
            "SELECT active_pid FROM pg_replication_slots WHERE slot_name = '"
                + database.slot()
                + "'");
    return pid.isEmpty() ? 0 : Integer.parseInt(pid);
  }

  private static void assertGapless(SourceFixture fixture) {
    for (int i = 1; i < fixture.batches.size(); i++) {
      assertThat(
              fixture.batches.get(i - 1).interval().isFollowedBy(fixture.batches.get(i).interval()))
          .as("batch %d", i)
          .isTrue();
    }
  }
}
