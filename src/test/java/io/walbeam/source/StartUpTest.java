package io.walbeam.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.ServerIdentity;
import io.walbeam.postgres.SlotStatus;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class StartUpTest {
  private static final long HASH = 9;
  private static final ServerIdentity SERVER = new ServerIdentity("77", 1, 0x1000);

  private static SlotStatus slot(long confirmed, long restart) {
    return new SlotStatus("s", "pgoutput", "d", confirmed, restart, "reserved", "", 0);
  }

  private static SlotMark mark(ResumePoint position, String systemId, int timeline) {
    return new SlotMark("k", position, 3, systemId, timeline, HASH, 0, false);
  }

  private static Optional<RecordedState> recorded(long epoch, long lsn) {
    return Optional.of(new RecordedState(epoch, "77", 1, lsn));
  }

  private static StartUp.Decision decide(
      @Nullable SlotMark mark, Optional<RecordedState> recorded, SlotStatus slot) {
    return StartUp.decide(3, HASH, mark, recorded, slot, SERVER);
  }

  private static void refused(
      FailureKind kind,
      @Nullable SlotMark mark,
      Optional<RecordedState> recorded,
      SlotStatus slot,
      String... texts) {
    assertThatThrownBy(() -> decide(mark, recorded, slot))
        .isInstanceOfSatisfying(
            WalbeamException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(kind);
              assertThat(e.describe()).contains(texts);
            });
  }

  @Test
  void firstStartBeginsWhereTheSlotStands() {
    StartUp.Decision decision = decide(null, Optional.empty(), slot(0x200, 0x100));
    assertThat(decision.position()).isEqualTo(ResumePoint.at(0x200));
    assertThat(decision.fresh()).isTrue();
  }

  @Test
  void restartBeginsAtTheSlotThoughMoreIsRecorded() {
    assertThat(decide(null, recorded(3, 0x300), slot(0x200, 0x100)).position())
        .isEqualTo(ResumePoint.at(0x200));
  }

  @Test
  void markDecidesWithItsPlaceInsideATransaction() {
    ResumePoint inside = new ResumePoint(0x200, 0x250, 7, 0x240, 1);
    StartUp.Decision decision = decide(mark(inside, "77", 1), Optional.empty(), slot(0x200, 0x100));
    assertThat(decision.position()).isEqualTo(inside);
    assertThat(decision.fresh()).isFalse();
  }

  @Test
  void otherOptionsStartTheOpenTransactionOver() {
    ResumePoint inside = new ResumePoint(0x200, 0x250, 7, 0x240, 1);
    assertThat(
            StartUp.decide(
                    3,
                    HASH + 1,
                    mark(inside, "77", 1),
                    Optional.empty(),
                    slot(0x200, 0x100),
                    SERVER)
                .position())
        .isEqualTo(ResumePoint.at(0x200));
  }

  @Test
  void lowerEpochThanRecordedIsRefused() {
    refused(
        FailureKind.OPERATOR, null, recorded(4, 0x200), slot(0x200, 0x100), "lower", "--epoch=4");
  }

  @Test
  void lowerEpochThanTheMarkIsRefused() {
    SlotMark later = new SlotMark("k", ResumePoint.at(0x200), 5, "77", 1, HASH, 0, false);
    refused(
        FailureKind.OPERATOR, later, Optional.empty(), slot(0x200, 0x100), "lower", "--epoch=5");
  }

  @Test
  void higherEpochIsAcceptedWhateverWasRecorded() {
    Optional<RecordedState> other = Optional.of(new RecordedState(2, "another", 9, 0xFFFF_0000L));
    SlotMark old = new SlotMark("k", ResumePoint.at(1), 2, "another", 9, HASH, 0, false);
    StartUp.Decision decision = decide(old, other, slot(0x200, 0x100));
    assertThat(decision.fresh()).isTrue();
    assertThat(decision.position()).isEqualTo(ResumePoint.at(0x200));
  }

  @Test
  void otherServerBehindTheRecordedPositionIsARestore() {
    Optional<RecordedState> other = Optional.of(new RecordedState(3, "88", 1, 0x2000));
    refused(
        FailureKind.DATA_LOSS_RISK, null, other, slot(0x200, 0x100), "restore", "88", "--epoch=4");
  }

  @Test
  void otherServerAheadOfTheRecordedPositionLooksLikeAnUpgrade() {
    Optional<RecordedState> other = Optional.of(new RecordedState(3, "88", 1, 0x200));
    refused(FailureKind.DATA_LOSS_RISK, null, other, slot(0x200, 0x100), "pg_upgrade", "--epoch=4");
  }

  @Test
  void otherTimelineIsRefused() {
    Optional<RecordedState> other = Optional.of(new RecordedState(3, "77", 2, 0x200));
    refused(FailureKind.DATA_LOSS_RISK, null, other, slot(0x200, 0x100), "timeline 2", "on 1");
    refused(
        FailureKind.DATA_LOSS_RISK,
        mark(ResumePoint.at(0x200), "77", 2),
        Optional.empty(),
        slot(0x200, 0x100),
        "timeline 2");
  }

  @Test
  void slotAheadOfTheRecordedPositionIsAGapWithBothEndsNamed() {
    refused(
        FailureKind.DATA_LOSS_RISK,
        null,
        recorded(3, 0x200),
        slot(0x300, 0x100),
        "0/200",
        "0/300",
        "--epoch=4");
  }

  @Test
  void slotThatBeginsAfterTheRecordedPositionWasCreatedAgain() {
    refused(
        FailureKind.DATA_LOSS_RISK,
        null,
        recorded(3, 0x200),
        slot(0x300, 0x2F0),
        "re-created",
        "0/200",
        "0/2F0");
  }

  @Test
  void markBehindTheSlotIsRefused() {
    refused(
        FailureKind.DATA_LOSS_RISK,
        mark(ResumePoint.at(0x100), "77", 1),
        Optional.empty(),
        slot(0x200, 0x80),
        "0/100",
        "0/200");
  }

  @Test
  void markBeyondTheWalIsRefused() {
    refused(
        FailureKind.DATA_LOSS_RISK,
        mark(ResumePoint.at(0x2000), "77", 1),
        Optional.empty(),
        slot(0x200, 0x80),
        "0/2000",
        "0/1000",
        "back in time");
  }

  @Test
  void recordedPositionBeyondTheWalIsRefused() {
    refused(
        FailureKind.DATA_LOSS_RISK, null, recorded(3, 0x2000), slot(0x200, 0x80), "back in time");
  }

  @Test
  void lostSlotIsRefusedWithTheReason() {
    SlotStatus lost = new SlotStatus("s", "pgoutput", "d", 0x200, 0, "lost", "wal_removed", 0);
    refused(FailureKind.DATA_LOSS_RISK, null, Optional.empty(), lost, "wal_removed", "Drop");
    SlotStatus old = new SlotStatus("s", "pgoutput", "d", 0x200, 0, "lost", "", 0);
    refused(FailureKind.DATA_LOSS_RISK, null, Optional.empty(), old, "(lost)");
  }

  @Test
  void everyReasonOfALostSlotNamesWhatToLookAt() {
    Map<String, String> remedies =
        Map.of(
            "wal_removed", "max_slot_wal_keep_size",
            "rows_removed", "hot_standby_feedback",
            "wal_level_insufficient", "wal_level",
            "idle_timeout", "idle_replication_slot_timeout",
            "a reason of a later version", "server's log");
    remedies.forEach(
        (reason, remedy) ->
            refused(
                FailureKind.DATA_LOSS_RISK,
                null,
                Optional.empty(),
                new SlotStatus("s", "pgoutput", "d", 0x200, 0, "reserved", reason, 0),
                reason,
                remedy,
                "dump of the tables"));
  }

  @Test
  void goneSlotOnTheSameServerWasDropped() {
    assertThat(gone(null, recorded(3, 0x200)).describe())
        .contains("0/200", "dropped", "--epoch=4", "dump of the tables");
    assertThat(gone(mark(ResumePoint.at(0x210), "77", 1), recorded(3, 0x200)).describe())
        .contains("0/210", "dropped");
  }

  @Test
  void goneSlotOnAnotherServerIsAnUpgradeOrARestore() {
    assertThat(gone(null, Optional.of(new RecordedState(3, "88", 1, 0x200))).describe())
        .contains("slot s is gone", "pg_upgrade", "0/200", "88", "--epoch=4");
    assertThat(gone(mark(ResumePoint.at(0x2000), "88", 1), Optional.empty()).describe())
        .contains("slot s is gone", "restore", "0/2000", "--postgresUrl");
  }

  @Test
  void goneSlotOnAPromotedStandbyNamesTheTimelines() {
    ServerIdentity promoted = new ServerIdentity("77", 2, 0x1000);
    assertThat(StartUp.slotGone(3, "s", null, recorded(3, 0x200), promoted).describe())
        .contains("slot s is gone", "0/200 is on timeline 1, the server on 2", "--epoch=4")
        .doesNotContain("dropped");
    assertThat(
            StartUp.slotGone(3, "s", null, recorded(3, 0x200), new ServerIdentity("77", 1, 0x1000))
                .describe())
        .contains("dropped");
  }

  private static WalbeamException gone(@Nullable SlotMark mark, Optional<RecordedState> recorded) {
    WalbeamException refusal =
        StartUp.slotGone(3, "s", mark, recorded, new ServerIdentity("77", 0, 0x1000));
    assertThat(refusal.kind()).isEqualTo(FailureKind.DATA_LOSS_RISK);
    return refusal;
  }
}
