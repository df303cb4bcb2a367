package io.walbeam.sink.pubsub;

import com.google.api.core.ApiFuture;
import com.google.api.core.SettableApiFuture;
import com.google.api.gax.grpc.GrpcStatusCode;
import com.google.api.gax.rpc.ApiExceptionFactory;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PublishResponse;
import com.google.pubsub.v1.PubsubMessage;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A topic that answers from a thread of its own, in any order, and fails at random. Thread-safe;
 * its lists are to be read when nothing is under way.
 */
final class FakeTopic implements Topic.Calls, AutoCloseable {
  private record Call(PublishRequest request, SettableApiFuture<PublishResponse> answer) {}

  private final Random random;

  /** Of a hundred answers so many are failures; none if it is 0. */
  private final int failures;

  /** A text that is refused for what it is. */
  private final String refused;

  private final ExecutorService server = Executors.newSingleThreadExecutor();

  // Guarded by this.
  private final List<Call> open = new ArrayList<>();
  private final List<PubsubMessage> taken = new ArrayList<>();
  private final List<String> mistakes = new ArrayList<>();
  private final List<Duration> timeouts = new ArrayList<>();

  FakeTopic(long seed, int failures, String refused) {
    this.random = new Random(seed);
    this.failures = failures;
    this.refused = refused;
  }

  @Override
  public synchronized ApiFuture<PublishResponse> publish(PublishRequest written, Duration timeout) {
    Call call = new Call(read(written), SettableApiFuture.create());
    timeouts.add(timeout);
    check(call.request());
    open.add(call);
    server.execute(this::answerAny);
    return call.answer();
  }

  /** Messages that were taken, in this order, as often as they were. */
  synchronized List<PubsubMessage> taken() {
    return List.copyOf(taken);
  }

  /** What was done against the rules. */
  synchronized List<String> mistakes() {
    return List.copyOf(mistakes);
  }

  /** How long each request had. */
  synchronized List<Duration> timeouts() {
    return List.copyOf(timeouts);
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private void check(PublishRequest request) {
    Set<String> keys = new HashSet<>();
    request.getMessagesList().forEach(message -> keys.add(message.getOrderingKey()));
    if (keys.size() != 1) {
      mistakes.add("ordering keys in one request: " + keys);
    }
    if (request.getMessagesCount() > 1_000 || request.getSerializedSize() > 10_000_000) {
      mistakes.add("a request of " + request.getMessagesCount() + " messages");
    }
    for (Call other : open) {
      if (keys.contains(other.request().getMessages(0).getOrderingKey())) {
        mistakes.add("two requests at a time for " + keys);
      }
    }
  }

  private void answerAny() {
    Call call;
    boolean fails;
    synchronized (this) {
      call = open.remove(random.nextInt(open.size()));
      fails = random.nextInt(100) < failures;
      // An answer may be lost: then the messages are taken, and nobody knows.
      if (!isRefused(call.request()) && (!fails || random.nextBoolean())) {
        taken.addAll(call.request().getMessagesList());
      }
    }
    if (isRefused(call.request())) {
      call.answer().setException(failure(Status.Code.INVALID_ARGUMENT));
    } else if (fails) {
      call.answer().setException(failure(Status.Code.UNAVAILABLE));
    } else {
      PublishResponse.Builder answer = PublishResponse.newBuilder();
      call.request().getMessagesList().forEach(any -> answer.addMessageIds("id"));
      call.answer().set(answer.build());
    }
  }

  private boolean isRefused(PublishRequest request) {
    return request.getMessagesList().stream()
        .anyMatch(message -> message.getData().toStringUtf8().equals(refused));
  }

  private static Throwable failure(Status.Code code) {
    return ApiExceptionFactory.createException(
        code.toStatus().asRuntimeException(), GrpcStatusCode.of(code), true);
  }

  private static PublishRequest read(PublishRequest written) {
    try {
      return PublishRequest.parseFrom(written.toByteString());
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }
}
