package io.walbeam.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.batch.ReaderIdentity;
import io.walbeam.change.Interval;
import io.walbeam.change.StreamPosition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * The acknowledgement invariants, against a model of the stream: a list of transactions, readers
 * that cut it at random, receipts in any order and number.
 */
class ProgressStateProperties {
  private static final ReaderIdentity READER =
      new ReaderIdentity(0, "7000000000000000001", 1, 1, 1);

  /** One transaction: commit record at {@code commit}, its end, and its number of changes. */
  private record Transaction(long commit, long end, int changes) {}

  @Property
  void everythingPublishedHasAReceiptWhateverArrives(@ForAll long seed) {
    Random random = new Random(seed);
    List<Transaction> stream = stream(random, 12);
    List<Receipt> receipts =
        new ArrayList<>(incarnation(stream, 0, StreamPosition.at(100), random));
    for (int i = 0; i < 2; i++) {
      receipts.addAll(laterIncarnation(stream, random));
    }
    Collections.shuffle(receipts, random);

    ProgressState state = ProgressState.INITIAL;
    List<Interval> arrived = new ArrayList<>();
    long published = 0;
    for (Receipt receipt : receipts) {
      if (random.nextInt(4) == 0 && !receipt.start()) {
        continue; // lost for good
      }
      arrived.add(receipt.interval());
      state = state.with(receipt);
      assertThat(Long.compareUnsigned(state.completeLsn(), published)).isNotNegative();
      published = state.completeLsn();
      if (state.frontier().isPresent()) {
        assertEveryChangeBelowHasArrived(stream, published, arrived);
      }
    }
  }

  @Property
  void everyReceiptOnceInAnyOrderReachesTheEnd(@ForAll long seed) {
    Random random = new Random(seed);
    List<Transaction> stream = stream(random, 10);
    List<Receipt> receipts = incarnation(stream, 0, StreamPosition.at(100), random);
    Collections.shuffle(receipts, random);

    ProgressState state = ProgressState.INITIAL;
    for (Receipt receipt : receipts) {
      state = state.with(receipt);
    }

    assertThat(state.completeLsn()).isEqualTo(stream.get(stream.size() - 1).end());
    assertThat(state.waiting()).isEmpty();
  }

  @Property
  void receiptsBehindAGapBecomeOne(@ForAll long seed, @ForAll @IntRange(max = 100) int index) {
    Random random = new Random(seed);
    List<Receipt> receipts = incarnation(stream(random, 10), 0, StreamPosition.at(100), random);
    Receipt missing = receipts.remove(index % receipts.size());
    List<Receipt> shuffled = new ArrayList<>(receipts);
    Collections.shuffle(shuffled, random);
    ProgressState state = ProgressState.INITIAL;
    for (Receipt receipt : shuffled) {
      state = state.with(receipt);
    }
    assertThat(state.waiting()).hasSizeLessThanOrEqualTo(1);
    ProgressState all = state.with(missing);
    assertThat(all.waiting()).isEmpty();
    assertThat(all.completeLsn()).isEqualTo(receiptsEnd(receipts, missing));
  }

  private static long receiptsEnd(List<Receipt> receipts, Receipt missing) {
    return Stream.concat(receipts.stream(), Stream.of(missing))
        .map(Receipt::completeLsn)
        .max(Long::compareUnsigned)
        .orElseThrow();
  }

  @Property
  void aRepeatedReceiptChangesNothing(@ForAll long seed, @ForAll @IntRange(max = 100) int index) {
    Random random = new Random(seed);
    List<Receipt> receipts = incarnation(stream(random, 6), 0, StreamPosition.at(100), random);
    ProgressState state = ProgressState.INITIAL;
    for (Receipt receipt : receipts) {
      state = state.with(receipt);
    }
    Receipt repeated = receipts.get(index % receipts.size());
    assertThat(state.with(repeated)).isEqualTo(state);
  }

  @Property
  void onlyEndsOfCompleteTransactionsArePublished(@ForAll long seed) {
    Random random = new Random(seed);
    List<Transaction> stream = stream(random, 10);
    List<Receipt> receipts = incarnation(stream, 0, StreamPosition.at(100), random);
    Collections.shuffle(receipts, random);
    ProgressState state = ProgressState.INITIAL;
    for (Receipt receipt : receipts) {
      state = state.with(receipt);
      long lsn = state.completeLsn();
      assertThat(stream).noneMatch(t -> lsn > t.commit() && lsn < t.end());
    }
  }

  /** A change is covered if some arrived interval contains its position, or the start vouches. */
  private static void assertEveryChangeBelowHasArrived(
      List<Transaction> stream, long published, List<Interval> arrived) {
    for (Transaction transaction : stream) {
      if (transaction.end() > published || transaction.end() <= 100) {
        continue;
      }
      for (int n = 1; n <= transaction.changes(); n++) {
        StreamPosition change = new StreamPosition(transaction.commit(), n);
        assertThat(arrived)
            .anyMatch(i -> i.from().compareTo(change) < 0 && i.to().compareTo(change) >= 0);
      }
    }
  }

  private static List<Transaction> stream(Random random, int size) {
    List<Transaction> transactions = new ArrayList<>();
    long at = 100;
    for (int i = 0; i < size; i++) {
      long commit = at + (random.nextBoolean() ? 0 : random.nextInt(50)); // may touch the last end
      long end = commit + 8 + random.nextInt(20);
      transactions.add(new Transaction(commit, end, random.nextInt(6)));
      at = end;
    }
    return transactions;
  }

  /** A reader that went on from a mark somewhere in the middle: consecutive, but no start. */
  private static List<Receipt> laterIncarnation(List<Transaction> stream, Random random) {
    int first = random.nextInt(stream.size());
    Transaction transaction = stream.get(first);
    StreamPosition from =
        transaction.changes() > 0 && random.nextBoolean()
            ? new StreamPosition(transaction.commit(), 1 + random.nextInt(transaction.changes()))
            : StreamPosition.at(transaction.end());
    List<Receipt> receipts = incarnation(stream, first, from, random);
    receipts.replaceAll(
        r -> new Receipt(READER, false, r.interval(), r.completeLsn(), r.completeTimeMicros()));
    return receipts;
  }

  /** Cuts the stream from {@code from} on into consecutive receipts at random places. */
  private static List<Receipt> incarnation(
      List<Transaction> stream, int first, StreamPosition from, Random random) {
    List<Receipt> receipts = new ArrayList<>();
    StreamPosition last = from;
    long complete = first == 0 ? from.lsn() : 0;
    boolean start = true;
    for (Transaction transaction : stream.subList(first, stream.size())) {
      List<StreamPosition> places = new ArrayList<>();
      if (transaction.commit() > last.lsn() && random.nextInt(3) == 0) {
        places.add(StreamPosition.at(transaction.commit())); // an idle position before it
      }
      for (int n = 1; n <= transaction.changes(); n++) {
        places.add(new StreamPosition(transaction.commit(), n));
      }
      places.add(StreamPosition.at(transaction.end()));
      for (StreamPosition place : places) {
        if (place.compareTo(last) <= 0) {
          continue;
        }
        boolean end = !place.insideTransaction();
        if (end) {
          complete = place.lsn();
        }
        boolean atEndOfStream = end && transaction.equals(stream.get(stream.size() - 1));
        if (atEndOfStream || random.nextInt(3) == 0) {
          receipts.add(new Receipt(READER, start, new Interval(last, place), complete, complete));
          start = false;
          last = place;
        }
      }
    }
    return receipts;
  }
}
