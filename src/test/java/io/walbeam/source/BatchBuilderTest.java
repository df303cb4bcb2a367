package io.walbeam.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.batch.BatchContents;
import io.walbeam.batch.BatchWriter;
import io.walbeam.batch.ChangeBatch;
import io.walbeam.batch.ReaderIdentity;
import io.walbeam.batch.ScriptedStream;
import io.walbeam.change.StreamPosition;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class BatchBuilderTest {
  private static final ReaderIdentity READER = new ReaderIdentity(0, "1", 1, 2, 3);
  private final List<Delivery> deliveries = new ArrayList<>();

  private BatchBuilder builder(ResumePoint from, @Nullable Fence fence) {
    return new BatchBuilder(READER, from.resumeLsn() == 0, from, 0, fence, deliveries::add);
  }

  private static List<BatchContents.Change> changes(List<Delivery> deliveries) {
    return BatchContents.changes(deliveries.stream().map(Delivery::batch).toList());
  }

  private static void feed(BatchBuilder builder, List<ScriptedStream.Message> messages) {
    for (ScriptedStream.Message message : messages) {
      byte[] shifted = new byte[message.payload().length + 3];
      System.arraycopy(message.payload(), 0, shifted, 3, message.payload().length);
      builder.message(message.lsn(), shifted, 3, message.payload().length);
    }
  }

  @Test
  void batchThatBeginsInsideATransactionRepeatsBeginTypesAndRelation() {
    BatchBuilder builder = builder(ResumePoint.at(0), null);
    ScriptedStream stream = new ScriptedStream();
    stream.begin(100, 200).type(99).relation(1, "a").insert(110, 1, "1", "x");
    feed(builder, stream.messages());
    builder.cut();
    feed(builder, new ScriptedStream().insert(120, 1, "2", "y").commit(200, 210).messages());
    builder.cut();
    assertThat(BatchContents.of(deliveries.get(0).batch()).letters()).isEqualTo("BYRI");
    assertThat(BatchContents.of(deliveries.get(1).batch()).letters()).isEqualTo("BYRIC");
    assertThat(deliveries.get(0).batch().interval().to()).isEqualTo(new StreamPosition(200, 1));
    assertThat(deliveries.get(1).batch().interval().to()).isEqualTo(StreamPosition.at(210));
    assertThat(deliveries.get(0).batch().start()).isTrue();
    assertThat(deliveries.get(1).batch().start()).isFalse();
    assertThat(deliveries.get(1).batch().completeLsn()).isEqualTo(210);
  }

  @Test
  void rowsOfOneMultiInsertKeepTheirIndexOverACut() {
    BatchBuilder builder = builder(ResumePoint.at(0), null);
    ScriptedStream stream = new ScriptedStream().begin(100, 200).relation(1, "a");
    stream.insert(110, 1, "1", "x").insert(110, 1, "2", "x").insert(110, 1, "3", "x");
    feed(builder, stream.messages().subList(0, 4));
    builder.cut();
    feed(builder, stream.messages().subList(4, 5));
    builder.cut();
    assertThat(deliveries.get(1).batch().firstIndex()).isEqualTo(2);
    assertThat(deliveries.get(1).after().index()).isEqualTo(2);
  }

  @Test
  void transactionThatCommitsWhereThePreviousOneEndedIsNotDropped() {
    ScriptedStream stream = new ScriptedStream();
    stream.begin(300, 210).relation(1, "a").insert(205, 1, "1", "x").commit(210, 250);
    feed(builder(ResumePoint.at(210), null), stream.messages());
    BatchBuilder builder = builder(ResumePoint.at(210), null);
    feed(builder, stream.messages());
    builder.cut();
    assertThat(changes(deliveries)).hasSize(1);
    assertThat(deliveries.get(0).batch().interval().to()).isEqualTo(StreamPosition.at(250));
  }

  @Test
  void transactionBehindThePositionIsDropped() {
    BatchBuilder builder = builder(ResumePoint.at(210), null);
    ScriptedStream stream = new ScriptedStream();
    stream.begin(100, 200).relation(1, "a").insert(110, 1, "1", "x").commit(200, 205);
    feed(builder, stream.messages());
    assertThat(builder.pendingBytes()).isZero();
    assertThat(builder.hasMoved()).isFalse();
  }

  @Test
  void emptyTransactionMovesThePositionWithoutBytes() {
    BatchBuilder builder = builder(ResumePoint.at(10), null);
    feed(builder, new ScriptedStream().begin(100, 200).commit(200, 210).messages());
    assertThat(builder.pendingBytes()).isZero();
    assertThat(builder.hasMoved()).isTrue();
  }

  @Test
  void messageOutsideATransactionIsLeftOut() {
    BatchBuilder builder = builder(ResumePoint.at(10), null);
    feed(builder, new ScriptedStream().message(50, false, "x", "y").messages());
    assertThat(builder.pendingBytes()).isZero();
  }

  @Test
  void onlyTheFenceItselfEndsTheStreamAndOnlyAtItsCommit() {
    Fence fence = new Fence();
    BatchBuilder builder = builder(ResumePoint.at(10), fence);
    ScriptedStream stream = new ScriptedStream().begin(100, 200);
    stream.message(110, true, Fence.PREFIX, new Fence().content()).commit(200, 210);
    feed(builder, stream.messages());
    assertThat(deliveries).isEmpty();
    stream = new ScriptedStream().begin(300, 400).message(310, true, Fence.PREFIX, fence.content());
    feed(builder, stream.messages());
    builder.cut();
    assertThat(deliveries.get(0).last()).isFalse();
    feed(builder, new ScriptedStream().commit(400, 410).messages());
    assertThat(deliveries.get(1).last()).isTrue();
    assertThat(deliveries.get(1).after()).isEqualTo(ResumePoint.at(410));
  }

  @Test
  void fenceThatWasTakenBeforeTheConnectionWasLostStillEndsTheStream() {
    Fence fence = new Fence();
    BatchBuilder builder = builder(new ResumePoint(10, 200, 1, 110, 0), fence);
    ScriptedStream stream = new ScriptedStream().begin(100, 200);
    stream.message(110, true, Fence.PREFIX, fence.content()).commit(200, 210);
    feed(builder, stream.messages());
    assertThat(deliveries).hasSize(1);
    assertThat(deliveries.get(0).last()).isTrue();
    assertThat(BatchContents.of(deliveries.get(0).batch()).letters()).isEqualTo("BC");
  }

  @Test
  void relationThatChangedIsDescribedAgainInTheSameBatch() {
    BatchBuilder builder = builder(ResumePoint.at(10), null);
    ScriptedStream stream = new ScriptedStream().begin(100, 200).relation(1, "a");
    stream.insert(110, 1, "1", "x").relation(1, "b").insert(120, 1, "1", "x");
    feed(builder, stream.messages());
    builder.cut();
    assertThat(BatchContents.of(deliveries.get(0).batch()).letters()).isEqualTo("BRIRI");
  }

  @Test
  void truncateOfSeveralTablesDescribesAllOfThem() {
    BatchBuilder builder = builder(ResumePoint.at(10), null);
    ScriptedStream stream = new ScriptedStream().begin(100, 200).relation(1, "a").relation(2, "b");
    feed(builder, stream.truncate(110, 1, 2).commit(200, 210).messages());
    builder.cut();
    assertThat(BatchContents.of(deliveries.get(0).batch()).letters()).isEqualTo("BRRTC");
  }

  @Test
  void idlePositionIsIgnoredInsideATransactionAndBehind() {
    BatchBuilder builder = builder(ResumePoint.at(10), null);
    feed(builder, new ScriptedStream().begin(100, 200).messages());
    assertThat(builder.canMoveTo(500)).isFalse();
    feed(builder, new ScriptedStream().commit(200, 210).messages());
    assertThat(builder.canMoveTo(205)).isFalse();
    builder.idle(300, 5);
    builder.cut();
    ChangeBatch batch = deliveries.get(0).batch();
    assertThat(batch.interval().to()).isEqualTo(StreamPosition.at(300));
    assertThat(batch.length()).isZero();
  }

  @Test
  void openTransactionThatDoesNotComeAgainIsRefused() {
    BatchBuilder builder = builder(new ResumePoint(10, 200, 3, 110, 0), null);
    assertThatThrownBy(() -> feed(builder, new ScriptedStream().begin(1, 300).messages()))
        .isInstanceOfSatisfying(
            WalbeamException.class,
            e -> assertThat(e.kind()).isEqualTo(FailureKind.DATA_LOSS_RISK));
  }

  @Test
  void openTransactionThatComesBackDifferentIsReadFromItsStart() {
    BatchBuilder builder = builder(new ResumePoint(10, 200, 1, 111, 0), null);
    ScriptedStream stream = new ScriptedStream().begin(100, 200).relation(1, "a");
    stream.insert(110, 1, "1", "x");
    assertThatThrownBy(() -> feed(builder, stream.messages()))
        .isInstanceOf(ResumeMismatchException.class);
  }

  @Test
  void messageOfUnknownTypeIsMalformed() {
    BatchBuilder builder = builder(ResumePoint.at(10), null);
    assertThatThrownBy(() -> builder.message(1, new byte[] {'?'}, 0, 1))
        .isInstanceOfSatisfying(
            WalbeamException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.MALFORMED));
    assertThatThrownBy(() -> builder.message(1, new byte[0], 0, 0))
        .isInstanceOf(WalbeamException.class);
  }

  @Test
  void bigTransactionIsCutIntoBatchesOfBoundedSize() {
    BatchBuilder builder = builder(ResumePoint.at(10), null);
    ScriptedStream stream = new ScriptedStream().begin(100, 900_000).relation(1, "a");
    String value = "x".repeat(10_000);
    for (int i = 0; i < 500; i++) {
      stream.insert(110 + i, 1, "" + i, value);
    }
    feed(builder, stream.commit(900_000, 900_010).messages());
    builder.cut();
    assertThat(deliveries).hasSizeGreaterThan(4);
    assertThat(deliveries)
        .allSatisfy(d -> assertThat(d.batch().length()).isLessThanOrEqualTo(BatchWriter.CAPACITY));
    assertThat(changes(deliveries)).hasSize(500);
  }
}
