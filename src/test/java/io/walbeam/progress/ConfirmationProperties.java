package io.walbeam.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.batch.ReaderIdentity;
import io.walbeam.change.Interval;
import io.walbeam.change.StreamPosition;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.source.LocalJob;
import io.walbeam.source.LocalPositions;
import io.walbeam.source.PublishedPositions;
import io.walbeam.source.ShownPositions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * From receipts to what the session sees, through either channel: a slot whose changes are the
 * positions 1 to {@link #END}, read by two incarnations that cut it differently, with a worker that
 * was given up and goes on publishing.
 */
class ConfirmationProperties {
  private static final long START = 100;
  private static final long END = 160;
  private static final AtomicLong KEYS = new AtomicLong();

  /** A server's connections: their names, and whether it can be reached. */
  private static final class Server {
    final Map<Integer, String> names = new HashMap<>();
    boolean reachable = true;

    ShownPositions end(int connection, String key, long epoch) {
      return new ShownPositions(
          new ShownPositions.Activity() {
            @Override
            public void show(String name) {
              assertThat(name).hasSizeLessThanOrEqualTo(63);
              check();
              names.put(connection, name);
            }

            @Override
            public List<String> shown(String prefix) {
              check();
              return names.values().stream().filter(name -> name.startsWith(prefix)).toList();
            }
          },
          key,
          epoch,
          () -> names.remove(connection));
    }

    private void check() {
      if (!reachable) {
        throw new WalbeamException(FailureKind.TRANSIENT, "The server is away.", "Wait.");
      }
    }
  }

  @Property
  void betweenWorkersThePublishedPositionIsTrueMonotonicAndReachesTheEnd(@ForAll long seed) {
    Random random = new Random(seed);
    String key = "host:1/db/slot@" + KEYS.incrementAndGet();
    Server server = new Server();
    ShownPositions first = server.end(1, key, 3);
    ShownPositions second = server.end(2, key, 3);
    ShownPositions reader = server.end(3, key, 3);
    // An earlier job, an earlier epoch, and something that is no position.
    server.end(4, "host:1/db/slot@0", 3).publish(Long.MAX_VALUE);
    server.end(5, key, 2).publish(-1L);
    server.names.put(6, "walbeam:confirmed:");
    server.names.put(7, server.names.get(4) + ":more");
    run(
        random,
        first,
        second,
        () -> {
          switch (random.nextInt(6)) {
            case 0 -> server.reachable = !server.reachable;
            case 1 -> server.names.remove(1 + random.nextInt(2));
            default -> {}
          }
          look(reader);
          return reader.published();
        },
        () -> {
          server.reachable = true;
          first.close();
          second.show();
          look(reader);
          return reader.published();
        });
  }

  @Property
  void inOneProcessThePublishedPositionIsTrueMonotonicAndReachesTheEnd(@ForAll long seed) {
    String key = "host:1/db/slot@" + KEYS.incrementAndGet();
    LocalPositions positions = LocalJob.of(key).positions();
    Look look = () -> positions.published();
    run(new Random(seed), positions, positions, look, look);
  }

  private static void look(ShownPositions reader) {
    try {
      reader.look();
    } catch (WalbeamException e) {
      // The session tries again at its next turn.
    }
  }

  /** What the session sees now. */
  @FunctionalInterface
  private interface Look {
    long published();
  }

  /**
   * The first worker gets some receipts, is replaced by the second, which begins with the state of
   * an earlier moment, and goes on with receipts that are late.
   */
  private static void run(
      Random random,
      PublishedPositions first,
      PublishedPositions second,
      Look look,
      Look lastLook) {
    List<Receipt> older = incarnation(START, true, 1, random);
    Collections.shuffle(older, random);
    int given = random.nextInt(older.size() + 1);
    int checkpoint = random.nextInt(given + 1);
    ProgressState zombie = ProgressState.INITIAL;
    ProgressState restored = ProgressState.INITIAL;
    List<Interval> arrived = new ArrayList<>();
    long seen = 0;
    for (int i = 0; i < given; i++) {
      zombie = arrive(older.get(i), zombie, arrived, first);
      if (i < checkpoint) {
        restored = restored.with(older.get(i));
      }
      seen = assertTrueAndMonotonic(look.published(), seen, arrived);
    }
    // The second reader begins without a mark where the slot may stand, or at a mark before the
    // checkpoint's frontier; either way it repeats some of what was written.
    long slot = seen == 0 ? START : START + random.nextInt((int) (seen - START) + 1);
    List<Receipt> newer = incarnation(slot, true, 2, random);
    List<Receipt> late = new ArrayList<>(older.subList(given, older.size()));
    while (!newer.isEmpty() || !late.isEmpty()) {
      boolean stale = newer.isEmpty() || (!late.isEmpty() && random.nextInt(3) == 0);
      if (stale) {
        zombie = arrive(late.remove(0), zombie, arrived, first);
      } else {
        Receipt receipt = newer.remove(random.nextInt(newer.size()));
        restored = arrive(receipt, restored, arrived, second);
      }
      seen = assertTrueAndMonotonic(look.published(), seen, arrived);
    }
    assertThat(lastLook.published()).isEqualTo(END);
  }

  private static ProgressState arrive(
      Receipt receipt, ProgressState state, List<Interval> arrived, PublishedPositions positions) {
    arrived.add(receipt.interval());
    ProgressState after = state.with(receipt);
    if (after.completeLsn() != 0) {
      positions.publish(after.completeLsn());
    }
    return after;
  }

  private static long assertTrueAndMonotonic(long published, long seen, List<Interval> arrived) {
    assertThat(published).isGreaterThanOrEqualTo(seen);
    for (long change = START + 1; change <= published; change++) {
      StreamPosition position = StreamPosition.at(change);
      assertThat(arrived)
          .as("change %d, published %d", change, published)
          .anyMatch(i -> i.from().compareTo(position) < 0 && i.to().compareTo(position) >= 0);
    }
    return published;
  }

  /** Consecutive receipts from {@code from} to the end, cut at random places. */
  private static List<Receipt> incarnation(
      long from, boolean start, long readerStart, Random random) {
    ReaderIdentity reader = new ReaderIdentity(3, "7000000000000000001", 1, 1, readerStart);
    List<Receipt> receipts = new ArrayList<>();
    long at = from;
    boolean first = start;
    while (at < END) {
      long to = Math.min(END, at + 1 + random.nextInt(9));
      Interval interval = new Interval(StreamPosition.at(at), StreamPosition.at(to));
      receipts.add(new Receipt(reader, first, interval, to, to));
      first = false;
      at = to;
    }
    return receipts;
  }
}
