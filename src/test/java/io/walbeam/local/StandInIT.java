package io.walbeam.local;

import static com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type.TYPE_BYTES;
import static com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type.TYPE_DOUBLE;
import static com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type.TYPE_INT32;
import static com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type.TYPE_INT64;
import static com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type.TYPE_STRING;
import static io.walbeam.local.StandInClients.await;
import static io.walbeam.local.StandInClients.failure;
import static io.walbeam.local.StandInClients.field;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.core.ApiFuture;
import com.google.cloud.bigquery.FieldValueList;
import com.google.cloud.bigquery.storage.v1.AppendRowsResponse;
import com.google.cloud.bigquery.storage.v1.BigDecimalByteStringEncoder;
import com.google.cloud.bigquery.storage.v1.CivilTimeEncoder;
import com.google.cloud.bigquery.storage.v1.Exceptions;
import com.google.cloud.bigquery.storage.v1.StreamWriter;
import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import io.walbeam.local.StandInClients.Shape;
import io.walbeam.local.standin.Fault;
import io.walbeam.local.standin.FaultKind;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StandInIT {
  private static final String KEYED = field("id", "INT64") + "," + field("name", "STRING");

  private StandInServer server;
  private StandInClients clients;

  @BeforeEach
  void start() throws Exception {
    server = StandInServer.start(StandInOptions.inMemory());
    clients = StandInClients.of(server).withDataset();
  }

  @AfterEach
  void stop() {
    clients.close();
    server.close();
  }

  static Shape shape(Object... namesAndTypes) {
    Map<String, FieldDescriptorProto.Type> fields = new LinkedHashMap<>();
    for (int i = 0; i < namesAndTypes.length; i += 2) {
      fields.put((String) namesAndTypes[i], (FieldDescriptorProto.Type) namesAndTypes[i + 1]);
    }
    return Shape.of(fields);
  }

  static Shape changes() {
    return shape(
        "_CHANGE_TYPE",
        TYPE_STRING,
        "_CHANGE_SEQUENCE_NUMBER",
        TYPE_STRING,
        "id",
        TYPE_INT64,
        "name",
        TYPE_STRING);
  }

  private List<String> names() {
    List<String> names = new ArrayList<>();
    for (FieldValueList row : clients.query("SELECT id, name FROM d.t ORDER BY id")) {
      names.add(row.get("id").getLongValue() + "=" + row.get("name").getValue());
    }
    return names;
  }

  @Test
  void highestPositionWinsWhateverTheOrderOfArrival() throws Exception {
    clients.table("t", KEYED, "id");
    Shape shape = changes();
    try (StreamWriter writer = clients.writer("t", shape)) {
      await(
          writer.append(
              shape.rows(
                  shape.row("UPSERT", "A/2", 1L, "later"),
                  shape.row("UPSERT", "a/1", 1L, "earlier"),
                  shape.row("UPSERT", "FF", 2L, "kept"))));
      await(
          writer.append(
              shape.rows(
                  shape.row("UPSERT", "FE/FFFFFFFFFFFFFFFF", 2L, "late"),
                  shape.row("UPSERT", "1", 3L, "first"),
                  shape.row("UPSERT", "1/0", 3L, "tie"))));
    }
    assertThat(names()).containsExactly("1=later", "2=kept", "3=tie");
  }

  @Test
  void lateUpsertBelowATombstoneIsIgnored() throws Exception {
    clients.table("t", KEYED, "id");
    Shape shape = changes();
    try (StreamWriter writer = clients.writer("t", shape)) {
      await(writer.append(shape.rows(shape.row("UPSERT", "1", 1L, "one"))));
      await(writer.append(shape.rows(shape.row("DELETE", "3", 1L, null))));
      server.applyChanges();
      await(writer.append(shape.rows(shape.row("UPSERT", "2", 1L, "zombie"))));
      assertThat(names()).isEmpty();
      await(writer.append(shape.rows(shape.row("UPSERT", "4", 1L, "new"))));
    }
    assertThat(names()).containsExactly("1=new");
  }

  @Test
  void pooledWritersOfSeveralTablesShareAConnection() throws Exception {
    clients.table("t", KEYED, "id");
    clients.table("u", KEYED + "," + field("extra", "FLOAT64"), "id");
    Shape shape = changes();
    Shape wider =
        shape(
            "_CHANGE_TYPE",
            TYPE_STRING,
            "id",
            TYPE_INT64,
            "name",
            TYPE_STRING,
            "extra",
            TYPE_DOUBLE);
    try (StreamWriter first = clients.pooledWriter("t", shape);
        StreamWriter second = clients.pooledWriter("u", wider)) {
      List<ApiFuture<AppendRowsResponse>> futures = new ArrayList<>();
      for (long i = 0; i < 50; i++) {
        futures.add(first.append(shape.rows(shape.row("UPSERT", Long.toHexString(i), i, "t" + i))));
        futures.add(second.append(wider.rows(wider.row("UPSERT", i, "u" + i, 0.5))));
      }
      for (ApiFuture<AppendRowsResponse> future : futures) {
        assertThat(await(future).hasAppendResult()).isTrue();
      }
    }
    assertThat(clients.query("SELECT COUNT(*) AS n FROM d.t").get(0).get("n").getLongValue())
        .isEqualTo(50);
    assertThat(clients.query("SELECT SUM(extra) AS n FROM d.u").get(0).get("n").getDoubleValue())
        .isEqualTo(25.0);
  }

  @Test
  void everyTypeComesBackAsItWasWritten() throws Exception {
    List<String> types =
        List.of(
            "INT64",
            "FLOAT64",
            "BOOL",
            "STRING",
            "BYTES",
            "DATE",
            "TIME",
            "DATETIME",
            "TIMESTAMP",
            "NUMERIC",
            "BIGNUMERIC",
            "JSON");
    List<String> fields = new ArrayList<>();
    types.forEach(type -> fields.add(field("c_" + type, type)));
    fields.add("{\"name\":\"list\",\"type\":\"STRING\",\"mode\":\"REPEATED\"}");
    clients.table("t", String.join(",", fields));
    Shape shape =
        shape(
            "c_int64",
            TYPE_INT64,
            "c_float64",
            TYPE_DOUBLE,
            "c_bool",
            FieldDescriptorProto.Type.TYPE_BOOL,
            "c_string",
            TYPE_STRING,
            "c_bytes",
            TYPE_BYTES,
            "c_date",
            TYPE_INT32,
            "c_time",
            TYPE_INT64,
            "c_datetime",
            TYPE_INT64,
            "c_timestamp",
            TYPE_INT64,
            "c_numeric",
            TYPE_BYTES,
            "c_bignumeric",
            TYPE_STRING,
            "c_json",
            TYPE_STRING,
            "list[]",
            TYPE_STRING);
    String big = "1234567890123456789012345678901234567.00000000000000000000000000000000000005";
    try (StreamWriter writer = clients.writer("t", shape)) {
      await(
          writer.append(
              shape.rows(
                  shape.row(
                      Long.MIN_VALUE,
                      0.1,
                      true,
                      "é\u0000x",
                      ByteString.copyFrom(new byte[] {0, -1}),
                      -719162,
                      CivilTimeEncoder.encodePacked64TimeMicrosLocalTime(
                          LocalTime.of(23, 59, 59, 999_999_000)),
                      CivilTimeEncoder.encodePacked64DatetimeMicrosLocalDateTime(
                          LocalDateTime.of(2024, 2, 29, 1, 2, 3)),
                      -1L,
                      BigDecimalByteStringEncoder.encodeToNumericByteString(
                          new BigDecimal("-12.5")),
                      big,
                      "{\"a\": [1, null]}",
                      List.of("x", "", "y,\"z")),
                  shape.row())));
    }
    List<FieldValueList> rows = clients.query("SELECT * FROM `p1.d.t` ORDER BY c_int64 NULLS LAST");
    FieldValueList row = rows.get(0);
    assertThat(row.get("c_INT64").getLongValue()).isEqualTo(Long.MIN_VALUE);
    assertThat(row.get("c_FLOAT64").getDoubleValue()).isEqualTo(0.1);
    assertThat(row.get("c_BOOL").getBooleanValue()).isTrue();
    assertThat(row.get("c_STRING").getStringValue()).isEqualTo("é\u0000x");
    assertThat(row.get("c_BYTES").getBytesValue()).containsExactly(0, -1);
    assertThat(row.get("c_DATE").getStringValue()).isEqualTo("0001-01-01");
    assertThat(row.get("c_TIME").getStringValue()).isEqualTo("23:59:59.999999");
    assertThat(row.get("c_DATETIME").getStringValue()).isEqualTo("2024-02-29T01:02:03");
    assertThat(row.get("c_TIMESTAMP").getTimestampValue()).isEqualTo(-1L);
    assertThat(row.get("c_NUMERIC").getStringValue()).isEqualTo("-12.5");
    assertThat(row.get("c_BIGNUMERIC").getStringValue()).isEqualTo(big);
    assertThat(row.get("c_JSON").getStringValue()).isEqualTo("{\"a\": [1, null]}");
    assertThat(row.get("list").getRepeatedValue())
        .extracting(v -> v.getStringValue())
        .containsExactly("x", "", "y,\"z");
    assertThat(rows.get(1).get("c_STRING").isNull()).isTrue();
    assertThat(rows.get(1).get("list").getRepeatedValue()).isEmpty();
  }

  @Test
  void structsAreReadByFieldAndRowsAddedBeforeAPatchHaveNull() throws Exception {
    clients.table(
        "t",
        KEYED
            + ",{\"name\":\"_walbeam\",\"type\":\"RECORD\",\"fields\":["
            + field("epoch", "INT64")
            + ","
            + field("commit_time", "TIMESTAMP")
            + "]}");
    com.google.protobuf.DescriptorProtos.DescriptorProto message =
        com.google.protobuf.DescriptorProtos.DescriptorProto.newBuilder()
            .setName("Row")
            .addNestedType(
                shape("epoch", TYPE_INT64, "commit_time", TYPE_INT64)
                    .descriptor()
                    .toProto()
                    .toBuilder()
                    .setName("Place"))
            .addField(
                FieldDescriptorProto.newBuilder()
                    .setName("id")
                    .setNumber(5)
                    .setType(TYPE_INT64)
                    .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL))
            .addField(
                FieldDescriptorProto.newBuilder()
                    .setName("_walbeam")
                    .setNumber(99_999)
                    .setType(FieldDescriptorProto.Type.TYPE_MESSAGE)
                    .setTypeName("Place")
                    .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL))
            .build();
    Shape shape = Shape.of(message);
    Shape place = new Shape(shape.descriptor().getNestedTypes().get(0));
    try (StreamWriter writer = clients.writer("t", shape)) {
      await(writer.append(shape.rows(shape.row(1L, place.row(7L, 1_000_000L)))));
    }
    assertThat(
            clients
                .patchFields(
                    "t",
                    KEYED
                        + ",{\"name\":\"_walbeam\",\"type\":\"RECORD\","
                        + "\"fields\":["
                        + field("epoch", "INT64")
                        + ","
                        + field("commit_time", "TIMESTAMP")
                        + ","
                        + field("n", "INT64")
                        + "]},"
                        + field("more", "STRING"))
                .statusCode())
        .isEqualTo(200);
    FieldValueList row =
        clients.query("SELECT t._walbeam.epoch AS e, _walbeam.n AS n, more FROM d.t AS t").get(0);
    assertThat(row.get("e").getLongValue()).isEqualTo(7);
    assertThat(row.get("n").isNull()).isTrue();
    assertThat(row.get("more").isNull()).isTrue();
  }

  @Test
  void staleReadsShowTheStateOfTheLastApply() throws Exception {
    try (StandInServer stale = StandInServer.start(StandInOptions.inMemory().withStaleReads());
        StandInClients other = StandInClients.of(stale).withDataset()) {
      other.table("t", KEYED, "id");
      other.send(
          "PATCH",
          "/bigquery/v2/projects/p1/datasets/d/tables/t",
          "{\"maxStaleness\":\"0-0 0 1:0:0\"}");
      Shape shape = changes();
      try (StreamWriter writer = other.writer("t", shape)) {
        await(writer.append(shape.rows(shape.row("UPSERT", "1", 1L, "one"))));
      }
      assertThat(other.query("SELECT * FROM d.t")).isEmpty();
      other.send("POST", "/_standin/apply", "");
      assertThat(other.query("SELECT * FROM d.t")).hasSize(1);
      assertThat(
              other
                  .query(
                      "SELECT upsert_stream_apply_watermark AS w FROM d.INFORMATION_SCHEMA.TABLES"
                          + " WHERE table_name = 't'")
                  .get(0)
                  .get("w")
                  .isNull())
          .isFalse();
    }
  }

  @Test
  void injectedFaultsAreMetAsOftenAsAskedFor() throws Exception {
    clients.table("t", KEYED, "id");
    Shape shape = changes();
    assertThat(
            clients
                .send(
                    "POST",
                    "/_standin/faults",
                    "{\"kind\":\"INVALID_ARGUMENT\",\"table\":\"t\",\"count\":1}")
                .statusCode())
        .isEqualTo(200);
    try (StreamWriter writer = clients.writer("t", shape)) {
      var rows = shape.rows(shape.row("UPSERT", "1", 1L, "one"));
      assertThat(failure(writer, rows)).hasMessageContaining("INVALID_ARGUMENT");
      assertThat(await(writer.append(rows)).hasAppendResult()).isTrue();
      server.faults().add(Fault.of(FaultKind.LOST_RESPONSE, "*", 1));
      var more = shape.rows(shape.row("UPSERT", "1", 2L, "two"));
      // The client opens the connection again and repeats the request.
      assertThat(await(writer.append(more)).hasAppendResult()).isTrue();
      server.faults().add(Fault.of(FaultKind.SCHEMA_DELAY, "t", Duration.ofHours(1)));
    }
    assertThat(names()).containsExactly("1=one", "2=two");
    clients.patchFields("t", KEYED + "," + field("more", "STRING"));
    Shape wider = shape("_CHANGE_TYPE", TYPE_STRING, "id", TYPE_INT64, "more", TYPE_STRING);
    try (StreamWriter writer = clients.writer("t", wider)) {
      assertThat(failure(writer, wider.rows(wider.row("UPSERT", 1L, "m"))))
          .isInstanceOf(Exceptions.SchemaMismatchedException.class);
    }
    server.faults().clear();
    server.faults().add(Fault.rest("tables.get", "t", 429, 1));
    assertThat(clients.send("GET", "/bigquery/v2/projects/p1/datasets/d/tables/t", "").statusCode())
        .isEqualTo(429);
    assertThat(clients.send("GET", "/bigquery/v2/projects/p1/datasets/d/tables/t", "").statusCode())
        .isEqualTo(200);
  }

  @Test
  void countingStoresNothing() throws Exception {
    try (StandInServer counting = StandInServer.start(StandInOptions.inMemory().withCounting());
        StandInClients other = StandInClients.of(counting).withDataset()) {
      other.table("t", KEYED, "id");
      Shape shape = changes();
      try (StreamWriter writer = other.writer("t", shape)) {
        await(writer.append(shape.rows(shape.row("UPSERT", "1", 1L, "one"))));
      }
      assertThat(counting.counts().rows("p1.d.t")).isEqualTo(1);
      assertThat(other.query("SELECT * FROM d.t")).isEmpty();
    }
  }
}
