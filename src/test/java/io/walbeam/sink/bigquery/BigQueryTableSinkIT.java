package io.walbeam.sink.bigquery;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DynamicMessage;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import io.walbeam.sink.RejectedRow;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BigQueryTableSinkIT {
  static final Pace QUICK =
      new Pace(
          Duration.ofMillis(1),
          Duration.ofMillis(20),
          Duration.ofMillis(20),
          Duration.ofMillis(200),
          Duration.ofMillis(800),
          Duration.ofMinutes(5),
          Duration.ofMillis(1),
          Duration.ZERO);

  private final FakeBigQuery server = new FakeBigQuery();
  private final BigQuerySink sink = new BigQuerySink(server.settings(), QUICK);

  @AfterEach
  void close() {
    sink.close();
    server.close();
  }

  @Test
  void createsTheTableThenWritesEveryRow() throws Exception {
    DestinationTable table = Rows.keyed("orders");

    assertThat(write(table, Rows.upserts(1000))).isEmpty();

    assertThat(ids("orders")).hasSize(1000).doesNotHaveDuplicates();
    assertThat(server.restCalls).containsExactly("GET /tables/orders", "POST /tables");
    assertThat(server.table("orders").getTableConstraints().getPrimaryKey().getColumns())
        .containsExactly("id");
    assertThat(server.table("orders").getMaxStaleness()).isEqualTo("0-0 0 0:10:0");
  }

  private List<RejectedRow> write(DestinationTable table, List<EncodedRow> rows)
      throws InterruptedException {
    return sink.tables().write(table, rows);
  }

  private List<Object> ids(String table) {
    return server.stored(table).stream().map(row -> field(row, "id")).toList();
  }

  private static Object field(DynamicMessage row, String name) {
    return row.getField(row.getDescriptorForType().findFieldByName(name));
  }
}
