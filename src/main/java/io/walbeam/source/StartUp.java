package io.walbeam.source;

import io.walbeam.change.Lsn;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.ServerIdentity;
import io.walbeam.postgres.SlotStatus;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Compares the reader's mark, the slot, the server and what the destination recorded, before the
 * first byte is read. PostgreSQL itself says nothing when a start position is behind the slot (it
 * moves it forward) or beyond the WAL (it sends nothing); both lose data. Pure.
 */
final class StartUp {
  private final long epoch;
  private final SlotStatus slot;
  private final ServerIdentity server;

  private StartUp(long epoch, SlotStatus slot, ServerIdentity server) {
    this.epoch = epoch;
    this.slot = slot;
    this.server = server;
  }

  /**
   * Where to start reading.
   *
   * @param position where reading goes on
   * @param fresh whether the slot decided, not a mark
   */
  record Decision(ResumePoint position, boolean fresh) {}

  /**
   * Decides where to start.
   *
   * @param mark null if the reader has none
   * @throws WalbeamException if going on would lose or reorder changes
   */
  static Decision decide(
      long epoch,
      long optionsHash,
      @Nullable SlotMark mark,
      Optional<RecordedState> recorded,
      SlotStatus slot,
      ServerIdentity server) {
    StartUp startUp = new StartUp(epoch, slot, server);
    startUp.checkEpoch(recorded.map(RecordedState::epoch).orElse(epoch));
    startUp.checkSlot();
    recorded.filter(known -> known.epoch() == epoch).ifPresent(startUp::checkRecorded);
    if (mark == null || mark.isStart()) {
      return new Decision(ResumePoint.at(slot.confirmedFlushLsn()), true);
    }
    startUp.checkEpoch(mark.epoch());
    if (mark.epoch() < epoch) {
      return new Decision(ResumePoint.at(slot.confirmedFlushLsn()), true);
    }
    startUp.checkMark(mark);
    // Other options may change what a transaction consists of, so its part cannot be skipped.
    ResumePoint position =
        mark.optionsHash() == optionsHash ? mark.position() : mark.position().startOfTransaction();
    return new Decision(position, false);
  }

  /**
   * The refusal when the slot is gone although changes have been read from it: on the same server
   * somebody dropped it; otherwise it is another server, or a standby that was promoted, which
   * never had it.
   *
   * @param server whose timeline may be 0, for unknown
   */
  static WalbeamException slotGone(
      long epoch,
      String slotName,
      @Nullable SlotMark mark,
      Optional<RecordedState> recorded,
      ServerIdentity server) {
    SlotStatus gone = new SlotStatus(slotName, "", "", 0, 0, "", "", 0);
    StartUp startUp = new StartUp(epoch, gone, server);
    String systemId = recorded.map(RecordedState::systemId).orElse("");
    long lsn = recorded.map(RecordedState::confirmedLsn).orElse(0L);
    int timeline = recorded.map(RecordedState::timeline).orElse(0);
    if (mark != null && !mark.isStart()) {
      systemId = mark.systemId();
      timeline = mark.timeline();
      lsn = mark.position().resumeLsn();
    }
    String position = "The slot " + slotName + " is gone, and the position";
    if (!systemId.equals(server.systemId())) {
      return startUp.otherServer(position, systemId, lsn);
    }
    if (timeline != 0 && server.timeline() != 0 && timeline != server.timeline()) {
      return startUp.otherTimeline(position, timeline, lsn);
    }
    return refuse(
        "The replication slot "
            + slotName
            + " is gone, though changes up to "
            + Lsn.format(lsn)
            + " have been read from it: somebody dropped it.",
        "A new slot lacks the changes since then: " + startUp.newEpoch());
  }

  private void checkEpoch(long known) {
    if (Long.compareUnsigned(known, epoch) > 0) {
      throw new WalbeamException(
          FailureKind.OPERATOR,
          "The epoch " + epoch + " is lower than " + known + ", which has been used already.",
          "Give --epoch=" + known + "; rows of a lower epoch would count as older ones.");
    }
  }

  private void checkSlot() {
    if (slot.isLost()) {
      String reason =
          slot.invalidationReason().isEmpty() ? slot.walStatus() : slot.invalidationReason();
      throw refuse(
          "The slot "
              + slot.name()
              + " was invalidated by the server ("
              + reason
              + "); the WAL after "
              + Lsn.format(slot.confirmedFlushLsn())
              + " is gone.",
          "Drop the slot, " + causeOf(slot.invalidationReason()) + ", then " + newEpoch());
    }
  }

