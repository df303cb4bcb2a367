package io.walbeam.sink.bigquery;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.services.bigquery.model.TableCell;
import com.google.api.services.bigquery.model.TableRow;
import io.walbeam.change.ChangePosition;
import io.walbeam.change.Operation;
import io.walbeam.change.TableId;
import io.walbeam.deadletter.DeadLetter;
import io.walbeam.failure.ErrorClass;
import io.walbeam.failure.Refusal;
import io.walbeam.failure.Stage;
import io.walbeam.row.DestinationColumn;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.RejectedRow;
import io.walbeam.sink.SlotState;
import io.walbeam.sink.TableSink;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The bytes of walbeam's own rows: older and newer programs write and read the same tables. */
class OwnRowsTest {
  private static final DumpEntry REQUESTED =
      DumpEntry.requested(
          new DumpEntry.Order(
              "walbeam",
              new DumpEntry.Point(1, 0x1_0000_0023L, 0, 1_700_000_000_000_001L),
              new TableId("public", "orders"),
              DumpEntry.Kind.INITIAL,
              "{}"));

  private static final DumpEntry FAILED =
      new DumpEntry(
          new DumpEntry.Order(
              "walbeam",
              new DumpEntry.Point(1, 0x1_0000_0023L, 0x1_0000_0020L, 1_700_000_000_000_001L),
              new TableId("public", "orders"),
              DumpEntry.Kind.REQUEST,
              "{\"keyTo\":[\"9\"]}"),
          DumpEntry.Status.FAILED,
          new DumpEntry.Course(
              1_700_000_000_000_002L,
              1_700_000_000_000_003L,
              5,
              new DumpEntry.Sums(4, 600, 7000),
              "at 4"),
          "Bad. Do.");

  private static SlotState state(long completeMicros) {
    return new SlotState(
        "walbeam",
        1,
        "7123456789",
        2,
        0x1_2345_6789L,
        completeMicros,
        "job.reader",
        1_700_000_001_000_000L);
  }

  private static String hex(EncodedRow row) {
    return HexFormat.of().formatHex(row.bytes(), row.offset(), row.offset() + row.length());
  }

  @Test
  void aStateHasTheseBytes() {
    assertThat(hex(BigQueryStateStore.encode(state(0))))
        .isEqualTo(
            "0a065550534552541243303030303030303030303030303030312f3030303030303031323334"
                + "35363738392f303030303030303030303030303030302f303030303030303030303030303030"
                + "301a0777616c6265616d20012a0a3731323334353637383930023a0a312f3233343536373839"
                + "4089cf959a12520a6a6f622e72656164657258c084b6c1c1c48203");
    assertThat(hex(BigQueryStateStore.encode(state(1_700_000_000_123_456L))))
        .isEqualTo(
            "0a065550534552541243303030303030303030303030303030312f3030303030303031323334"
                + "35363738392f303030303030303030303030303030302f303030303030303030303030303030"
                + "301a0777616c6265616d20012a0a3731323334353637383930023a0a312f3233343536373839"
                + "4089cf959a1248c0c480c1c1c48203520a6a6f622e72656164657258c084b6c1c1c48203");
  }

