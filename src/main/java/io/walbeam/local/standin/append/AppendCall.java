package io.walbeam.local.standin.append;

import com.google.cloud.bigquery.storage.v1.AppendRowsRequest;
import com.google.cloud.bigquery.storage.v1.AppendRowsResponse;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.walbeam.local.standin.AppendFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One AppendRows call. Requests are answered one after the other, in order, each after its commit.
 * A call may carry several tables in turn (the client's connection pool does that); stream name and
 * writer schema are sent again when they change. Called by one thread at a time.
 */
final class AppendCall implements StreamObserver<AppendRowsRequest>, Appender.Connection {
  private static final Logger log = LoggerFactory.getLogger(AppendCall.class);

  private final Appender appender;
  private final StreamObserver<AppendRowsResponse> responses;
  private final ServiceRequestContext context;
  private final AppendStreams streams = new AppendStreams();
  private boolean over;

  AppendCall(
      Appender appender,
      StreamObserver<AppendRowsResponse> responses,
      ServiceRequestContext context) {
    this.appender = appender;
    this.responses = responses;
    this.context = context;
  }

  @Override
  public void onNext(AppendRowsRequest request) {
    if (over) {
      return;
    }
    try {
      appender.append(this, request);
    } catch (AppendFailure e) {
      refuse(e);
    } catch (Exception e) {
      log.error("an append failed inside the stand-in", e);
      fail(Status.INTERNAL.withDescription("The stand-in failed: " + e).asRuntimeException());
    }
  }

  @Override
  public AppendStreams streams() {
    return streams;
  }

  @Override
  public void answer(AppendRowsResponse response) {
    responses.onNext(response);
  }

  /** A refused request is answered in the call if the call works at all, else it ends the call. */
  private void refuse(AppendFailure failure) {
    if (failure.endsCall() && streams.count() <= 1) {
      fail(StatusProto.toStatusRuntimeException(failure.status()));
    } else {
      answer(AppendRowsResponse.newBuilder().setError(failure.status()).build());
    }
  }

  @Override
  public void fail(Throwable status) {
    over = true;
    responses.onError(status);
  }

  /** Closes the connection under the call, as a broken network does. */
  @Override
  public void drop() {
    over = true;
    context.cancel();
  }

  /** Leaves this and every later request of the call without an answer. */
  @Override
  public void hang() {
    over = true;
  }

  @Override
  public void onError(Throwable error) {
    over = true;
  }

  @Override
  public void onCompleted() {
    if (!over) {
      over = true;
      responses.onCompleted();
    }
  }
}
