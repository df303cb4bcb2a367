package io.walbeam.local.standin.append;

import com.google.cloud.bigquery.storage.v1.AppendRowsRequest;
import com.google.cloud.bigquery.storage.v1.AppendRowsResponse;
import com.google.cloud.bigquery.storage.v1.BigQueryWriteGrpc;
import com.google.cloud.bigquery.storage.v1.GetWriteStreamRequest;
import com.google.cloud.bigquery.storage.v1.WriteStream;
import com.google.cloud.bigquery.storage.v1.WriteStreamView;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.walbeam.local.standin.AppendFailure;
import io.walbeam.local.standin.Location;
import io.walbeam.local.standin.TableRef;
import io.walbeam.local.standin.store.Datasets;
import io.walbeam.local.standin.store.Table;

/**
 * {@code google.cloud.bigquery.storage.v1.BigQueryWrite}: AppendRows and GetWriteStream on default
 * streams. The other methods answer UNIMPLEMENTED.
 */
public final class AppendService extends BigQueryWriteGrpc.BigQueryWriteImplBase {
  private final Datasets catalogue;
  private final Appender appender;

  public AppendService(Datasets catalogue, Appender appender) {
    this.catalogue = catalogue;
    this.appender = appender;
  }

  @Override
  public StreamObserver<AppendRowsRequest> appendRows(
      StreamObserver<AppendRowsResponse> responses) {
    return new AppendCall(appender, responses, ServiceRequestContext.current());
  }

  @Override
  public void getWriteStream(GetWriteStreamRequest request, StreamObserver<WriteStream> responses) {
    try {
      TableRef ref = TableRef.ofDefaultStream(request.getName());
      if (ref == null) {
        throw AppendFailure.invalid("Only default streams exist here: " + request.getName());
      }
      Table table = catalogue.find(ref);
      if (table == null) {
        throw AppendFailure.tableNotFound(ref);
      }
      WriteStream.Builder stream =
          WriteStream.newBuilder()
              .setName(ref.streamName())
              .setType(WriteStream.Type.COMMITTED)
              .setLocation(Location.NAME);
      if (request.getView() == WriteStreamView.FULL) {
        stream.setTableSchema(ProtoSchemas.of(table.definition()));
      }
      responses.onNext(stream.build());
      responses.onCompleted();
    } catch (AppendFailure e) {
      responses.onError(StatusProto.toStatusRuntimeException(e.status()));
    }
  }
}
