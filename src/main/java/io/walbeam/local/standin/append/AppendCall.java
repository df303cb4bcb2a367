package io.walbeam.local.standin.append;

import com.google.cloud.bigquery.storage.v1.AppendRowsRequest;
import com.google.cloud.bigquery.storage.v1.AppendRowsResponse;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.walbeam.local.standin.AppendFailure;
import io.walbeam.local.standin.TableRef;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One AppendRows call. Requests are answered one after the other, in order, each after its commit.
 * A call may carry several tables in turn (the client's connection pool does that); stream name and
 * writer schema are sent again when they change. Called by one thread at a time.
 */
final class AppendCall implements StreamObserver<AppendRowsRequest> {
  private static final Logger log = LoggerFactory.getLogger(AppendCall.class);

  /** What is known of one stream on this connection. */
  static final class Stream {
    final TableRef table;
    @Nullable DescriptorProto schema;
    @Nullable RowDecoder decoder;
    long announcedVersion;

    Stream(TableRef table) {
      this.table = table;
    }
  }

  private final Appender appender;
  private final StreamObserver<AppendRowsResponse> responses;
  private final ServiceRequestContext context;
  private final Map<String, Stream> streams = new HashMap<>();
  private @Nullable Stream current;
  private @Nullable Boolean changes;
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

  /** Finds the stream of a request: its own, or that of the request before. */
  Stream select(AppendRowsRequest request) throws AppendFailure {
    String name = request.getWriteStream();
    if (!name.isEmpty()) {
      Stream stream = streams.get(name);
      if (stream == null) {
        TableRef table = TableRef.ofDefaultStream(name);
        if (table == null) {
          throw AppendFailure.invalid(
              "Invalid stream name, only default streams exist here: " + name);
        }
        stream = new Stream(table);
        streams.put(name, stream);
      }
      if (stream != current && !request.getProtoRows().hasWriterSchema()) {
        throw AppendFailure.invalid(
            "The first request to a stream must have a writer schema. Entity: " + name);
      }
      current = stream;
    }
    if (current == null) {
      throw AppendFailure.invalid("The first request must specify the write stream");
    }
    if (request.getProtoRows().hasWriterSchema()) {
      // Noted even if the request is refused: the client does not send it again.
      DescriptorProto schema = request.getProtoRows().getWriterSchema().getProtoDescriptor();
      if (!schema.equals(current.schema)) {
        current.schema = schema;
        current.decoder = null;
      }
    }
    return current;
  }

  /** Notes whether a request carries changes, which all or none of a connection's must. */
  void noteChanges(boolean now) throws AppendFailure {
    if (changes != null && changes != now) {
      throw AppendFailure.invalid(
          "The given value is not a valid CHANGE_TYPE: rows with and without a change type cannot"
              + " share a connection");
    }
    changes = now;
  }

  void answer(AppendRowsResponse response) {
    responses.onNext(response);
  }

  /** A refused request is answered in the call if the call works at all, else it ends the call. */
  private void refuse(AppendFailure failure) {
    if (failure.endsCall() && streams.size() <= 1) {
      fail(StatusProto.toStatusRuntimeException(failure.status()));
    } else {
      answer(AppendRowsResponse.newBuilder().setError(failure.status()).build());
    }
  }

  void fail(Throwable status) {
    over = true;
    responses.onError(status);
  }

  /** Closes the connection under the call, as a broken network does. */
  void drop() {
    over = true;
    context.cancel();
  }

  /** Leaves this and every later request of the call without an answer. */
  void hang() {
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
