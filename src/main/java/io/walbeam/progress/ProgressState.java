package io.walbeam.progress;

import io.walbeam.change.Interval;
import io.walbeam.change.StreamPosition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is known of the stream: the frontier up to which everything is durable, and the receipts
 * beyond it that wait for a gap to close. Immutable.
 *
 * <p>The frontier begins where the first reader without a mark began ({@link Receipt#start}); a
 * later start moves it forward, because the slot itself vouches for everything below. Receipts
 * before any start wait.
 *
 * @param frontier everything at or before is durable; empty until a start was seen
 * @param completeLsn the published candidate: end of the last complete transaction at or before the
 *     frontier
 * @param completeTimeMicros its commit time, 0 if not known
 * @param waiting receipts with {@code interval.to()} beyond the frontier, ordered by {@code
 *     interval.from()}, then {@code interval.to()}; those that meet are one, so that a long gap
 *     takes no memory
 */
record ProgressState(
    Optional<StreamPosition> frontier,
    long completeLsn,
    long completeTimeMicros,
    List<Receipt> waiting) {
  static final ProgressState INITIAL = new ProgressState(Optional.empty(), 0, 0, List.of());

  ProgressState {
    waiting = List.copyOf(waiting);
  }

  /** The state after {@code receipt}: in any order, any number of times, overlapping or not. */
  ProgressState with(Receipt receipt) {
    Optional<StreamPosition> start = frontier;
    long lsn = completeLsn;
    long time = completeTimeMicros;
    if (receipt.start()) {
      StreamPosition from = receipt.interval().from();
      if (start.isEmpty() || from.compareTo(start.get()) > 0) {
        start = Optional.of(from);
        if (Long.compareUnsigned(from.lsn(), lsn) > 0) {
          lsn = from.lsn();
          time = 0;
        }
      }
    }
    List<Receipt> receipts = inserted(receipt);
    if (start.isEmpty()) {
      return new ProgressState(start, lsn, time, joined(receipts));
    }
    StreamPosition reached = start.get();
    List<Receipt> left = new ArrayList<>();
    for (Receipt candidate : receipts) {
      Interval interval = candidate.interval();
      if (interval.from().compareTo(reached) > 0) {
        left.add(candidate);
        continue;
      }
      if (interval.to().compareTo(reached) >= 0) {
        reached = interval.to();
        if (Long.compareUnsigned(candidate.completeLsn(), lsn) > 0) {
          lsn = candidate.completeLsn();
          time = candidate.completeTimeMicros();
        }
      }
    }
    return new ProgressState(Optional.of(reached), lsn, time, joined(left));
  }

  private static List<Receipt> joined(List<Receipt> receipts) {
    List<Receipt> joined = new ArrayList<>();
    for (Receipt receipt : receipts) {
      int last = joined.size() - 1;
      Optional<Receipt> both = last < 0 ? Optional.empty() : joined.get(last).joined(receipt);
      if (both.isPresent()) {
        joined.set(last, both.get());
      } else {
        joined.add(receipt);
      }
    }
    return joined;
  }

  private List<Receipt> inserted(Receipt receipt) {
    List<Receipt> receipts = new ArrayList<>(waiting.size() + 1);
    boolean placed = false;
    for (Receipt other : waiting) {
      if (!placed && precedes(receipt.interval(), other.interval())) {
        receipts.add(receipt);
        placed = true;
      }
      receipts.add(other);
    }
    if (!placed) {
      receipts.add(receipt);
    }
    return receipts;
  }

  private static boolean precedes(Interval left, Interval right) {
    int order = left.from().compareTo(right.from());
    return order < 0 || (order == 0 && left.to().compareTo(right.to()) < 0);
  }
}
