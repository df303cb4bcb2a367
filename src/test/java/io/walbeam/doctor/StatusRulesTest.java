package io.walbeam.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.TableId;
import io.walbeam.doctor.StatusFacts.SlotFacts;
import io.walbeam.sink.DeadLetterCount;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.SlotState;
import java.util.ArrayList;
import java.util.List;
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
        new StatusFacts("s", slot, Optional.of(state), dumps, letters, NOW, List.of());
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
}
