package io.walbeam.local.standin.pubsub;

import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.ReceivedMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The messages of one subscription that are not acknowledged. Those of one ordering key go out in
 * order: while some of them are out, no later one follows, and one that comes back brings every
 * later one with it. Thread-safe.
 */
final class MessageQueue {
  private static final class Entry {
    final long number;
    final PubsubMessage message;
    int attempts;
    long deadline;

    Entry(long number, PubsubMessage message) {
      this.number = number;
      this.message = message;
    }
  }

  /** The messages of one ordering key. */
  private static final class Lane {
    final Deque<Entry> behind = new ArrayDeque<>();
    int ahead;
  }

  private final boolean ordered;
  private final LongSupplier nanoClock;

  // Guarded by this.
  private final Deque<Entry> ready = new ArrayDeque<>();
  private final Map<String, Lane> lanes = new HashMap<>();
  private final Map<String, Entry> out = new LinkedHashMap<>();
  private long numbers;

  MessageQueue(boolean ordered, LongSupplier nanoClock) {
    this.ordered = ordered;
    this.nanoClock = nanoClock;
  }

  synchronized void add(PubsubMessage message) {
    Entry entry = new Entry(numbers++, message);
    if (!isOrdered(entry)) {
      ready.add(entry);
      return;
    }
    Lane lane = lanes.computeIfAbsent(message.getOrderingKey(), any -> new Lane());
    if (lane.ahead > 0) {
      lane.behind.add(entry);
    } else {
      lane.ahead++;
      ready.add(entry);
    }
  }

  private boolean isOrdered(Entry entry) {
    return ordered && !entry.message.getOrderingKey().isEmpty();
  }

  /** Hands out messages, to be acknowledged within the deadline. */
  synchronized List<ReceivedMessage> take(int most, long bytes, long deadlineNanos) {
    List<ReceivedMessage> taken = new ArrayList<>();
    long left = bytes;
    while (!ready.isEmpty() && taken.size() < most && (taken.isEmpty() || left > 0)) {
      Entry entry = ready.remove();
      entry.attempts++;
      entry.deadline = nanoClock.getAsLong() + deadlineNanos;
      String ackId = entry.number + "-" + entry.attempts;
      out.put(ackId, entry);
      left -= entry.message.getSerializedSize();
      taken.add(ReceivedMessage.newBuilder().setAckId(ackId).setMessage(entry.message).build());
    }
    return taken;
  }

  /** Forgets messages; an id that is out of date means nothing. Returns how many there were. */
  synchronized int acknowledge(Collection<String> ackIds) {
    int known = 0;
    for (String ackId : ackIds) {
      Entry entry = out.remove(ackId);
      if (entry != null) {
        known++;
        if (isOrdered(entry)) {
          advance(entry.message.getOrderingKey());
        }
      }
    }
    return known;
  }

  private void advance(String key) {
    Lane lane = lanes.get(key);
    if (lane == null || --lane.ahead > 0) {
      return;
    }
    lane.ahead = lane.behind.size();
    ready.addAll(lane.behind);
    lane.behind.clear();
    if (lane.ahead == 0) {
      lanes.remove(key);
    }
  }

  /** Sets another deadline; one of zero brings the message back. */
  synchronized void modify(String ackId, long deadlineNanos) {
    Entry entry = out.get(ackId);
    if (entry == null) {
      return;
    }
    if (deadlineNanos == 0) {
      bringBack(List.of(ackId));
    } else {
      entry.deadline = nanoClock.getAsLong() + deadlineNanos;
    }
  }

  /** Brings back what was not acknowledged in time. Returns how many ids are out of date now. */
  synchronized int expire() {
    long now = nanoClock.getAsLong();
    List<String> late = new ArrayList<>();
    out.forEach(
        (ackId, entry) -> {
          if (now - entry.deadline >= 0) {
            late.add(ackId);
          }
        });
    return bringBack(late);
  }

  /** The same for what a call had out that has ended. */
  synchronized void release(Collection<String> ackIds) {
    bringBack(ackIds);
  }

  private int bringBack(Collection<String> ackIds) {
    List<Entry> back = new ArrayList<>();
    int count = 0;
    for (String ackId : ackIds) {
      Entry entry = out.remove(ackId);
      if (entry == null) {
        continue;
      }
      count++;
      back.add(entry);
      if (isOrdered(entry)) {
        count += takeBackLater(entry, back);
      }
    }
    back.sort((one, other) -> Long.compare(other.number, one.number));
    back.forEach(ready::addFirst);
    return count;
  }

  private int takeBackLater(Entry entry, List<Entry> back) {
    List<String> later = new ArrayList<>();
    out.forEach(
        (ackId, other) -> {
          if (other.number > entry.number
              && other.message.getOrderingKey().equals(entry.message.getOrderingKey())) {
            later.add(ackId);
          }
        });
    for (String ackId : later) {
      Entry other = out.remove(ackId);
      if (other != null) {
        back.add(other);
      }
    }
    // What is ready of the key is later still, and stays behind.
    return later.size();
  }

  /** Removes the ids of messages that are not out any more. */
  synchronized void keepThoseOut(Set<String> ackIds) {
    ackIds.retainAll(out.keySet());
  }

  /** Messages that are not acknowledged. */
  synchronized int size() {
    return ready.size()
        + out.size()
        + lanes.values().stream().mapToInt(lane -> lane.behind.size()).sum();
  }
}
