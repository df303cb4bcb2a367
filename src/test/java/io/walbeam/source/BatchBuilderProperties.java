package io.walbeam.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

final class BatchBuilderProperties {
  private static final Origin ORIGIN = new Origin(0, "1", 1, 2, 3);

  /** Transactions of 1 to 6 changes; some commits start where the previous one ended. */
  private static ScriptedStream stream(Random random) {
    ScriptedStream stream = new ScriptedStream();
    long lsn = 1_000;
    boolean described = false;
    int transactions = 1 + random.nextInt(8);
    for (int t = 0; t < transactions; t++) {
      long commit = lsn + (random.nextBoolean() ? 0 : 50);
      // A change may precede the previous transaction's commit.
      long change = Math.max(1, commit - 30 - random.nextInt(200));
      stream.begin(change, commit);
      if (!described || random.nextInt(5) == 0) {
        stream.type(99).relation(1, "a").relation(2, "b");
        described = true;
      }
      int changes = random.nextInt(7);
      for (int i = 0; i < changes; i++) {
        if (random.nextInt(3) > 0) {
          change++;
        }
        switch (random.nextInt(8)) {
          case 0 -> stream.truncate(change, 1, 2);
          case 1 -> stream.message(change, true, "app", "context " + i);
          default -> stream.insert(change, 1 + random.nextInt(2), t + "/" + i, "value");
        }
      }
      lsn = commit + 20;
      stream.commit(commit, lsn);
      if (random.nextInt(4) == 0) {
        lsn += 100;
      }
    }
    return stream;
  }

  private static List<Delivery> read(
      ScriptedStream stream, Random random, double cut, double restart) {
    List<Delivery> deliveries = new ArrayList<>();
    ReadPosition position = ReadPosition.at(500);
    boolean done = false;
    while (!done) {
      BatchBuilder builder =
          new BatchBuilder(
              ORIGIN, deliveries.isEmpty(), position, 0, (@Nullable Fence) null, deliveries::add);
      done = true;
      for (ScriptedStream.Message message : stream.from(position.resumeLsn())) {
        builder.message(message.lsn(), message.payload(), 0, message.payload().length);
        if (random.nextDouble() < cut && builder.hasMoved()) {
          builder.cut();
        }
        if (random.nextDouble() < restart) {
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

  @Property
  void everyCutAndEveryRestartYieldsTheSameChangesInTheSamePlaces(@ForAll long seed) {
    ScriptedStream stream = stream(new Random(seed));
    List<BatchReading.Change> whole = BatchReading.changes(read(stream, new Random(seed), 0, 0));
    List<BatchReading.Change> pieces =
        BatchReading.changes(read(stream, new Random(seed), 0.4, 0.1));
    assertThat(pieces).isEqualTo(whole);
  }

  @Property
  void intervalsFollowEachOtherWithoutAGap(@ForAll long seed) {
    List<Delivery> deliveries = read(stream(new Random(seed)), new Random(seed), 0.4, 0.1);
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
  void batchesSurviveTheirCoder(@ForAll long seed) throws Exception {
    for (Delivery delivery : read(stream(new Random(seed)), new Random(seed), 0.3, 0)) {
      ChangeBatch copy =
          org.apache.beam.sdk.util.CoderUtils.clone(ChangeBatchCoder.of(), delivery.batch());
      assertThat(copy.interval()).isEqualTo(delivery.batch().interval());
      assertThat(copy.origin()).isEqualTo(ORIGIN);
      assertThat(BatchReading.sameBytes(copy, delivery.batch())).isTrue();
    }
  }
}
