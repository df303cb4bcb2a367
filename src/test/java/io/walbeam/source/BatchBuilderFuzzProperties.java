package io.walbeam.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.batch.BatchContents;
import io.walbeam.batch.ChangeBatch;
import io.walbeam.batch.ReaderIdentity;
import io.walbeam.batch.ScriptedStream;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

/** The reading thread under damaged messages: it stops, or goes on with what is a message. */
final class BatchBuilderFuzzProperties {
  private static final ReaderIdentity READER = new ReaderIdentity(0, "1", 1, 2, 3);
  private static final long LAST_END = 2_020;

  private static ScriptedStream stream() {
    return new ScriptedStream()
        .begin(900, 1_000)
        .type(99)
        .relation(1, "a")
        .relation(2, "b")
        .insert(910, 1, "k1", "v1")
        .truncate(920, 1, 2)
        .message(930, true, "app", "context")
        .commit(1_000, 1_020)
        .begin(1_900, 2_000)
        .insert(1_910, 2, "k2", "v2")
        .commit(2_000, LAST_END);
  }

  /** What was delivered before the reading ended, and how it ended. */
  private record Outcome(List<Delivery> deliveries, @Nullable RuntimeException failure) {}

  /** Reads messages that lie at {@code offset} of a larger array, as they do in the socket's. */
  private static Outcome read(List<ScriptedStream.Message> messages, int offset, int filler) {
    List<Delivery> deliveries = new ArrayList<>();
    BatchBuilder builder =
        new BatchBuilder(READER, true, ResumePoint.at(500), 0, new Fence(), deliveries::add);
    try {
      for (ScriptedStream.Message message : messages) {
        byte[] around = new byte[offset + message.payload().length + 40];
        Arrays.fill(around, (byte) filler);
        System.arraycopy(message.payload(), 0, around, offset, message.payload().length);
        builder.message(message.lsn(), around, offset, message.payload().length);
        if (builder.hasMoved()) {
          builder.cut();
        }
      }
      return new Outcome(deliveries, null);
    } catch (WalbeamException | ResumeMismatchException e) {
      return new Outcome(deliveries, e);
    }
  }

  private static List<ScriptedStream.Message> damaged(int which, byte[] payload) {
    List<ScriptedStream.Message> messages = new ArrayList<>(stream().messages());
    messages.set(which, new ScriptedStream.Message(messages.get(which).lsn(), payload));
    return messages;
  }

  private static void verify(List<ScriptedStream.Message> messages) {
    Outcome first = read(messages, 0, 'I');
    Outcome second = read(messages, 17, 0);
    assertThat(second.deliveries()).hasSameSizeAs(first.deliveries());
    for (int i = 0; i < first.deliveries().size(); i++) {
      ChangeBatch batch = first.deliveries().get(i).batch();
      assertThat(BatchContents.sameBytes(batch, second.deliveries().get(i).batch()))
          .as("reads nothing outside the message")
          .isTrue();
      assertThat(batch.completeLsn())
          .as("no position that the stream did not have")
          .isIn(500L, 1_020L, LAST_END);
    }
    if (first.failure() instanceof WalbeamException failure) {
      assertThat(failure.kind()).isEqualTo(FailureKind.MALFORMED);
      assertThat(failure.getMessage()).contains("0/");
    }
  }

  @Property(tries = 2000)
  void everyByteChangeStopsTheRunOrIsAMessage(
      @ForAll @IntRange(max = 10) int which, @ForAll long seed) {
    byte[] payload = stream().messages().get(which).payload().clone();
    Random random = new Random(seed);
    payload[random.nextInt(payload.length)] ^= (byte) (1 + random.nextInt(255));
    verify(damaged(which, payload));
  }

  @Property
  void everyTruncationOfWhatTheReaderLooksAtStopsTheRun(
      @ForAll @IntRange(max = 10) int which, @ForAll @IntRange(max = 1_000) int cut) {
    byte[] payload = stream().messages().get(which).payload();
    verify(damaged(which, Arrays.copyOf(payload, cut % payload.length)));
  }

  @Property
  void aMessageThatIsMissingOrComesTwiceNeverMovesThePositionWrongly(
      @ForAll @IntRange(max = 10) int which, @ForAll boolean twice) {
    List<ScriptedStream.Message> messages = new ArrayList<>(stream().messages());
    if (twice) {
      messages.add(which, messages.get(which));
    } else {
      messages.remove(which);
    }
    verify(messages);
  }
}
