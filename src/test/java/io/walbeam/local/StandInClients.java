package io.walbeam.local;

import com.google.api.core.ApiFuture;
import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.InstantiatingGrpcChannelProvider;
import com.google.api.gax.rpc.ApiException;
import com.google.api.gax.rpc.BidiStream;
import com.google.cloud.NoCredentials;
import com.google.cloud.bigquery.BigQuery;
import com.google.cloud.bigquery.BigQueryOptions;
import com.google.cloud.bigquery.DatasetInfo;
import com.google.cloud.bigquery.FieldValueList;
import com.google.cloud.bigquery.QueryJobConfiguration;
import com.google.cloud.bigquery.storage.v1.AppendRowsRequest;
import com.google.cloud.bigquery.storage.v1.AppendRowsResponse;
import com.google.cloud.bigquery.storage.v1.BigQueryWriteClient;
import com.google.cloud.bigquery.storage.v1.BigQueryWriteSettings;
import com.google.cloud.bigquery.storage.v1.ProtoRows;
import com.google.cloud.bigquery.storage.v1.ProtoSchema;
import com.google.cloud.bigquery.storage.v1.StreamWriter;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The official clients, pointed at a stand-in, and a few shapes that tests share. */
final class StandInClients implements AutoCloseable {
  static final String PROJECT = "p1";
  static final String DATASET = "d";
  private static final long DEADLINE_SECONDS = 60;

  final BigQuery bigQuery;
  final BigQueryWriteClient write;
  private final String endpoint;
  private final HttpClient http = HttpClient.newHttpClient();

  StandInClients(String host, int port) throws IOException {
    endpoint = "http://" + host + ":" + port;
    bigQuery =
        BigQueryOptions.newBuilder()
            .setHost(endpoint)
            .setProjectId(PROJECT)
            .setCredentials(NoCredentials.getInstance())
            .build()
            .getService();
    write =
        BigQueryWriteClient.create(
            BigQueryWriteSettings.newBuilder()
                .setCredentialsProvider(NoCredentialsProvider.create())
                .setTransportChannelProvider(
                    InstantiatingGrpcChannelProvider.newBuilder()
                        .setEndpoint(host + ":" + port)
                        .setChannelConfigurator(builder -> builder.usePlaintext())
                        .build())
                .build());
  }

  static StandInClients of(StandInServer server) throws IOException {
    return new StandInClients("localhost", server.port());
  }

  StandInClients withDataset() {
    bigQuery.create(DatasetInfo.of(DATASET));
    return this;
  }