  /** What to look at first (PostgreSQL documentation, "pg_replication_slots"). */
  private static String causeOf(String invalidationReason) {
    return switch (invalidationReason) {
      case "wal_removed", "" -> "raise max_slot_wal_keep_size or the disk it protects";
      case "rows_removed" -> "set hot_standby_feedback = on at the standby";
      case "wal_level_insufficient" -> "set wal_level = logical at the primary";
      case "idle_timeout" -> "raise idle_replication_slot_timeout";
      default -> "look into the server's log for the reason";
    };
  }

  private void checkRecorded(RecordedState recorded) {
    long confirmed = recorded.confirmedLsn();
    checkServer(recorded.systemId(), recorded.timeline(), confirmed, "The recorded position");
    // A slot of ours never keeps less WAL than it is owed, so one that does is another slot.
    if (Long.compareUnsigned(slot.restartLsn(), confirmed) > 0) {
      throw refuse(
          "The slot "
              + slot.name()
              + " was re-created: it begins at "
              + Lsn.format(slot.restartLsn())
              + ", after the recorded position "
              + Lsn.format(confirmed)
              + ", and the changes between are missing.",
          "To accept the gap, " + newEpoch());
    }
    if (Long.compareUnsigned(slot.confirmedFlushLsn(), confirmed) > 0) {
      throw refuse(
          "The slot "
              + slot.name()
              + " stands at "
              + Lsn.format(slot.confirmedFlushLsn())
              + ", ahead of the recorded position "
              + Lsn.format(confirmed)
              + ": somebody else moved it, and the changes between are missing.",
          "To accept the gap, " + newEpoch());
    }
  }

  private void checkMark(SlotMark mark) {
    long resume = mark.position().resumeLsn();
    checkServer(mark.systemId(), mark.timeline(), resume, "The checkpoint");
    if (Long.compareUnsigned(resume, slot.confirmedFlushLsn()) < 0) {
      throw refuse(
          "The checkpoint "
              + Lsn.format(resume)
              + " is behind the slot "
              + slot.name()
              + ", which stands at "
              + Lsn.format(slot.confirmedFlushLsn())
              + ": an old checkpoint was restored, or somebody moved or re-created the slot.",
          "Start without the old checkpoint if the destination is complete up to the slot; else "
              + newEpoch());
    }
  }

  private void checkServer(String systemId, int timeline, long lsn, String what) {
    if (!systemId.equals(server.systemId())) {
      throw otherServer(what, systemId, lsn);
    }
    if (timeline != server.timeline()) {
      throw otherTimeline(what, timeline, lsn);
    }
    if (isBeyondTheWal(lsn)) {
      throw refuse(
          what
              + " "
              + Lsn.format(lsn)
              + " is beyond the end of the server's WAL at "
              + Lsn.format(server.flushLsn())
              + ": the server went back in time.",
          "If it was restored on purpose, " + newEpoch());
    }
  }

  private WalbeamException otherTimeline(String what, int timeline, long lsn) {
    return refuse(
        what
            + " "
            + Lsn.format(lsn)
            + " is on timeline "
            + timeline
            + ", the server on "
            + server.timeline()
            + ": after a failover or a restore, positions may be used twice.",
        "Check that nothing was lost in the failover, then " + newEpoch());
  }

  /**
   * pg_upgrade gives a cluster a new identifier and goes on with its WAL, so positions only grow; a
   * restore or a new cluster begins lower, sooner or later with positions that were used already.
   */
  private WalbeamException otherServer(String what, String systemId, long lsn) {
    String head =
        what
            + " "
            + Lsn.format(lsn)
            + " comes from another server (system "
            + systemId
            + ", now "
            + server.systemId()
            + ")";
    if (isBeyondTheWal(lsn)) {
      return refuse(
          head
              + ", and this one's WAL ends before it at "
              + Lsn.format(server.flushLsn())
              + ": it is a restore or a different cluster.",
          "Correct --postgresUrl; or, if the server was restored on purpose, " + newEpoch());
    }
    return refuse(
        head
            + ", but this one's WAL is ahead at "
            + Lsn.format(server.flushLsn())
            + ": it looks like pg_upgrade.",
        "If nothing was written between "
            + Lsn.format(lsn)
            + " and the creation of the slot on the upgraded server, start again with --epoch="
            + (epoch + 1)
            + "; else "
            + newEpoch());
  }

  private boolean isBeyondTheWal(long lsn) {
    return Long.compareUnsigned(lsn, server.flushLsn()) > 0;
  }

  private String newEpoch() {
    return "start again with --epoch="
        + (epoch + 1)
        + ": it makes a dump of the tables, unless --snapshot=never is given.";
  }

  private static WalbeamException refuse(String message, String remedy) {
    return new WalbeamException(FailureKind.DATA_LOSS_RISK, message, remedy);
  }
}
