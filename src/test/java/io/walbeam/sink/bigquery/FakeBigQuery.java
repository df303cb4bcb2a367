package io.walbeam.sink.bigquery;

import com.google.api.client.json.gson.GsonFactory;
import com.google.api.services.bigquery.model.Table;
import com.google.cloud.bigquery.storage.v1.AppendRowsRequest;
import com.google.cloud.bigquery.storage.v1.AppendRowsResponse;
import com.google.cloud.bigquery.storage.v1.BigQueryWriteGrpc;
import com.google.cloud.bigquery.storage.v1.ProtoSchema;
import com.google.cloud.bigquery.storage.v1.RowError;
import com.google.cloud.bigquery.storage.v1.StorageError;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.grpc.GrpcSerializationFormats;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.encoding.DecodingService;
import com.linecorp.armeria.server.grpc.GrpcService;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A BigQuery of a few rules, whose next answers a test scripts. Keeps every accepted row.
 *
 * <p>Appends without a scripted answer follow {@link #rule}.
 */
final class FakeBigQuery implements AutoCloseable {
  /** What happens to one append. */
  interface Answer {
    void to(Append append);
  }

  /** One append as it arrived. */
  final class Append {
    final int connection;
    final String stream;
    final boolean withSchema;
    final Descriptor type;
    final List<ByteString> rows;
    private final StreamObserver<AppendRowsResponse> responses;

    private Append(
        int connection,
        String stream,
        boolean withSchema,
        Descriptor type,
        List<ByteString> rows,
        StreamObserver<AppendRowsResponse> responses) {
      this.connection = connection;
      this.stream = stream;
      this.withSchema = withSchema;
      this.type = type;
      this.rows = rows;
      this.responses = responses;
    }

    String table() {
      return stream.replaceFirst(".*/tables/", "").replaceFirst("/streams/_default", "");
    }

    List<DynamicMessage> messages() {
      List<DynamicMessage> messages = new ArrayList<>();
      for (ByteString row : rows) {
        try {
          messages.add(DynamicMessage.parseFrom(type, row));
        } catch (InvalidProtocolBufferException e) {
          throw new UncheckedIOException(e);
        }
      }
      return messages;
    }

    void store() {
      stored.computeIfAbsent(table(), any -> new CopyOnWriteArrayList<>()).addAll(messages());
    }

    void accept() {
      store();
      respond(
          AppendRowsResponse.newBuilder()
              .setWriteStream(stream)
              .setAppendResult(AppendRowsResponse.AppendResult.getDefaultInstance())
              .build());
    }

    void respond(AppendRowsResponse response) {
      synchronized (responses) {
        responses.onNext(response);
      }
    }

    void refuse(Status.Code code, String text) {
      respond(
          AppendRowsResponse.newBuilder()
              .setError(com.google.rpc.Status.newBuilder().setCode(code.value()).setMessage(text))
              .build());
    }

    void refuse(Status.Code code, StorageError.StorageErrorCode storage) {
      respond(
          AppendRowsResponse.newBuilder()
              .setError(
                  com.google.rpc.Status.newBuilder()
                      .setCode(code.value())
                      .addDetails(Any.pack(StorageError.newBuilder().setCode(storage).build())))
              .build());
    }

    void refuseRows(Map<Integer, String> messages) {
      AppendRowsResponse.Builder response =
          AppendRowsResponse.newBuilder()
              .setError(
                  com.google.rpc.Status.newBuilder()
                      .setCode(Status.Code.INVALID_ARGUMENT.value())
                      .setMessage("Errors found while processing rows."));
      messages.forEach(
          (index, message) ->
              response.addRowErrors(
                  RowError.newBuilder()
                      .setIndex(index)
                      .setCode(RowError.RowErrorCode.FIELDS_ERROR)
                      .setMessage(message)));
      respond(response.build());
    }

    void breakConnection(Status status) {
      synchronized (responses) {
        responses.onError(status.asRuntimeException());
      }
    }
  }

  /** One failing REST answer. */
  record RestFault(int status, String reason, String message) {}

  final Map<String, Table> tables = new ConcurrentHashMap<>();
  final Map<String, List<DynamicMessage>> stored = new ConcurrentHashMap<>();
  final List<Append> appends = new CopyOnWriteArrayList<>();
  final List<String> restCalls = new CopyOnWriteArrayList<>();
  final Deque<Answer> script = new ConcurrentLinkedDeque<>();
  final Deque<RestFault> restFaults = new ConcurrentLinkedDeque<>();
  final AtomicInteger connections = new AtomicInteger();
  final AtomicInteger datasetCalls = new AtomicInteger();

  /** What leads each call to its region. */
  final List<String> routes = new CopyOnWriteArrayList<>();

  volatile Answer rule = Append::accept;
  volatile boolean datasetMissing;

  /** Members of the dataset beside these, each after a comma. */
  volatile String datasetFields = "";

  volatile boolean keepAppends = true;
  private final AtomicInteger etags = new AtomicInteger();
  private final Server server;

  FakeBigQuery() {
    server =
        Server.builder()
            .http(0)
            .maxRequestLength(0)
            .requestTimeoutMillis(0)
            .gracefulShutdownTimeoutMillis(0, 0)
            .service(
                GrpcService.builder()
                    .addService(new Writes())
                    .supportedSerializationFormats(GrpcSerializationFormats.PROTO)
                    .maxRequestMessageLength(20 << 20)
                    .build())
            .serviceUnder(
                "/",
                (context, request) ->
                    HttpResponse.of(
                        request
                            .aggregate()
                            .thenApply(
                                whole ->
                                    rest(
                                        method(whole),
                                        whole.path().replaceFirst("\\?.*", ""),
                                        whole.content()))))
            // Google's REST client compresses what it sends.
            .decorator("glob:/bigquery/**", DecodingService.newDecorator())
            .build();
    server.start().join();
  }

  BigQuerySettings settings() {
    return new BigQuerySettings(
        "p", "d", "", "http://127.0.0.1:" + server.activeLocalPort(), "dead", "walbeam:test");
  }

  List<DynamicMessage> stored(String table) {
    return stored.getOrDefault(table, List.of());
  }

  /** Forgets everything; the clients of the test before must be closed. */
  synchronized void reset() {
    tables.clear();
    stored.clear();
    appends.clear();
    restCalls.clear();
    script.clear();
    restFaults.clear();
    connections.set(0);
    datasetCalls.set(0);
    routes.clear();
    rule = Append::accept;
    datasetMissing = false;
    datasetFields = "";
  }

  Table table(String name) {
    return Objects.requireNonNull(tables.get(name), name);
  }

  @Override
  public void close() {
    server.stop().join();
  }

  private final class Writes extends BigQueryWriteGrpc.BigQueryWriteImplBase {
    @Override
    public StreamObserver<AppendRowsRequest> appendRows(
        StreamObserver<AppendRowsResponse> responses) {
      routes.add(
          String.valueOf(
              ServiceRequestContext.current().request().headers().get("x-goog-request-params")));
      return new Connection(connections.incrementAndGet(), responses);
    }
  }

  private final class Connection implements StreamObserver<AppendRowsRequest> {
    private final int number;
    private final StreamObserver<AppendRowsResponse> responses;
    private String stream = "";
    private @Nullable Descriptor type;

    Connection(int number, StreamObserver<AppendRowsResponse> responses) {
      this.number = number;
      this.responses = responses;
    }

    @Override
    public void onNext(AppendRowsRequest request) {
      boolean withSchema = request.getProtoRows().hasWriterSchema();
      if (withSchema) {
        type = descriptor(request.getProtoRows().getWriterSchema());
      }
      if (!request.getWriteStream().isEmpty()) {
        stream = request.getWriteStream();
      }
      if (type == null) {
        responses.onError(Status.INVALID_ARGUMENT.asRuntimeException());
        return;
      }
      Append append =
          new Append(
              number,
              stream,
              withSchema,
              type,
              request.getProtoRows().getRows().getSerializedRowsList(),
              responses);
      if (keepAppends) {
        appends.add(append);
      }
      Answer answer = script.pollFirst();
      (answer == null ? rule : answer).to(append);
    }

    @Override
    public void onError(Throwable cause) {}

    @Override
    public void onCompleted() {
      responses.onCompleted();
    }
  }

  private static Descriptor descriptor(ProtoSchema schema) {
    try {
      FileDescriptorProto file =
          FileDescriptorProto.newBuilder()
              .setName("row.proto")
              .addMessageType(schema.getProtoDescriptor())
              .build();
      return FileDescriptor.buildFrom(file, new FileDescriptor[0]).getMessageTypes().get(0);
    } catch (DescriptorValidationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Google's client cannot send PATCH over the JDK's HTTP client and says so in a header. */
  private static HttpMethod method(AggregatedHttpRequest request) {
    String override = request.headers().get("x-http-method-override");
    return override == null ? request.method() : HttpMethod.valueOf(override);
  }

  private static final Pattern DATASET = Pattern.compile("/bigquery/v2/projects/p/datasets/d");
  private static final Pattern TABLES = Pattern.compile(DATASET + "/tables");
  private static final Pattern TABLE = Pattern.compile(TABLES + "/([^/]+)");

  private synchronized HttpResponse rest(HttpMethod method, String path, HttpData body) {
    if (DATASET.matcher(path).matches() && !datasetMissing) {
      // Asked for once, before the first table: no call of a test.
      datasetCalls.incrementAndGet();
      return json("{\"id\":\"p:d\",\"location\":\"EU\"" + datasetFields + "}");
    }
    restCalls.add(method + " " + path.replaceFirst(".*/datasets/d", ""));
    RestFault fault = restFaults.pollFirst();
    if (fault != null) {
      return error(fault.status(), fault.reason(), fault.message());
    }
    if (datasetMissing) {
      return error(404, "notFound", "Not found: Dataset p:d");
    }
    Matcher table = TABLE.matcher(path);
    if (TABLES.matcher(path).matches() && method == HttpMethod.POST) {
      Table created = parse(body);
      String name = created.getTableReference().getTableId();
      if (tables.containsKey(name)) {
        return error(409, "duplicate", "Already Exists: Table p:d." + name);
      }
      return put(name, created);
    }
    if (table.matches()) {
      String name = table.group(1);
      Table existing = tables.get(name);
      if (existing == null) {
        return error(404, "notFound", "Not found: Table p:d." + name);
      }
      if (method == HttpMethod.PATCH) {
        return put(name, existing.clone().setSchema(parse(body).getSchema()));
      }
      return json(print(existing));
    }
    return error(404, "notFound", "no such path");
  }

  private HttpResponse put(String name, Table table) {
    tables.put(name, table.setEtag("e" + etags.incrementAndGet()));
    return json(print(table));
  }

  private static Table parse(HttpData body) {
    try {
      return GsonFactory.getDefaultInstance().fromString(body.toStringUtf8(), Table.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String print(Table table) {
    try {
      return GsonFactory.getDefaultInstance().toString(table);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static HttpResponse json(String text) {
    return HttpResponse.of(HttpStatus.OK, MediaType.JSON, text);
  }

  private static HttpResponse error(int status, String reason, String message) {
    return HttpResponse.of(
        HttpStatus.valueOf(status),
        MediaType.JSON,
        "{\"error\":{\"code\":%d,\"message\":\"%s\",\"errors\":[{\"reason\":\"%s\",\"message\":\"%s\"}]}}",
        status,
        message,
        reason,
        message);
  }
}
