package io.walbeam.local;

import static com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type.TYPE_BYTES;
import static com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type.TYPE_INT32;
import static com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type.TYPE_INT64;
import static com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type.TYPE_STRING;
import static io.walbeam.local.StandInClients.failure;
import static io.walbeam.local.StandInClients.field;
import static io.walbeam.local.StandInIT.changes;
import static io.walbeam.local.StandInIT.shape;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.cloud.bigquery.storage.v1.Exceptions;
import com.google.cloud.bigquery.storage.v1.StreamWriter;
import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import io.walbeam.local.StandInClients.Shape;
import io.walbeam.local.standin.append.RowDecoder;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StandInStrictnessIT {
  private static final String KEYED = field("id", "INT64") + "," + field("name", "STRING");

  private static final String TABLES = "/bigquery/v2/projects/p1/datasets/d/tables";

  private StandInServer server;
  private StandInClients clients;

  @BeforeAll
  void start() throws Exception {
    server = StandInServer.start(StandInOptions.inMemory());
    clients = StandInClients.of(server).withDataset();
  }

  @AfterAll
  void stop() {
    clients.close();
    server.close();
  }

  private Throwable refused(String table, Shape shape, Object... values) throws Exception {
    try (StreamWriter writer = clients.writer(table, shape)) {
      return failure(writer, shape.rows(shape.row(values)));
    }
  }

  private void rowRefused(String type, FieldDescriptorProto.Type given, Object value)
      throws Exception {
    String table = "row_" + Integer.toHexString((type + given + value).hashCode());
    clients.table(table, field("c", type));
    Throwable failure = refused(table, shape("c", given), value);
    assertThat(failure).isInstanceOf(Exceptions.AppendSerializationError.class);
    assertThat(((Exceptions.AppendSerializationError) failure).getRowIndexToErrorMessage())
        .containsOnlyKeys(0);
    assertThat(clients.query("SELECT * FROM d." + table)).isEmpty();
  }

  @Test
  void oneBadRowRefusesItsWholeRequestAndIsNamedByIndex() throws Exception {
    clients.table("whole", KEYED, "id");
    Shape shape = changes();
    try (StreamWriter writer = clients.writer("whole", shape)) {
      Throwable failure =
          failure(
              writer,
              shape.rows(
                  shape.row("UPSERT", "1", 1L, "good"),
                  shape.row("INSERT", "1", 2L, "bad type"),
                  shape.row("UPSERT", "1/2/3/4/5", 3L, "bad position")));
      assertThat(failure).isInstanceOf(Exceptions.AppendSerializationError.class);
      Map<Integer, String> errors =
          ((Exceptions.AppendSerializationError) failure).getRowIndexToErrorMessage();
      assertThat(errors).containsOnlyKeys(1, 2);
      assertThat(errors.get(1)).contains("not a valid CHANGE_TYPE");
    }
    assertThat(clients.query("SELECT * FROM d.whole")).isEmpty();
  }

  @Test
  void changesNeedAPrimaryKey() throws Exception {
    clients.table("keyless", KEYED);
    assertThat(refused("keyless", changes(), "UPSERT", "1", 1L, "x"))
        .hasMessageContaining("are required to create an upsert stream");
  }

  @Test
  void unknownFieldIsASchemaMismatch() throws Exception {
    clients.table("extra", KEYED);
    assertThat(refused("extra", shape("id", TYPE_INT64, "other", TYPE_INT64), 1L, 1L))
        .isInstanceOf(Exceptions.SchemaMismatchedException.class);
  }

  @Test
  void missingRequiredFieldIsARowError() throws Exception {
    clients.table(
        "needed",
        "{\"name\":\"id\",\"type\":\"INT64\",\"mode\":\"REQUIRED\"}," + field("name", "STRING"));
    assertThat(refused("needed", shape("name", TYPE_STRING), "x"))
        .isInstanceOf(Exceptions.AppendSerializationError.class);
  }

  @Test
  void unknownTableIsNotFound() throws Exception {
    assertThat(refused("nowhere", changes(), "UPSERT", "1", 1L, "x"))
        .hasMessageContaining("NOT_FOUND");
  }

  @Test
  void valuesOutOfRangeOrOfAnotherFormAreRowErrors() throws Exception {
    rowRefused("NUMERIC", TYPE_STRING, "100000000000000000000000000000");
    rowRefused("NUMERIC", TYPE_STRING, "NaN");
    rowRefused("BIGNUMERIC", TYPE_STRING, "1e39");
    rowRefused("DATE", TYPE_INT32, 2932897);
    rowRefused("DATE", TYPE_STRING, "0000-01-01");
    rowRefused("TIMESTAMP", TYPE_INT64, Long.MAX_VALUE);
    rowRefused("TIME", TYPE_STRING, "24:00:00");
    rowRefused("JSON", TYPE_STRING, "{\"a\":}");
  }

  @Test
  void conversionThatDoesNotExistIsRefused() throws Exception {
    clients.table("conversion", field("c", "INT64"));
    assertThat(refused("conversion", shape("c", TYPE_STRING), "1"))
        .hasMessageContaining("mismatched with BigQuery field");
  }

  @Test
  void textThatIsNotUtf8IsARowError() throws Exception {
    clients.table("utf8", field("c", "STRING"));
    Shape text = shape("c", TYPE_STRING);
    Shape bytes = shape("c", TYPE_BYTES);
    try (StreamWriter writer = clients.writer("utf8", text)) {
      assertThat(
              failure(
                  writer,
                  bytes.rows(bytes.row(ByteString.copyFrom(new byte[] {(byte) 0xC3, 0x28})))))
          .isInstanceOf(Exceptions.AppendSerializationError.class);
    }
  }

  @Test
  void rowAboveTenMegabytesIsARowError() throws Exception {
    clients.table("large", field("c", "STRING"));
    assertThat(refused("large", shape("c", TYPE_STRING), "x".repeat(RowDecoder.MAX_ROW_BYTES)))
        .isInstanceOf(Exceptions.AppendSerializationError.class);
  }

  @Test
  void changesAndPlainRowsCannotShareAConnection() {
    clients.table("mixed", KEYED, "id");
    clients.table("mixed_plain", KEYED);
    Shape plain = shape("id", TYPE_INT64);
    assertThat(
            clients.errorOfSecond(
                StandInClients.request(
                    "mixed", changes(), changes().rows(changes().row("UPSERT", "1", 1L, "x"))),
                StandInClients.request("mixed_plain", plain, plain.rows(plain.row(1L)))))
        .contains("not a valid CHANGE_TYPE");
  }

  @Test
  void definitionsThatBigQueryRefusesAreRefused() {
    List<String> many = new ArrayList<>();
    IntStream.range(0, 17).forEach(i -> many.add("k" + i));
    String fields = String.join(",", many.stream().map(name -> field(name, "INT64")).toList());
    assertThat(clients.insertTable("r1", fields, many.toArray(String[]::new)).statusCode())
        .isEqualTo(400);
    for (String type : List.of("FLOAT64", "TIME", "JSON", "GEOGRAPHY")) {
      assertThat(clients.insertTable("r2", field("k", type), "k").statusCode()).isEqualTo(400);
    }
    for (String name : List.of("_CHANGE_TYPE", "_table_x", "_PARTITIONTIME", "a\\\"b", "a.b")) {
      assertThat(clients.insertTable("r3", field(name, "INT64")).statusCode()).isEqualTo(400);
    }
    assertThat(clients.insertTable("r4", field("a", "INT64") + "," + field("A", "INT64")))
        .extracting(response -> response.statusCode())
        .isEqualTo(400);
  }

  @Test
  void onlyATimeThatIsThereMayPartitionATableAndItStays() {
    String fields = field("day", "DATE") + "," + field("at", "TIMESTAMP") + "," + KEYED;
    for (String wrong :
        List.of(
            "WEEK\",\"field\":\"at",
            "DAY\",\"field\":\"id",
            "DAY\",\"field\":\"none",
            "HOUR\",\"field\":\"day")) {
      assertThat(partitioned("part", fields, wrong).statusCode()).as(wrong).isEqualTo(400);
    }
    assertThat(partitioned("part", fields, "DAY\",\"field\":\"at").statusCode()).isEqualTo(200);
    for (String wrong : List.of("{\"type\":\"HOUR\"}", "{\"field\":\"day\"}", "null")) {
      assertThat(
              clients
                  .send("PATCH", TABLES + "/part", "{\"timePartitioning\":" + wrong + "}")
                  .statusCode())
          .as(wrong)
          .isEqualTo(400);
    }
  }

  private HttpResponse<String> partitioned(String table, String fields, String partitioning) {
    return clients.send(
        "POST",
        TABLES,
        "{\"tableReference\":{\"tableId\":\""
            + table
            + "\"},\"schema\":{\"fields\":["
            + fields
            + "]},\"timePartitioning\":{\"type\":\""
            + partitioning
            + "\"}}");
  }

  @Test
  void aViewThatDoesNotRunOrIsInLegacySqlIsRefusedAndNotThere() {
    clients.table("viewed", KEYED);
    for (String wrong :
        List.of(
            "SELECT nothing FROM `p1.d.viewed`\",\"useLegacySql\":false,\"x\":\"",
            "SELECT id FROM `p1.d.none`\",\"useLegacySql\":false,\"x\":\"",
            "SELECT id FROM [p1:d.viewed]")) {
      assertThat(view("refused", wrong).statusCode()).as(wrong).isBetween(400, 404);
      assertThat(clients.send("GET", TABLES + "/refused", "").statusCode()).isEqualTo(404);
    }
    assertThat(
            view(
                    "taken",
                    "SELECT id FROM `p1.d.viewed` QUALIFY ROW_NUMBER() OVER (PARTITION BY id) ="
                        + " 1\",\"useLegacySql\":false,\"x\":\"")
                .statusCode())
        .isEqualTo(200);
  }

  private HttpResponse<String> view(String name, String query) {
    return clients.send(
        "POST",
        TABLES,
        "{\"tableReference\":{\"tableId\":\""
            + name
            + "\"},\"view\":{\"query\":\""
            + query
            + "\"}}");
  }

  @Test
  void aTableIsMadeOfAQueryAndDroppedAndNothingElseIsDefinedBySql() throws Exception {
    clients.table("origin", KEYED);
    clients.query("INSERT INTO d.origin (id, name) VALUES (1, 'one')");
    clients.query("CREATE TABLE d.made AS SELECT * FROM d.origin");
    clients.query("DROP TABLE d.origin");
    assertThat(clients.query("SELECT id, name FROM d.made")).hasSize(1);
    assertThat(clients.send("GET", TABLES + "/origin", "").statusCode()).isEqualTo(404);
    for (String wrong :
        List.of("CREATE TABLE d.x (a INT64)", "DROP VIEW d.made", "DROP TABLE d.none")) {
      assertThatThrownBy(() -> clients.query(wrong)).as(wrong).isInstanceOf(Exception.class);
    }
  }

  @Test
  void onlyAdditivePatchesAreTaken() {
    clients.table("patched", KEYED);
    assertThat(clients.patchFields("patched", field("id", "INT64")).statusCode()).isEqualTo(400);
    assertThat(
            clients.patchFields("patched", field("id", "STRING") + "," + field("name", "STRING")))
        .extracting(response -> response.statusCode())
        .isEqualTo(400);
    assertThat(
            clients
                .patchFields(
                    "patched", KEYED + ",{\"name\":\"n\",\"type\":\"INT64\",\"mode\":\"REQUIRED\"}")
                .statusCode())
        .isEqualTo(400);
    assertThat(clients.patchFields("patched", KEYED + "," + field("n", "INT64")).statusCode())
        .isEqualTo(200);
  }

  @Test
  void missingDatasetIsBigQuerysErrorBody() {
    var response = clients.send("GET", "/bigquery/v2/projects/p1/datasets/none", "");
    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(response.body()).contains("\"reason\":\"notFound\"", "Not found: Dataset p1:none");
  }
}