  @Test
  void anEntryOfTheLedgerHasTheseBytes() {
    assertThat(hex(BigQueryDumpLedger.encode(REQUESTED, 0)))
        .isEqualTo(
            "0a065550534552541243303030303030303030303030303030312f3030303030303030303030"
                + "30303030302f303030303030303030303030303030302f303030303030303030303030303030"
                + "301a0777616c6265616d2204312f32332a067075626c696332066f72646572733801408180f9"
                + "c0c1c482034a07494e495449414c52095245515545535445445a027b7d700078008001008801"
                + "009201009a0100");
    assertThat(hex(BigQueryDumpLedger.encode(FAILED, 8)))
        .isEqualTo(
            "0a065550534552541243303030303030303030303030303030312f3030303030303030303030"
                + "30303030382f303030303030303030303030303030302f303030303030303030303030303030"
                + "301a0777616c6265616d2209312f32332d312f32302a067075626c696332066f726465727338"
                + "01408180f9c0c1c482034a075245515545535452064641494c45445a0f7b226b6579546f223a"
                + "5b2239225d7d608280f9c0c1c48203688380f9c0c1c48203700478058001d8048801d8369201"
                + "04617420349a01084261642e20446f2e");
    assertThat(hex(BigQueryDumpLedger.encode(FAILED.ownedBy("process 7"), 8)))
        .as("with its owner behind the rest")
        .isEqualTo(
            hex(BigQueryDumpLedger.encode(FAILED, 8)) + "b201" + "09" + "70726f636573732037");
  }

  @Test
  void aDeadLetterHasTheseBytes() throws Exception {
    List<EncodedRow> written = new ArrayList<>();
    TableSink sink =
        new TableSink() {
          @Override
          public List<RejectedRow> write(DestinationTable table, List<EncodedRow> rows) {
            written.addAll(rows);
            return List.of();
          }

          @Override
          public void close() {}
        };
    DeadLetter letter =
        new DeadLetter(
            1_700_000_000_000_000L,
            new Refusal(Stage.MAP, ErrorClass.NUMERIC_NOT_FINITE, "is NaN", "do x"),
            new DeadLetter.Change(
                new TableId("public", "Weird \"Name\""),
                Operation.INSERT,
                new ChangePosition(0, 0x1_0000_0023L, 0x1_0000_0020L, 0),
                77,
                1_700_000_000_000_001L),
            "{\"id\":\"1\"}",
            "{\"n\":\"NaN\"}",
            "raw".getBytes(StandardCharsets.UTF_8));
    new BigQueryDeadLetters(sink, "dead").write(List.of(letter));
    assertThat(hex(written.get(0)))
        .isEqualTo(
            "188080f9c0c1c4820322036d61702a126e756d657269635f6e6f745f66696e69746532066973"
                + "204e614e3a04646f207842067075626c69634a0c576569726420224e616d65225206494e5345"
                + "5254580060a38080801068a08080801070007a0d303a312f32333a312f32303a3080014d8801"
                + "8180f9c0c1c4820392010a7b226964223a2231227d9a010b7b226e223a224e614e227da20103"
                + "726177");
  }

  @Test
  void columnsAreNumberedInTableOrder() {
    for (DestinationTable table :
        List.of(
            BigQueryStateStore.TABLE,
            BigQueryDumpLedger.TABLE,
            BigQueryAskedDumps.TABLE,
            BigQueryDeadLetters.table("dead"))) {
      assertThat(table.columns())
          .extracting(DestinationColumn::field)
          .containsExactlyElementsOf(
              IntStream.range(0, table.columns().size())
                  .map(i -> DestinationTable.FIRST_COLUMN_FIELD + i)
                  .boxed()
                  .toList());
    }
  }

  @Test
  void aColumnThatTheTableLacksReadsAsNull() {
    OwnColumn<String> text = OwnColumn.text("a", 3, value -> value, "A text.");
    OwnColumn<String> number = OwnColumn.int64("b", 4, String::length, "A number.");
    OwnColumn<String> added = OwnColumn.int64("c", 5, String::length, "Added later.");
    OwnColumns<String> columns = OwnColumns.of(text, number, added);
    OwnColumns.Cells<String> row =
        columns.cells(
            new TableRow().setF(List.of(new TableCell().setV("x"), new TableCell().setV("7"))));
    assertThat(row.text(text)).isEqualTo("x");
    assertThat(row.number(number)).isEqualTo(7);
    assertThat(row.number(added)).isZero();
    assertThat(row.text(added)).isEmpty();
    assertThat(columns.names()).isEqualTo("a, b, c");
  }
}