  /** Sends JSON to a path and gives status and body. */
  HttpResponse<String> send(String method, String path, String body) {
    try {
      return http.send(
          HttpRequest.newBuilder(URI.create(endpoint + path))
              .method(method, HttpRequest.BodyPublishers.ofString(body))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Creates a table from REST fields; the key may be empty. */
  void table(String name, String fields, String... key) {
    HttpResponse<String> response = insertTable(name, fields, key);
    if (response.statusCode() != 200) {
      throw new IllegalStateException(response.body());
    }
  }

  HttpResponse<String> insertTable(String name, String fields, String... key) {
    String constraints =
        key.length == 0
            ? ""
            : ",\"tableConstraints\":{\"primaryKey\":{\"columns\":[\""
                + String.join("\",\"", key)
                + "\"]}}";
    return send(
        "POST",
        "/bigquery/v2/projects/" + PROJECT + "/datasets/" + DATASET + "/tables",
        "{\"tableReference\":{\"tableId\":\""
            + name
            + "\"},\"schema\":{\"fields\":["
            + fields
            + "]}"
            + constraints
            + "}");
  }

  HttpResponse<String> patchFields(String name, String fields) {
    return send(
        "PATCH",
        "/bigquery/v2/projects/" + PROJECT + "/datasets/" + DATASET + "/tables/" + name,
        "{\"schema\":{\"fields\":[" + fields + "]}}");
  }

  static String field(String name, String type) {
    return "{\"name\":\"" + name + "\",\"type\":\"" + type + "\"}";
  }

  List<FieldValueList> query(String sql) {
    List<FieldValueList> rows = new ArrayList<>();
    try {
      bigQuery.query(QueryJobConfiguration.of(sql)).iterateAll().forEach(rows::add);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    return rows;
  }

  static String stream(String table) {
    return "projects/"
        + PROJECT
        + "/datasets/"
        + DATASET
        + "/tables/"
        + table
        + "/streams/_default";
  }

  StreamWriter writer(String table, Shape shape) throws IOException {
    return StreamWriter.newBuilder(stream(table), write).setWriterSchema(shape.schema()).build();
  }

  StreamWriter pooledWriter(String table, Shape shape) throws IOException {
    return StreamWriter.newBuilder(stream(table), write)
        .setWriterSchema(shape.schema())
        .setEnableConnectionPool(true)
        // The client keeps pools by location for as long as the JVM lives.
        .setLocation("us-" + write.hashCode())
        .build();
  }

  /** A request as the first of its table on a connection is sent. */
  static AppendRowsRequest request(String table, Shape shape, ProtoRows rows) {
    return AppendRowsRequest.newBuilder()
        .setWriteStream(stream(table))
        .setProtoRows(
            AppendRowsRequest.ProtoData.newBuilder().setWriterSchema(shape.schema()).setRows(rows))
        .build();
  }

  /** Sends both requests over one connection; gives the error that answers the second. */
  String errorOfSecond(AppendRowsRequest first, AppendRowsRequest second) {
    BidiStream<AppendRowsRequest, AppendRowsResponse> connection =
        write.appendRowsCallable().call();
    try {
      connection.send(first);
      connection.send(second);
      connection.closeSend();
      Iterator<AppendRowsResponse> answers = connection.iterator();
      if (answers.next().hasError()) {
        throw new IllegalStateException("the first request was refused");
      }
      return answers.next().getError().getMessage();
    } catch (ApiException e) {
      return String.valueOf(e.getMessage());
    }
  }

  static AppendRowsResponse await(ApiFuture<AppendRowsResponse> future)
      throws ExecutionException, InterruptedException, TimeoutException {
    return future.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  /** Appends and gives the failure, which must come. */
  static Throwable failure(StreamWriter writer, ProtoRows rows)
      throws InterruptedException, TimeoutException {
    try {
      await(writer.append(rows));
    } catch (ExecutionException e) {
      return e.getCause() == null ? e : e.getCause();
    }
    throw new AssertionError("the append was accepted");
  }

  @Override
  public void close() {
    write.close();
    try {
      write.awaitTermination(DEADLINE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A writer schema of optional fields, numbered in order. */
  record Shape(Descriptor descriptor) {
    static Shape of(Map<String, FieldDescriptorProto.Type> fields) {
      DescriptorProto.Builder message = DescriptorProto.newBuilder().setName("Row");
      int number = 1;
      for (Map.Entry<String, FieldDescriptorProto.Type> field : fields.entrySet()) {
        boolean repeated = field.getKey().endsWith("[]");
        message.addField(
            FieldDescriptorProto.newBuilder()
                .setName(field.getKey().replace("[]", ""))
                .setNumber(number++)
                .setType(field.getValue())
                .setLabel(
                    repeated
                        ? FieldDescriptorProto.Label.LABEL_REPEATED
                        : FieldDescriptorProto.Label.LABEL_OPTIONAL));
      }
      return of(message.build());
    }

    static Shape of(DescriptorProto message) {
      try {
        return new Shape(
            Descriptors.FileDescriptor.buildFrom(
                    FileDescriptorProto.newBuilder().addMessageType(message).build(),
                    new Descriptors.FileDescriptor[0])
                .getMessageTypes()
                .get(0));
      } catch (Descriptors.DescriptorValidationException e) {
        throw new IllegalArgumentException(e);
      }
    }

    ProtoSchema schema() {
      return ProtoSchema.newBuilder().setProtoDescriptor(descriptor.toProto()).build();
    }

    /** A message of values in field order; null leaves a field out. */
    DynamicMessage row(@Nullable Object... values) {
      DynamicMessage.Builder row = DynamicMessage.newBuilder(descriptor);
      for (int i = 0; i < values.length; i++) {
        FieldDescriptor field = descriptor.getFields().get(i);
        if (values[i] != null) {
          row.setField(field, values[i]);
        }
      }
      return row.build();
    }

    ProtoRows rows(DynamicMessage... rows) {
      ProtoRows.Builder all = ProtoRows.newBuilder();
      for (DynamicMessage row : rows) {
        all.addSerializedRows(row.toByteString());
      }
      return all.build();
    }
  }
}
