package io.walbeam.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.TableId;
import io.walbeam.change.TablePatterns;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Kind;
import io.walbeam.sink.DumpEntry.Status;
import io.walbeam.sink.LetGo;
import io.walbeam.testing.ScriptedClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LetGoTablesTest {
  private static final TableId TABLE = new TableId("public", "bad");

  private final ScriptedClock clock = new ScriptedClock();

  /** The keys of open letters; empty if not all are known. */
  private Optional<List<String>> named = Optional.empty();

  private final LetGoTables tables =
      new LetGoTables(LetGo.never(), TablePatterns.ALL, "token", (table, until) -> named, clock);

  @Test
  void whatTheLedgerKeepsIsReadAsItWasWritten() {
    LetGoTable table = new LetGoTable(TABLE, "public_bad", 2, 100, 300, 17, 9, true, "No grant.");
    assertThat(LetGoEntry.read(LetGoEntry.of("slot", table))).isEqualTo(table);
    assertThat(LetGoEntry.of("slot", table).scope())
        .isEqualTo(
            "{\"destination\":\"public_bad\",\"until\":\"0/12C\",\"changes\":9,\"whole\":true}");
  }

  @Test
  void onlyAFinishedDumpOfTheWholeTableBehindTheLastChangeSettles() {
    DumpEntry letGo = letGo(300);
    assertThat(LetGoTables.settled(List.of(letGo, dump(301, "{}", Status.FINISHED))))
        .containsExactly(letGo);
    assertThat(
            LetGoTables.settled(
                List.of(
                    letGo,
                    dump(300, "{}", Status.FINISHED),
                    dump(301, "{}", Status.SUPERSEDED),
                    dump(301, "{}", Status.RUNNING),
                    dump(301, "{\"keyFrom\":[\"1\"]}", Status.FINISHED),
                    dump(301, "{\"foreign\":true}", Status.FINISHED))))
        .isEmpty();
  }

  @Test
  void ofADroppedTableNothingIsMissing() {
    DumpEntry letGo = letGo(300);
    DumpEntry gone = dump(301, "{}", Status.RUNNING).over(Status.SUPERSEDED, 5, DumpRun.GONE);
    assertThat(LetGoTables.settled(List.of(letGo, gone))).containsExactly(letGo);
  }

  @Test
  void aTableThatIsLeftOutWaitsUntilItIsWanted() throws InterruptedException {
    LetGoTables others =
        new LetGoTables(
            LetGo.never(),
            TablePatterns.parse("", "public.bad"),
            "token",
            (table, until) -> named,
            clock);
    assertThat(others.requests(List.of(letGo(300)), true)).isEmpty();
    assertThat(others.open(List.of(letGo(300)))).isEmpty();
  }

  @Test
  void aDumpIsAskedForAtAStartThenAfterTenMinutesThenLessOften() throws InterruptedException {
    List<DumpEntry> known = List.of(letGo(300));
    ask(known, true, 1);
    pass(Duration.ofMinutes(10).minusSeconds(1));
    ask(known, false, 0);
    pass(Duration.ofSeconds(1));
    ask(known, false, 1);
    pass(Duration.ofMinutes(19));
    ask(known, false, 0);
    pass(Duration.ofMinutes(1));
    ask(known, false, 1);
  }

  @Test
  void oneThatIsLetGoMeanwhileIsLookedAtAfterTenMinutes() throws InterruptedException {
    List<DumpEntry> known = List.of(letGo(300));
    ask(known, false, 0);
    pass(Duration.ofMinutes(10));
    ask(known, false, 1);
  }

  @Test
  void oneDumpIsAskedForAtATime() throws InterruptedException {
    ask(List.of(letGo(300), dump(301, "{}", Status.REQUESTED)), true, 0);
    ask(List.of(letGo(300), dump(301, "{}", Status.RUNNING)), true, 0);
    ask(List.of(letGo(300), dump(299, "{}", Status.RUNNING)), true, 1);
  }

  @Test
  void ofKnownKeysOnlyTheseAreAskedFor() throws Exception {
    named = Optional.of(List.of("{\"id\":\"1\"}", "{\"id\":\"2\"}"));
    List<String> requests = tables.requests(List.of(letGo(300)), true);
    assertThat(requests).hasSize(1);
    assertThat(scope(requests.get(0)).keysBy(List.of("id")))
        .containsExactly(List.of("1"), List.of("2"));
    assertThat(scope(requests.get(0)).isAll()).isFalse();
  }

  @Test
  void keysAreNotAskedForWhenTheyAreNotAllOrDidNotDo() throws Exception {
    named = Optional.of(List.of("{\"id\":\"1\"}"));
    DumpEntry whole =
        LetGoEntry.of("slot", new LetGoTable(TABLE, "public_bad", 0, 9, 300, 17, 1, true, ""));
    assertThat(tables.requests(List.of(whole), true)).noneMatch(this::namesKeys).hasSize(1);
    DumpEntry letGo = letGo(300);
    DumpEntry failed = dump(301, batch("a 1 0/12C"), Status.FAILED);
    assertThat(tables.requests(List.of(letGo, failed), true)).noneMatch(this::namesKeys).hasSize(1);
    DumpEntry again = dump(301, batch("a 1 0/12C"), Status.SUPERSEDED);
    assertThat(tables.requests(List.of(letGo, again), true)).allMatch(this::namesKeys).hasSize(1);
  }

  @Test
  void onlyAllPartsOfABatchBehindTheLastChangeSettle() {
    DumpEntry letGo = letGo(300);
    DumpEntry one = dump(301, batch("a 2 0/12C"), Status.FINISHED);
    DumpEntry two = dump(302, batch("a 2 0/12C"), Status.FINISHED);
    assertThat(LetGoTables.settled(List.of(letGo, one, two))).containsExactly(letGo);
    assertThat(LetGoTables.settled(List.of(letGo, one))).isEmpty();
    assertThat(
            LetGoTables.settled(List.of(letGo, one, dump(302, batch("a 2 0/12C"), Status.RUNNING))))
        .isEmpty();
    assertThat(
            LetGoTables.settled(
                List.of(letGo, one, dump(302, batch("b 2 0/12C"), Status.FINISHED))))
        .as("of another batch")
        .isEmpty();
    assertThat(LetGoTables.settled(List.of(letGo(301), one, two)))
        .as("asked for when less was missing")
        .isEmpty();
    assertThat(LetGoTables.settled(List.of(letGo, dump(301, "{\"letters\":[]}", Status.FINISHED))))
        .as("whole")
        .containsExactly(letGo);
    assertThat(
            LetGoTables.settled(
                List.of(letGo, dump(301, "{\"letters\":[\"{}\"]}", Status.FINISHED))))
        .as("some keys that somebody asked for")
        .isEmpty();
  }

  @Test
  void keysAreAskedForOnceAtATime() throws Exception {
    named = Optional.of(List.of("{\"id\":\"1\"}"));
    ask(List.of(letGo(300), dump(301, batch("a 1 0/12C"), Status.RUNNING)), true, 0);
    ask(List.of(letGo(400), dump(301, batch("a 1 0/12C"), Status.RUNNING)), true, 1);
  }

  private boolean namesKeys(String request) {
    return scope(request).namesKeys();
  }

  private static DumpScope scope(String request) {
    DumpRequest.Read read =
        DumpRequest.read(
            new DumpRequest.Arrival("slot", 0, 500, 501, 17, "token"),
            request.getBytes(StandardCharsets.UTF_8));
    return DumpScope.parse(read.entries().get(0).scope());
  }

  private static String batch(String batch) {
    return "{\"letters\":[\"{}\"],\"batch\":\"" + batch + "\"}";
  }

  @Test
  void whoLetsGoLaterOpensTheEntryAgain() {
    LedgerEntries entries = new LedgerEntries(0);
    DumpEntry settled = letGo(300).over(Status.SUPERSEDED, 5, "");
    entries.learn(letGo(300));
    entries.learn(settled);
    entries.learn(letGo(300));
    assertThat(entries.all()).containsExactly(settled);
    entries.learn(letGo(400));
    entries.learn(settled);
    assertThat(entries.all()).containsExactly(letGo(400));
    assertThat(entries.unfinishedDumps()).isEmpty();
    assertThat(entries.unfinishedTruncations()).isEmpty();
  }

  private void ask(List<DumpEntry> known, boolean atOnce, int requests)
      throws InterruptedException {
    assertThat(tables.requests(known, atOnce)).hasSize(requests);
    tables.emitted();
  }

  private void pass(Duration duration) {
    clock.pass(duration);
  }

  private static DumpEntry letGo(long until) {
    return LetGoEntry.of(
        "slot", new LetGoTable(TABLE, "public_bad", 0, 100, until, 17, 1, false, "No grant."));
  }

  private static DumpEntry dump(long commitLsn, String scope, Status status) {
    return new DumpEntry(
        new DumpEntry.Order(
            "slot", new DumpEntry.Point(0, commitLsn, 7, 17), TABLE, Kind.REQUEST, scope),
        status,
        DumpEntry.Course.NONE,
        "");
  }
}
