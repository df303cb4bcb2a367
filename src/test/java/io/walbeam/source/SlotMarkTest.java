package io.walbeam.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.change.JobRun;
import io.walbeam.postgres.PostgresSettings;
import io.walbeam.postgres.ReplicationSettings;
import io.walbeam.secret.SecretReference;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.util.SerializableUtils;
import org.junit.jupiter.api.Test;

final class SlotMarkTest {
  private static final SlotMark MARK =
      new SlotMark(
          "h:1/d/s@5", new ResumePoint(0x10, 0x20, 3, 0x1F, 2), 4, "77", 1, 9, 1000, false);

  private static SourceSettings settings() {
    return new SourceSettings(
        new ReplicationSettings(
            new PostgresSettings("no.such.host", 1, "d", "u", new SecretReference("env:NONE")),
            "s",
            "p"),
        List.of("public.*"),
        new JobRun(0, 5, "", false),
        slot -> Optional.empty(),
        StreamHook.NONE,
        ConfirmationChannel.inJvm());
  }

  private static final String BEFORE_DONE =
      "0000000000000010"
          + "0000000000000020"
          + "0000000000000003"
          + "000000000000001f"
          + "00000002"
          + "0000000000000004"
          + "00023737"
          + "00000001"
          + "0000000000000009"
          + "00000000000003e8";

  private static final String FROM_DONE = "00" + "0009683a312f642f734035";

  @Test
  void markEncodingIsFixedForGood() throws Exception {
    assertThat(hex(CoderUtils.encodeToByteArray(SlotMarkCoder.of(), MARK)))
        .isEqualTo("02" + BEFORE_DONE + FROM_DONE);
    assertThat(CoderUtils.clone(SlotMarkCoder.of(), MARK)).isEqualTo(MARK);
  }

  @Test
  void aMarkOfTheFirstVersionIsStillRead() throws Exception {
    byte[] bytes = HexFormat.of().parseHex("01" + BEFORE_DONE + "0000000000000abc" + FROM_DONE);
    assertThat(CoderUtils.decodeFromByteArray(SlotMarkCoder.of(), bytes)).isEqualTo(MARK);
  }

  @Test
  void unknownVersionIsRefused() {
    assertThatThrownBy(
            () -> SlotMarkCoder.of().decode(new ByteArrayInputStream(new byte[] {3, 0, 0})))
        .isInstanceOf(CoderException.class);
  }

  @Test
  void markIsPureBeforeStartTwiceAndAfterClose() throws Exception {
    PostgresSource source = new PostgresSource(settings());
    PostgresReader fresh =
        (PostgresReader) source.createReader(PipelineOptionsFactory.create(), null);
    SlotMark first = (SlotMark) fresh.getCheckpointMark();
    assertThat(first.isStart()).isTrue();
    fresh.close();
    assertThat(fresh.getCheckpointMark()).isEqualTo(first);
    assertThat(CoderUtils.encodeToByteArray(SlotMarkCoder.of(), first))
        .isEqualTo(CoderUtils.encodeToByteArray(SlotMarkCoder.of(), first));

    PostgresReader restored =
        (PostgresReader) source.createReader(PipelineOptionsFactory.create(), MARK);
    SlotMark own = MARK.ofJob(source.settings().slotKey());
    assertThat(restored.getCheckpointMark()).isEqualTo(own);
    restored.close();
    assertThat(restored.getCheckpointMark()).isEqualTo(own);
  }

  @Test
  void aSourceOfAnEarlierJobReadsForTheJobThatRuns() throws Exception {
    PipelineOptions options = PipelineOptionsFactory.create();
    options.as(JobOptions.class).setWalbeamJobStart(6L);
    PostgresReader reader =
        (PostgresReader) new PostgresSource(settings()).createReader(options, MARK);
    assertThat(((SlotMark) reader.getCheckpointMark()).slotKey())
        .isEqualTo(settings().startedAt(6).slotKey())
        .isNotEqualTo(settings().slotKey());
  }

  @Test
  void theNameThatShowsAPositionFitsAndIsReadByItsOwnJobOnly() {
    ConfirmationName name = new ConfirmationName("k", -1);
    assertThat(name.of(-1L)).hasSizeLessThanOrEqualTo(63).endsWith(":FFFFFFFF/FFFFFFFF");
    assertThat(name.read(name.of(-1L))).hasValue(-1L);
    assertThat(new ConfirmationName("l", -1).read(name.of(-1L))).isEmpty();
    assertThat(new ConfirmationName("k", 0).read(name.of(-1L))).isEmpty();
    assertThat(name.read(name.prefix() + "x")).isEmpty();
  }

  @Test
  void finalizingLateOrTwiceNeverMovesThePositionBack() {
    SlotMark older = new SlotMark("k", ResumePoint.at(10), 0, "77", 1, 0, 0, false);
    SlotMark newer = new SlotMark("k", ResumePoint.at(20), 0, "77", 1, 0, 0, false);
    newer.finalizeCheckpoint();
    newer.finalizeCheckpoint();
    older.finalizeCheckpoint();
    assertThat(LocalJob.of("k").positions().finalized()).isEqualTo(20);
  }

  @Test
  void markOfAReaderThatReadNothingFinalizesNothing() {
    new SlotMark("n", ResumePoint.at(10), 0, "", 0, 0, 0, false).finalizeCheckpoint();
    assertThat(LocalJob.of("n").positions().finalized()).isZero();
  }

  @Test
  void sourceIsSmallSerializesAlikeAndSplitsIntoItself() throws Exception {
    PostgresSource source = new PostgresSource(settings());
    byte[] bytes = SerializableUtils.serializeToByteArray(source);
    PostgresSource copy =
        (PostgresSource) SerializableUtils.deserializeFromByteArray(bytes, "source");
    assertThat(SerializableUtils.serializeToByteArray(copy)).isEqualTo(bytes);
    assertThat(bytes.length).isLessThan(2_000);
    assertThat(source.split(20, PipelineOptionsFactory.create())).containsExactly(source);
  }

  @Test
  void positionsCompareAsUnsignedNumbers() {
    LocalPositions positions = new LocalPositions();
    positions.publish(Long.MIN_VALUE);
    positions.publish(5);
    assertThat(positions.published()).isEqualTo(Long.MIN_VALUE);
  }

  private static String hex(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(bytes);
    return HexFormat.of().formatHex(out.toByteArray());
  }
}
