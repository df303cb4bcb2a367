package io.walbeam.doctor;

import io.walbeam.change.TableId;
import io.walbeam.postgres.SlotHeadroom;
import io.walbeam.sink.DumpEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.stream.Collectors;

/** From how a replication is to what somebody should know of it. */
public final class StatusRules {
  /** Less than this is on its way; a quiet source writes some of its own. */
  private static final long BEHIND_BYTES = 1L << 20;

  /** Many times what a healthy run is behind. */
  private static final long BEHIND_SECONDS = 900;

  private StatusRules() {}

  /** The worst first; empty if all is well. */
  public static List<Finding> findings(StatusFacts facts) {
    List<Finding> findings = new ArrayList<>(facts.unreachable());
    if (facts.slot().isPresent()) {
      slot(facts, facts.slot().get(), findings);
    } else if (facts.unreachable().stream()
        .noneMatch(finding -> finding.check().equals("source"))) {
      findings.add(
          new Finding(
              Severity.ACT,
              "slot",
              "There is no replication slot " + facts.slotName() + ".",
              "Start the run, which makes it; or correct --slot.",
              "pg_replication_slots"));
    }
    dumps(facts, findings);
    letGo(facts, findings);
    deadLetters(facts, findings);
    findings.sort(Comparator.comparing(Finding::severity).reversed());
    return findings;
  }

  private static void slot(StatusFacts facts, StatusFacts.SlotFacts slot, List<Finding> findings) {
    if (slot.walStatus().equals("lost") || !slot.invalidation().isEmpty()) {
      findings.add(
          new Finding(
              Severity.ACT,
              "slot_lost",
              "The slot was invalidated: the log after its position is gone.",
              "Drop it, and start with the next --epoch.",
              "pg_replication_slots"));
      return;
    }
    if (!slot.active()) {
      findings.add(
          new Finding(
              Severity.WARNING,
              "not_running",
              "Nobody reads the slot; it keeps " + Amounts.bytes(slot.retainedBytes()) + " of log.",
              "Start the run.",
              "pg_replication_slots.active"));
    }
    slot.hoursLeft()
        .filter(hours -> hours < SlotHeadroom.WARN_HOURS)
        .ifPresent(
            hours ->
                findings.add(
                    new Finding(
                        Severity.WARNING,
                        "headroom",
                        "At this rate the slot is invalidated in " + Amounts.hours(hours) + ".",
                        "Raise max_slot_wal_keep_size, or mend what holds the run back.",
                        "pg_replication_slots.safe_wal_size")));
    if (slot.active() && slot.lagBytes() > BEHIND_BYTES) {
      facts
          .completeSecondsAgo()
          .filter(seconds -> seconds > BEHIND_SECONDS)
          .ifPresent(
              seconds ->
                  findings.add(
                      new Finding(
                          Severity.WARNING,
                          "behind",
                          "The tables are complete only up to "
                              + Amounts.hours(seconds / 3_600.0)
                              + " ago, and "
                              + Amounts.bytes(slot.lagBytes())
                              + " of log are not confirmed.",
                          "The run's log names what waits.",
                          "_walbeam_state.complete_until")));
    }
  }

  private static void dumps(StatusFacts facts, List<Finding> findings) {
    Map<TableId, DumpEntry> finished =
        facts.dumps().stream()
            .filter(entry -> entry.status() == DumpEntry.Status.FINISHED)
            .collect(
                Collectors.toMap(
                    DumpEntry::table,
                    Function.identity(),
                    BinaryOperator.maxBy(DumpEntry.OLDEST_FIRST)));
    List<String> failed =
        facts.dumps().stream()
            .filter(entry -> entry.status() == DumpEntry.Status.FAILED)
            .filter(
                entry ->
                    Optional.ofNullable(finished.get(entry.table()))
                        .filter(later -> DumpEntry.OLDEST_FIRST.compare(later, entry) > 0)
                        .isEmpty())
            .map(entry -> entry.table() + " (" + entry.error() + ")")
            .distinct()
            .toList();
    if (!failed.isEmpty()) {
      findings.add(
          new Finding(
              Severity.WARNING,
              "dump_failed",
              "Dumps were given up: " + String.join("; ", failed) + ".",
              "Mend what it says, then ask again: walbeam backfill --tables=...",
              "_walbeam_backfills"));
    }
  }

  private static void letGo(StatusFacts facts, List<Finding> findings) {
    List<String> tables =
        facts.letGo().stream()
            .map(entry -> entry.table() + " (" + entry.error() + ")")
            .distinct()
            .toList();
    if (!tables.isEmpty()) {
      long changes = facts.letGo().stream().mapToLong(DumpEntry::missingChanges).sum();
      findings.add(
          new Finding(
              Severity.ACT,
              "let_go",
              (changes == 0 ? "Changes" : String.format(Locale.ROOT, "%,d changes", changes))
                  + " are missing in tables that were let go: "
                  + String.join("; ", tables)
                  + ".",
              "Mend what it says; the run looks again by itself, and at each start.",
              "_walbeam_backfills"));
    }
  }

  private static void deadLetters(StatusFacts facts, List<Finding> findings) {
    long count = facts.deadLetters().stream().mapToLong(letters -> letters.count()).sum();
    long past = facts.deadLetters().stream().mapToLong(letters -> letters.superseded()).sum();
    if (count > 0) {
      findings.add(
          new Finding(
              Severity.NOTE,
              "dead_letters",
              count
                  + (count == 1 ? " dead letter is" : " dead letters are")
                  + " open"
                  + (past == 0
                      ? "."
                      : String.format(
                          Locale.ROOT, ", %,d of them superseded by a later image.", past)),
              "The column remedy says for each what to do; then: walbeam replay.",
              "the dead-letter table"));
    }
  }
}
