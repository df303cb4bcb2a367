package io.walbeam.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.TableId;
import io.walbeam.doctor.StatusFacts.SlotFacts;
import io.walbeam.sink.AppliedTable;
import io.walbeam.sink.DeadLetterCount;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.SlotState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StatusRulesTest {
  private static final long NOW = 1_700_000_000_000_000L;

  private final List<DumpEntry> dumps = new ArrayList<>();
  private final List<DeadLetterCount> letters = new ArrayList<>();

  private List<String> findings(Optional<SlotFacts> slot, long completeSecondsAgo) {
    SlotState state =
        new SlotState("s", 0, "1", 1, 1, NOW - completeSecondsAgo * 1_000_000, "i", NOW);
    StatusFacts facts =
        new StatusFacts(
            "s", slot, Optional.of(state), dumps, letters, List.of(), List.of(), NOW, List.of());
    assertThat(facts.completeSecondsAgo()).contains(completeSecondsAgo);
    return StatusRules.findings(facts).stream()
        .map(finding -> finding.severity() + " " + finding.check())
        .toList();
  }

  private static SlotFacts slot(
      boolean active, String walStatus, long lag, long safe, double rate) {
    return new SlotFacts(
        active, walStatus, "", 1, 1 << 20, Optional.of(safe), "walbeam:s:1:1", lag, 0, 0, rate);
  }

  private static DumpEntry dump(DumpEntry.Status status, long request) {
    return entry(DumpEntry.Kind.INITIAL, status, request);
  }

  private static DumpEntry entry(DumpEntry.Kind kind, DumpEntry.Status status, long request) {
    return new DumpEntry(
        new DumpEntry.Order(
            "s", new DumpEntry.Point(0, request, 0, 0), new TableId("public", "t"), kind, "{}"),
        status,
        DumpEntry.Course.NONE,
        "no grant");
  }

  @Test
  void aRunThatKeepsUpHasNoFinding() {
    assertThat(findings(Optional.of(slot(true, "reserved", 100, 1L << 40, 1000)), 5)).isEmpty();
    assertThat(findings(Optional.of(slot(true, "reserved", 100, 1L << 40, 0)), 90_000))
        .as("a quiet source is complete though its last commit is long ago")
        .isEmpty();
  }

  @Test
  void aTableThatWasLetGoIsToBeMendedUntilItHasComeBack() {
    dumps.add(entry(DumpEntry.Kind.LET_GO, DumpEntry.Status.REQUESTED, 5));
    assertThat(findings(Optional.of(slot(true, "reserved", 100, 1L << 40, 1000)), 5))
        .containsExactly("ACT let_go");
    dumps.set(0, entry(DumpEntry.Kind.LET_GO, DumpEntry.Status.SUPERSEDED, 5));
    assertThat(findings(Optional.of(slot(true, "reserved", 100, 1L << 40, 1000)), 5)).isEmpty();
  }

  @Test
  void whatAPersonMustMendComesFirst() {
    assertThat(findings(Optional.empty(), 5)).containsExactly("ACT slot");
    assertThat(findings(Optional.of(slot(false, "lost", 0, 0, 0)), 5))
        .containsExactly("ACT slot_lost");
    letters.add(new DeadLetterCount(new TableId("public", "t"), "range", 3, NOW));
    assertThat(findings(Optional.of(slot(false, "reserved", 0, 1L << 40, 1)), 5))
        .containsExactly("WARNING not_running", "NOTE dead_letters");
  }

  @Test
  void headroomAndStalenessAreWarnings() {
    assertThat(findings(Optional.of(slot(true, "extended", 100, 3_600_000, 1_000)), 5))
        .containsExactly("WARNING headroom");
    assertThat(findings(Optional.of(slot(true, "reserved", 2L << 20, 1L << 50, 1_000)), 1_000))
        .containsExactly("WARNING behind");
  }

  @Test
  void aFailedDumpCountsUntilALaterOneHasFinished() {
    Optional<SlotFacts> fine = Optional.of(slot(true, "reserved", 0, 1L << 40, 1));
    dumps.add(dump(DumpEntry.Status.FAILED, 5));
    dumps.add(dump(DumpEntry.Status.FINISHED, 4));
    dumps.add(dump(DumpEntry.Status.RUNNING, 7));
    assertThat(findings(fine, 5)).containsExactly("WARNING dump_failed");
    dumps.add(dump(DumpEntry.Status.FINISHED, 6));
    assertThat(findings(fine, 5)).isEmpty();
  }

  @Test
  void lagIsSplitAndSummed() {
    SlotFacts slot =
        new SlotFacts(true, "reserved", "", 1, 9, Optional.empty(), "r", 100, 20, 3, 1);
    assertThat(slot.lagBytes()).isEqualTo(123);
    assertThat(slot.hoursLeft()).isEmpty();
  }

  private static StatusFacts facts(List<DumpEntry> entries, List<AppliedTable> applied) {
    return new StatusFacts(
        "s",
        Optional.empty(),
        Optional.empty(),
        entries,
        List.of(),
        applied,
        List.of(),
        NOW,
        List.of());
  }

  private static DumpEntry running(long startedSecondsAgo, long done, long total) {
    DumpEntry entry = dump(DumpEntry.Status.RUNNING, 1);
    long started = startedSecondsAgo == 0 ? 0 : NOW - startedSecondsAgo * 1_000_000;
    return new DumpEntry(
        entry.order(),
        entry.status(),
        new DumpEntry.Course(started, 0, total, new DumpEntry.Sums(done, 0, 0), ""),
        "");
  }

  @Test
  void aDumpTakesAsLongForTheRestAsItDidForWhatIsDone() {
    StatusFacts facts = facts(List.of(), List.of());
    assertThat(facts.secondsLeft(running(60, 3, 9))).hasValue(120);
    assertThat(facts.secondsLeft(running(60, 9, 9))).hasValue(0);
    assertThat(facts.secondsLeft(running(60, 0, 9))).as("nothing is done").isEmpty();
    assertThat(facts.secondsLeft(running(60, 3, 0))).as("the total is not known").isEmpty();
    assertThat(facts.secondsLeft(running(0, 0, 9))).as("it has not begun").isEmpty();
  }

  @Test
  void whatIsAppliedIsOfTheTableThatIsAskedFor() {
    StatusFacts facts = facts(List.of(), List.of(new AppliedTable("public_a", NOW - 7_000_000)));
    assertThat(facts.appliedSecondsAgo()).containsExactly(Map.entry("public_a", 7L));
  }

  @Test
  void ratesAreOfTheTablesThatWereWrittenToTheBusiestFirst() {
    TableId quiet = new TableId("public", "quiet");
    TableId busy = new TableId("public", "busy");
    TableId busier = new TableId("public", "busier");
    TableId reset = new TableId("public", "reset");
    TableActivity before =
        new TableActivity(Map.of(quiet, 5L, busy, 5L, busier, 5L, reset, 100L), NOW);
    TableActivity after =
        new TableActivity(Map.of(quiet, 5L, busy, 9L, busier, 25L, reset, 1L), NOW + 2_000_000);
    assertThat(after.since(before))
        .containsExactly(new StatusFacts.TableRate(busier, 10), new StatusFacts.TableRate(busy, 2));
  }
}
