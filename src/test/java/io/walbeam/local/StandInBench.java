package io.walbeam.local;

import static com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type.TYPE_INT64;
import static com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type.TYPE_STRING;

import com.google.api.core.ApiFuture;
import com.google.cloud.bigquery.storage.v1.AppendRowsResponse;
import com.google.cloud.bigquery.storage.v1.ProtoRows;
import com.google.cloud.bigquery.storage.v1.StreamWriter;
import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import io.walbeam.local.StandInClients.Shape;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Measures appends per second, client and server in one JVM: {@code ROWS store|memory|count}. */
final class StandInBench {
  private static final int ROWS_PER_REQUEST = 10_000;

  private StandInBench() {}

  public static void main(String[] arguments) throws Exception {
    int total = Integer.parseInt(arguments[0]);
    StandInOptions options = StandInOptions.inMemory();
    Path directory = Files.createTempDirectory("standin-bench");
    options =
        switch (arguments[1]) {
          case "store" -> options.withData(directory.resolve("data.db"));
          case "count" -> options.withCounting();
          default -> options;
        };
    try (StandInServer server = StandInServer.start(options);
        StandInClients clients = StandInClients.of(server).withDataset()) {
      clients.table(
          "t",
          StandInClients.field("id", "INT64") + "," + StandInClients.field("name", "STRING"),
          "id");
      Map<String, FieldDescriptorProto.Type> fields = new LinkedHashMap<>();
      fields.put("_CHANGE_TYPE", TYPE_STRING);
      fields.put("_CHANGE_SEQUENCE_NUMBER", TYPE_STRING);
      fields.put("id", TYPE_INT64);
      fields.put("name", TYPE_STRING);
      Shape shape = Shape.of(fields);
      List<ProtoRows> requests = new ArrayList<>();
      String text = "x".repeat(84);
      for (int from = 0; from < total; from += ROWS_PER_REQUEST) {
        ProtoRows.Builder rows = ProtoRows.newBuilder();
        for (long i = from; i < from + ROWS_PER_REQUEST; i++) {
          ByteString row =
              shape
                  .row("UPSERT", "0/" + Long.toHexString(i) + "/0/0", i % 300_000, text)
                  .toByteString();
          rows.addSerializedRows(row);
        }
        requests.add(rows.build());
      }
      long cpu = cpu();
      long start = System.nanoTime();
      try (StreamWriter writer = clients.writer("t", shape)) {
        List<ApiFuture<AppendRowsResponse>> futures = new ArrayList<>();
        for (ProtoRows request : requests) {
          futures.add(writer.append(request));
        }
        for (ApiFuture<AppendRowsResponse> future : futures) {
          StandInClients.await(future);
        }
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      System.out.printf(
          "rows=%d seconds=%.2f rows/s=%.0f cpu_s=%.2f%n",
          total, seconds, total / seconds, (cpu() - cpu) / 1e9);
      start = System.nanoTime();
      System.out.println(clients.query("SELECT COUNT(*) AS n FROM d.t").get(0).get("n").getValue());
      System.out.printf("count_ms=%d%n", (System.nanoTime() - start) / 1_000_000);
    }
  }

  private static long cpu() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
