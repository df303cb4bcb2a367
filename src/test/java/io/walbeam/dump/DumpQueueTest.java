package io.walbeam.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.JobRun;
import io.walbeam.change.TableId;
import io.walbeam.change.TablePatterns;
import io.walbeam.local.bench.CountingEnds;
import io.walbeam.postgres.PostgresSettings;
import io.walbeam.postgres.ReplicationSettings;
import io.walbeam.secret.SecretReference;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Kind;
import io.walbeam.sink.DumpEntry.Status;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DumpQueueTest {
  private static final long EPOCH = 3;

  private final DumpQueue queue = new DumpQueue(EPOCH, 4);
  private final DumpContext context = context(queue);

  private static DumpEntry entry(String table, long lsn, Kind kind) {
    return DumpEntry.requested(
        new DumpEntry.Order(
            "slot",
            new DumpEntry.Point(EPOCH, lsn, 0, 0),
            new TableId("public", table),
            kind,
            "{}"));
  }

  private static DumpEntry request(String table, long lsn) {
    return entry(table, lsn, Kind.REQUEST);
  }

  /** A dump of the entry as it begins; nothing of it connects to a server. */
  private DumpRun begin(DumpEntry entry) {
    DumpProgress progress = new DumpProgress(context, entry);
    DumpRun run = new DumpRun(new TableDump(context, progress), progress, (dump, reason) -> {});
    assertThat(queue.begin(run)).isTrue();
    return run;
  }

  @Test
  void aDumpAloneGetsEveryTurnAndManyShareThem() {
    queue.learn(List.of(request("a", 10)));
    assertThat(queue.next()).contains(new DumpQueue.Next(request("a", 10), 4));
    queue.learn(List.of(request("b", 11)));
    assertThat(queue.next()).contains(new DumpQueue.Next(request("a", 10), 2));
    for (int i = 0; i < 100; i++) {
      queue.learn(List.of(request("t" + i, 20 + i)));
    }
    int begun = 0;
    for (Optional<DumpQueue.Next> next = queue.next(); next.isPresent(); next = queue.next()) {
      assertThat(next.get().workers()).isEqualTo(1);
      begin(next.get().entry());
      begun++;
    }
    assertThat(begun).isEqualTo(DumpQueue.LEAST_UNDER_WAY);
  }

  @Test
  void twoDumpsOfOneTableAreNeverUnderWayAtOnceAndTheOlderIsFirst() {
    queue.learn(List.of(request("a", 10), request("a", 12), request("b", 14)));
    DumpRun first = begin(queue.next().orElseThrow().entry());
    assertThat(first.progress().entry().requestLsn()).isEqualTo(10);
    assertThat(queue.next().orElseThrow().entry()).isEqualTo(request("b", 14));
    queue.put(first.progress().entry().over(Status.FINISHED, 1, ""));
    assertThat(queue.next().orElseThrow().entry())
        .as("the table is free only when its dump has let go")
        .isEqualTo(request("b", 14));
  }

  @Test
  void aTruncationStopsOlderDumpsOfItsTableAndNoOthers() {
    DumpRun older = begin(request("a", 10));
    DumpRun other = begin(request("b", 10));
    queue.learn(List.of(request("a", 11), request("a", 21), request("b", 11)));
    assertThat(queue.stopBefore(new TableId("public", "a"), 20)).containsExactly(request("a", 11));
    assertThat(older.dump().stopped()).isEqualTo(TableDump.Stop.TRUNCATED);
    assertThat(other.dump().stopped()).isEqualTo(TableDump.Stop.NOT);
  }

  @Test
  void aTruncationIsTakenOnceUntilItIsGivenBack() {
    DumpEntry truncation = entry("a", 10, Kind.TRUNCATE);
    queue.learn(List.of(truncation));
    assertThat(queue.next()).as("it is no dump").isEmpty();
    assertThat(queue.takeTruncations()).containsExactly(truncation);
    assertThat(queue.takeTruncations()).isEmpty();
    queue.truncated(truncation);
    assertThat(queue.takeTruncations()).as("it failed").containsExactly(truncation);
    queue.truncated(truncation.over(Status.FINISHED, 1, ""));
    assertThat(queue.takeTruncations()).isEmpty();
    assertThat(queue.hasWork()).isFalse();
  }

  @Test
  void aClosedQueueBeginsNothingAndStopsWhatIsUnderWay() {
    DumpRun run = begin(request("a", 10));
    queue.learn(List.of(request("b", 11), entry("c", 12, Kind.TRUNCATE)));
    queue.close();
    assertThat(run.dump().stopped()).isEqualTo(TableDump.Stop.CLOSED);
    assertThat(queue.next()).isEmpty();
    assertThat(queue.takeTruncations()).isEmpty();
    assertThat(queue.begin(run)).isFalse();
  }

  @Test
  void requestsForOneTableThatNobodyHasBegunAreMergedIntoTheLast() {
    queue.learn(List.of(request("a", 10), request("a", 11), request("a", 12), request("b", 9)));
    assertThat(queue.isDuplicate(request("a", 10))).isTrue();
    assertThat(queue.isDuplicate(request("a", 11))).isTrue();
    assertThat(queue.isDuplicate(request("a", 12))).isFalse();
    assertThat(queue.isDuplicate(request("b", 9))).isFalse();
  }

  @Test
  void whatAnotherWorkerFinishedIsNotBegunAgain() {
    queue.learn(List.of(request("a", 10)));
    queue.learn(List.of(request("a", 10).over(Status.FINISHED, 1, "")));
    assertThat(queue.hasWork()).isFalse();
    queue.learn(List.of(request("a", 10)));
    assertThat(queue.hasWork()).as("an older state that is read late").isFalse();
  }

  @Test
  void aSecondInitialRequestIsADuplicateOnceTheFirstIsUnderWay() {
    DumpEntry first = entry("a", 10, Kind.INITIAL);
    DumpEntry second = entry("a", 12, Kind.INITIAL);
    queue.learn(List.of(first, second));
    assertThat(queue.isDuplicate(second)).isFalse();
    assertThat(queue.isDuplicate(first)).as("the later one brings more").isTrue();
    queue.put(first.started(1, "x"));
    assertThat(queue.isDuplicate(second)).isTrue();
    assertThat(queue.isDuplicate(request("a", 12))).as("somebody wants it again").isFalse();
    queue.put(first.over(Status.FAILED, 1, "why"));
    assertThat(queue.isDuplicate(second)).isFalse();
  }

  @Test
  void anInitialDumpThatFailedIsMissingUntilAnotherTakesItsPlace() {
    DumpEntry failed = entry("a", 10, Kind.INITIAL).over(Status.FAILED, 1, "why");
    queue.learn(List.of(failed, request("b", 11).over(Status.FAILED, 1, "why")));
    assertThat(queue.missing()).as("anybody may ask for a dump that fails").isEqualTo(1);
    DumpEntry second = entry("a", 12, Kind.INITIAL);
    queue.learn(List.of(second));
    assertThat(queue.missing()).as("it waits").isEqualTo(1);
    queue.put(
        second
            .progressed(1, new DumpEntry.Sums(1, 1, 1), NewTables.COVERED + "16384")
            .over(Status.FINISHED, 2, ""));
    assertThat(queue.missing()).isZero();
  }

  static DumpContext context(Requests requests) {
    return new DumpContext(
        settings(),
        new CountingEnds().ends(),
        Executors.newCachedThreadPool(),
        new DumpMeter(),
        requests,
        new DescribedShapes(),
        new AtomicLong());
  }

  static DumpSettings settings() {
    PostgresSettings nowhere =
        new PostgresSettings("localhost", 1, "none", "nobody", new SecretReference("none"));
    return new DumpSettings(
        new ReplicationSettings(nowhere, "slot", "publication"),
        TablePatterns.ALL,
        new JobRun(EPOCH, 0, "job", true),
        new DumpOptions(
            true,
            true,
            4,
            DumpPace.ONE_JVM.chunkRows(),
            null,
            true,
            Long.MAX_VALUE,
            new SchemaPolicy(SchemaPolicy.Reaction.NOTE, 0)),
        DumpPace.ONE_JVM);
  }
}
