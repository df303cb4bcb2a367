package io.walbeam.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.batch.BatchContents;
import io.walbeam.batch.ChangeBatch;
import io.walbeam.batch.ChangeBatchCoder;
import io.walbeam.batch.ReaderIdentity;
import io.walbeam.batch.ScriptedStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.beam.sdk.util.CoderUtils;
import org.jspecify.annotations.Nullable;

/** Where the stream is cut into batches, and where it is read again, changes nothing of it. */
final class BatchBuilderProperties {
  private static final ReaderIdentity READER = new ReaderIdentity(0, "1", 1, 2, 3);

  /** Before every transaction. */
  private static final long START = 500;

  /** Then the reader is left alone: where nothing is cut it would never get to the end. */
  private static final int MOST_RESTARTS = 30;

  private static List<Delivery> read(
      ScriptedStream stream, Random random, double cut, double restart) {
    List<Delivery> deliveries = new ArrayList<>();
    ResumePoint position = ResumePoint.at(START);
    boolean done = false;
    int restarts = 0;
    while (!done) {
      BatchBuilder builder =
          new BatchBuilder(
              READER, deliveries.isEmpty(), position, 0, (@Nullable Fence) null, deliveries::add);
      done = true;
      for (ScriptedStream.Message message : stream.from(position.resumeLsn())) {
        take(builder, message);
        if (random.nextDouble() < cut && builder.hasMoved()) {
          builder.cut();
        }
        if (restarts < MOST_RESTARTS && random.nextDouble() < restart) {
          restarts++;
          done = false;
          break;
        }
      }
      if (done && builder.hasMoved()) {
        builder.cut();
      }
      if (!deliveries.isEmpty()) {
        position = deliveries.get(deliveries.size() - 1).after();
      }
    }
    return deliveries;
  }

  private static void take(BatchBuilder builder, ScriptedStream.Message message) {
    byte[] payload = message.payload();
    if (message.type() == 'X') {
      builder.oversize(message.lsn(), RandomWal.RELATION, payload);
    } else {
      builder.message(message.lsn(), payload, 0, payload.length);
    }
  }

  private static List<BatchContents.Change> changes(List<Delivery> deliveries) {
    return BatchContents.changes(deliveries.stream().map(Delivery::batch).toList());
  }

  @Property
  void everyCutAndEveryRestartYieldsTheSameChangesInTheSamePlaces(@ForAll long seed) {
    Random random = new Random(seed);
    RandomWal wal = new RandomWal(random);
    double cut = random.nextDouble();
    double restart = random.nextDouble() * 0.3;
    assertThat(changes(read(wal.stream(), random, 0, 0))).isEqualTo(wal.changes());
    assertThat(changes(read(wal.stream(), random, cut, restart))).isEqualTo(wal.changes());
  }

  @Property
  void intervalsFollowEachOtherWithoutAGap(@ForAll long seed) {
    Random random = new Random(seed);
    List<Delivery> deliveries = read(new RandomWal(random).stream(), random, 0.4, 0.1);
    for (int i = 1; i < deliveries.size(); i++) {
      assertThat(
              deliveries
                  .get(i - 1)
                  .batch()
                  .interval()
                  .isFollowedBy(deliveries.get(i).batch().interval()))
          .isTrue();
      assertThat(deliveries.get(i).after().toStreamPosition())
          .isEqualTo(deliveries.get(i).batch().interval().to());
    }
  }

  @Property
  void aBatchHoldsAsManyChangesAsItSays(@ForAll long seed) {
    Random random = new Random(seed);
    for (Delivery delivery : read(new RandomWal(random).stream(), random, 0.3, 0)) {
      assertThat(BatchContents.of(delivery.batch()).changes()).hasSize(delivery.batch().changes());
    }
  }

  @Property
  void batchesSurviveTheirCoder(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    for (Delivery delivery : read(new RandomWal(random).stream(), random, 0.3, 0)) {
      ChangeBatch copy = CoderUtils.clone(ChangeBatchCoder.of(), delivery.batch());
      assertThat(copy.interval()).isEqualTo(delivery.batch().interval());
      assertThat(copy.reader()).isEqualTo(READER);
      assertThat(copy.firstIndex()).isEqualTo(delivery.batch().firstIndex());
      assertThat(BatchContents.sameBytes(copy, delivery.batch())).isTrue();
    }
  }
}
