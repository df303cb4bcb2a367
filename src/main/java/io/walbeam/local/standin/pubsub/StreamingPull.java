package io.walbeam.local.standin.pubsub;

import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.StreamingPullRequest;
import com.google.pubsub.v1.StreamingPullResponse;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One streaming pull: messages go out as they come, at most as many as the client wants to have.
 * Thread-safe.
 */
final class StreamingPull implements StreamObserver<StreamingPullRequest>, Runnable {
  private static final int ANSWER_MESSAGES = 1_000;
  private static final long ANSWER_BYTES = 5_000_000;
  private static final int LEAST_SECONDS = 10;
  private static final int MOST_SECONDS = 600;

  private final PubSubStandIn state;
  private final StreamObserver<StreamingPullResponse> responses;

  // Guarded by this.
  private final Set<String> out = new HashSet<>();
  private PubSubStandIn.@Nullable Subscribed from;
  private int seconds;
  private long most = Long.MAX_VALUE;
  private boolean over;

  StreamingPull(PubSubStandIn state, StreamObserver<StreamingPullResponse> responses) {
    this.state = state;
    this.responses = responses;
  }

  @Override
  public void onNext(StreamingPullRequest request) {
    try {
      PubSubStandIn.Subscribed of = take(request);
      of.wake();
    } catch (StatusRuntimeException e) {
      synchronized (this) {
        end();
        responses.onError(e);
      }
    }
  }

  private synchronized PubSubStandIn.Subscribed take(StreamingPullRequest request) {
    PubSubStandIn.Subscribed of = from;
    if (of == null) {
      of = state.subscription(request.getSubscription());
      most =
          request.getMaxOutstandingMessages() > 0
              ? request.getMaxOutstandingMessages()
              : Long.MAX_VALUE;
      setDeadline(request.getStreamAckDeadlineSeconds());
      from = of;
      of.waiting().add(this);
    } else if (request.getStreamAckDeadlineSeconds() != 0) {
      setDeadline(request.getStreamAckDeadlineSeconds());
    }
    if (request.getModifyDeadlineAckIdsCount() != request.getModifyDeadlineSecondsCount()) {
      throw PubSubFailure.invalid("modify_deadline_seconds and its ids differ in number.");
    }
    int unused = of.queue().acknowledge(request.getAckIdsList());
    request.getAckIdsList().forEach(out::remove);
    for (int i = 0; i < request.getModifyDeadlineAckIdsCount(); i++) {
      int wanted = request.getModifyDeadlineSeconds(i);
      of.queue().modify(request.getModifyDeadlineAckIds(i), TimeUnit.SECONDS.toNanos(wanted));
      if (wanted == 0) {
        out.remove(request.getModifyDeadlineAckIds(i));
      }
    }
    return of;
  }

  private void setDeadline(int wanted) {
    if (wanted < LEAST_SECONDS || wanted > MOST_SECONDS) {
      throw PubSubFailure.invalid("stream_ack_deadline_seconds is 10 to 600.");
    }
    seconds = wanted;
  }

  /** Sends what is there. */
  @Override
  public synchronized void run() {
    PubSubStandIn.Subscribed of = from;
    if (over || of == null) {
      return;
    }
    // Clients acknowledge by calls of their own too, and what is late is out no longer.
    of.queue().keepThoseOut(out);
    while (out.size() < most) {
      List<ReceivedMessage> messages =
          of.queue()
              .take(
                  (int) Math.min(ANSWER_MESSAGES, most - out.size()),
                  ANSWER_BYTES,
                  TimeUnit.SECONDS.toNanos(seconds));
      if (messages.isEmpty()) {
        return;
      }
      messages.forEach(message -> out.add(message.getAckId()));
      responses.onNext(
          StreamingPullResponse.newBuilder()
              .addAllReceivedMessages(messages)
              .setSubscriptionProperties(
                  // By this clients know that they must keep the order too.
                  StreamingPullResponse.SubscriptionProperties.newBuilder()
                      .setMessageOrderingEnabled(of.settings().getEnableMessageOrdering()))
              .build());
    }
  }

  @Override
  public void onError(Throwable error) {
    synchronized (this) {
      end();
    }
  }

  @Override
  public void onCompleted() {
    synchronized (this) {
      if (!over) {
        end();
        responses.onCompleted();
      }
    }
  }

  /** What a client that is gone has out comes back at once. */
  private void end() {
    over = true;
    PubSubStandIn.Subscribed of = from;
    if (of != null) {
      of.waiting().remove(this);
      of.queue().release(out);
    }
  }
}
