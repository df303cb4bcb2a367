package io.walbeam.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.TableId;
import io.walbeam.change.TablePatterns;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Kind;
import io.walbeam.sink.DumpEntry.Status;
import io.walbeam.sink.LetGo;
import io.walbeam.testing.ScriptedClock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class LetGoTablesTest {
  private static final TableId TABLE = new TableId("public", "bad");

  private final ScriptedClock clock = new ScriptedClock();
  private final LetGoTables tables =
      new LetGoTables(LetGo.never(), TablePatterns.ALL, "token", clock);

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
  void aTableThatIsLeftOutWaitsUntilItIsWanted() {
    LetGoTables others =
        new LetGoTables(LetGo.never(), TablePatterns.parse("", "public.bad"), "token", clock);
    assertThat(others.requests(List.of(letGo(300)), true)).isEmpty();
    assertThat(others.open(List.of(letGo(300)))).isEmpty();
  }

  @Test
  void aDumpIsAskedForAtAStartThenAfterTenMinutesThenLessOften() {
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
  void oneThatIsLetGoMeanwhileIsLookedAtAfterTenMinutes() {
    List<DumpEntry> known = List.of(letGo(300));
    ask(known, false, 0);
    pass(Duration.ofMinutes(10));
    ask(known, false, 1);
  }

  @Test
  void oneDumpIsAskedForAtATime() {
    ask(List.of(letGo(300), dump(301, "{}", Status.REQUESTED)), true, 0);
    ask(List.of(letGo(300), dump(301, "{}", Status.RUNNING)), true, 0);
    ask(List.of(letGo(300), dump(299, "{}", Status.RUNNING)), true, 1);
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

  private void ask(List<DumpEntry> known, boolean atOnce, int requests) {
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
