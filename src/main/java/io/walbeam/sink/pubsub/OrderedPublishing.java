package io.walbeam.sink.pubsub;

import com.google.api.core.ApiFuture;
import com.google.protobuf.ByteString;
import com.google.pubsub.v1.PublishResponse;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.Pauses;
import io.walbeam.failure.Retry;
import io.walbeam.failure.WalbeamException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Publishes messages, those of one ordering key one request after the other, in their order, and
 * others beside them. What fails is sent again before anything later of its ordering key, so that
 * nothing overtakes it. Used by one thread, once.
 */
final class OrderedPublishing {
  /** Between two looks whether a wait has become a stall, or the sink is closed. */
  private static final long LOOK_MILLIS = 500;

  /** A request that is not answered by then is sent again. */
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /** While Pub/Sub is slow a request has so many times as long, lest all is sent twice. */
  private static final int MOST_TIMEOUTS = 5;

  /** What waits of one ordering key, and whether it is its turn. */
  private static final class Lane {
    final Deque<Publication> waiting = new ArrayDeque<>(1);

    /** Whether it is about to be sent, under way, or failed: no other request of it may go. */
    boolean busy;

    /** In a row, of the request that comes next. */
    int failures;
  }

  private record Answer(Lane lane, Publication publication, ApiFuture<PublishResponse> result) {}

  private record Failed(Lane lane, WalbeamException reason) {}

  private final Topic topic;
  private final Pauses pauses;
  private final Retry retry;
  private final Map<String, Lane> lanes = new HashMap<>();
  private final Queue<Lane> ready = new ArrayDeque<>();
  private final List<Failed> failed = new ArrayList<>();
  private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
  private final List<Integer> refused = new ArrayList<>();
  private int underWay;

  /** Lanes whose next request has failed. */
  private int failing;

  private boolean complete;

  OrderedPublishing(Topic topic, Pauses pauses, Retry retry) {
    this.topic = topic;
    this.pauses = pauses;
    this.retry = retry;
  }

  /** Takes a message; what makes a full request is sent. */
  void add(String orderingKey, ByteString message, int row) throws InterruptedException {
    Lane lane = lanes.computeIfAbsent(orderingKey, any -> new Lane());
    Publication last = lane.waiting.peekLast();
    if (last == null || !last.takes(message.size())) {
      last = new Publication();
      lane.waiting.add(last);
      turn(lane);
      sendReady();
    }
    last.add(message, row);
  }

  /**
   * Sends the rest, and waits until everything is acknowledged or refused.
   *
   * @return numbers of the rows that Pub/Sub refuses for what they are
   * @throws WalbeamException if a person must act before anything was ever published
   */
  List<Integer> finish() throws InterruptedException {
    complete = true;
    lanes.values().forEach(this::turn);
    while (true) {
      sendReady();
      if (underWay == 0 && failed.isEmpty()) {
        return refused;
      }
      Answer answer =
          failed.isEmpty() ? answers.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS) : answers.poll();
      if (answer != null) {
        take(answer);
      } else if (failed.isEmpty()) {
        look();
      } else {
        tryAgain();
      }
    }
  }

  /** Lets the next request of an ordering key go if it is full, or nothing comes any more. */
  private void turn(Lane lane) {
    if (!lane.busy && lane.waiting.size() > (complete ? 0 : 1)) {
      lane.busy = true;
      ready.add(lane);
    }
  }

  private void sendReady() throws InterruptedException {
    for (Lane lane = ready.poll(); lane != null; lane = ready.poll()) {
      for (Answer answer = answers.poll(); answer != null; answer = answers.poll()) {
        take(answer);
      }
      send(lane);
    }
  }

  private void send(Lane lane) throws InterruptedException {
    Publication publication = lane.waiting.element();
    while (!topic.awaitRoom(publication, LOOK_MILLIS)) {
      look();
    }
    ApiFuture<PublishResponse> result;
    try {
      Duration timeout = TIMEOUT.multipliedBy(Math.min(1 + lane.failures, MOST_TIMEOUTS));
      result = topic.publish(publication, timeout);
    } catch (RuntimeException e) {
      topic.release(publication);
      throw e;
    }
    lane.waiting.remove();
    underWay++;
    result.addListener(
        () -> {
          topic.release(publication);
          answers.add(new Answer(lane, publication, result));
        },
        Runnable::run);
  }

  private void take(Answer answer) throws InterruptedException {
    underWay--;
    Lane lane = answer.lane();
    Publication publication = answer.publication();
    try {
      int taken = answer.result().get().getMessageIdsCount();
      if (taken != publication.messages()) {
        fail(lane, publication, PubSubFailures.miscounted(topic.name()));
        return;
      }
      topic.noteTaken();
    } catch (ExecutionException | CancellationException e) {
      if (!PubSubFailures.refuses(e)) {
        fail(lane, publication, PubSubFailures.of(e, topic.name()));
        return;
      }
      if (publication.messages() > 1) {
        List<Publication> halves = publication.halves();
        lane.waiting.addFirst(halves.get(1));
        lane.waiting.addFirst(halves.get(0));
        ready.add(lane);
        return;
      }
      refused.add(publication.firstRow());
    }
    succeed(lane);
  }

  private void succeed(Lane lane) {
    if (lane.failures > 0) {
      lane.failures = 0;
      failing--;
    }
    if (failing == 0) {
      retry.succeeded();
    }
    lane.busy = false;
    turn(lane);
  }

  private void fail(Lane lane, Publication publication, WalbeamException reason) {
    if (lane.failures++ == 0) {
      failing++;
    }
    lane.waiting.addFirst(publication);
    failed.add(new Failed(lane, reason));
  }

  private void tryAgain() throws InterruptedException {
    WalbeamException reason = failed.get(failed.size() - 1).reason();
    if ((reason.kind() == FailureKind.OPERATOR && !topic.hasEverTaken())
        || !retry.pause(reason.kind(), reason.describe())) {
      throw reason;
    }
    failed.forEach(one -> ready.add(one.lane()));
    failed.clear();
  }

  /** Shows a stall in time, though Pub/Sub says nothing. */
  private void look() throws InterruptedException {
    boolean unused = pauses.pause(Duration.ZERO);
    if (retry.untilStall().compareTo(Duration.ZERO) <= 0) {
      retry.hangs(PubSubFailures.SILENCE);
    }
  }
}
