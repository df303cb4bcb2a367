package io.walbeam.row;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.Operation;
import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.TableId;
import io.walbeam.change.Tuple;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The envelope as a line of JSON: twelve members, values in their types, no value refused. */
class EnvelopeLinesTest {
  private static final MappingSettings SETTINGS =
      new MappingSettings(TableNameTemplate.DEFAULT, "", WriteMode.CHANGELOG, "shop");
  private static final int INT8 = 20;
  private static final int TEXT = 25;
  private static final int NUMERIC = 1700;
  private static final int MONEY = 790;
  private static final int BOOL = 16;
  private static final int JSON = 114;
  private static final int INT4_ARRAY = 1007;
  private static final int JSON_ARRAY = 199;
  private static final int TIMESTAMPTZ = 1184;

  /** The position, to be put in its place. */
  private static final String AT =
      "\"position\":\"0000000000000001/0000000000000020/0000000000000010/0000000000000002\","
          + "\"commit_time\":\"2023-11-14T22:13:20.000042Z\",\"transaction_id\":77,";

  private static RowMeta meta(Operation operation) {
    return new RowMeta()
        .transaction(1, 0x20, 1_700_000_000_000_042L, 77)
        .change(0x10, 2, operation);
  }

  @Test
  void anUpdateIsOneLineWithEveryMember() {
    assertThat(
            line(
                Operation.UPDATE,
                List.of(INT8, TEXT),
                tuple("1", "old"),
                tuple("2", "a \"quoted\"\n\\ text\u0001"),
                null))
        .isEqualTo(
            "{\"operation\":\"UPDATE\",\"database\":\"shop\",\"schema\":\"sales\","
                + "\"table\":\"or\\\"ders\",\"key\":{\"c0\":2},\"before\":{\"c0\":1,\"c1\":\"old\"},\"after\":{\"c0\":2,\"c1\":\"a"
                + " \\\"quoted\\\"\\u000a\\\\ text\\u0001\"},\"unchanged\":null,"
                + AT
                + "\"context\":null}");
  }

  @Test
  void aTruncationHasNeitherKeyNorImages() {
    assertThat(line(Operation.TRUNCATE, List.of(INT8), null, null, null))
        .contains("\"key\":null,\"before\":null,\"after\":null,\"unchanged\":null,");
  }

  @Test
  void valuesStandInTheirTypes() {
    assertThat(value(BOOL, "t")).isEqualTo("true");
    assertThat(value(NUMERIC, "1.50")).isEqualTo("1.50");
    assertThat(value(MONEY, "$1,234.56")).isEqualTo("1234.56");
    assertThat(value(MONEY, "-$92,233,720,368,547,758.08")).isEqualTo("\"-92233720368547758.08\"");
    assertThat(value(NUMERIC, "NaN")).isEqualTo("\"NaN\"");
    assertThat(value(NUMERIC, "123456789012345678901234567890"))
        .isEqualTo("\"123456789012345678901234567890\"");
    assertThat(value(INT4_ARRAY, "{1,NULL}")).isEqualTo("[1,null]");
    assertThat(value(TIMESTAMPTZ, "infinity")).isEqualTo("\"infinity\"");
    assertThat(value(JSON, "{\"a\":\r\n1e999, \"a\": 2}")).isEqualTo("{\"a\":  1e999, \"a\": 2}");
  }

  @Test
  void aValueWithoutATypedFormIsItsText() {
    assertThat(value(BOOL, "maybe")).isEqualTo("\"maybe\"");
    assertThat(value(INT4_ARRAY, "{1,{2")).isEqualTo("\"{1,{2\"");
    assertThat(value(JSON_ARRAY, "{\"{\\\"a\\\":1,\\\"a\\\":2}\"}"))
        .as("BigQuery would drop one of the two")
        .isEqualTo("\"{\\\"{\\\\\\\"a\\\\\\\":1,\\\\\\\"a\\\\\\\":2}\\\"}\"");
  }

  @Test
  void bytesThatAreNoTextDoNotBreakTheLine() {
    Tuple row = new Tuple();
    row.reset(new byte[] {'1', (byte) 0xFF, 'x'});
    row.addText(0, 1);
    row.addText(1, 2);
    assertThat(line(Operation.INSERT, List.of(INT8, TEXT), null, row, null))
        .contains("\"c1\":\"\uFFFDx\"");
  }

  @Test
  void columnsThatTheChangeLeftAloneAreNamed() {
    Tuple row = tuple("1");
    row.add(Tuple.Kind.UNCHANGED);
    assertThat(line(Operation.UPDATE, List.of(INT8, TEXT), null, row, null))
        .contains("\"after\":{\"c0\":1},\"unchanged\":[\"c1\"],");
  }

  @Test
  void aContextIsPartOfTheLineWhateverItsLayout() {
    assertThat(line(Operation.DELETE, List.of(INT8), tuple("1"), null, "{\n\"user\": 1\n}"))
        .endsWith("\"context\":{ \"user\": 1 }}");
  }

  @Test
  void aRowThatIsGivenUpLeavesTheOthersAsTheyWere() {
    EnvelopeLines lines = lines(List.of(INT8, BOOL));
    RowBuffer buffer = new RowBuffer();
    RowJson json = new RowJson(relation(List.of(INT8, BOOL)));
    List<EncodedRow> rows = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      Tuple row = tuple(Integer.toString(i), i % 2 == 0 ? "maybe" : "f");
      rows.add(lines.encode(json, null, row, meta(Operation.INSERT), buffer));
    }
    for (int i = 0; i < rows.size(); i++) {
      assertThat(text(rows.get(i)))
          .contains("\"after\":{\"c0\":" + i + ",\"c1\":" + (i % 2 == 0 ? "\"maybe\"" : "false"));
    }
  }

  private static String value(int type, String text) {
    String line = line(Operation.INSERT, List.of(INT8, type), null, tuple("1", text), null);
    int from = line.indexOf("\"c1\":") + 5;
    return line.substring(from, line.indexOf(",\"unchanged\":") - 1);
  }

  private static String line(
      Operation operation,
      List<Integer> types,
      @Nullable Tuple oldRow,
      @Nullable Tuple newRow,
      @Nullable String context) {
    RowMeta meta = meta(operation);
    meta.context(context == null ? null : context.getBytes(StandardCharsets.UTF_8));
    return text(
        lines(types).encode(new RowJson(relation(types)), oldRow, newRow, meta, new RowBuffer()));
  }

  private static EnvelopeLines lines(List<Integer> types) {
    Relation relation = relation(types);
    return EnvelopeLines.compile(
        relation, KeyColumns.of(relation, Optional.empty()), SourceTypes.NONE, SETTINGS);
  }

  private static String text(EncodedRow row) {
    return new String(row.copy(), StandardCharsets.UTF_8);
  }

  private static Relation relation(List<Integer> types) {
    List<RelationColumn> columns = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      columns.add(new RelationColumn("c" + i, types.get(i), -1, i == 0));
    }
    return new Relation(1, new TableId("sales", "or\"ders"), ReplicaIdentity.DEFAULT, columns);
  }

  private static Tuple tuple(String... values) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String value : values) {
      bytes.writeBytes(value.getBytes(StandardCharsets.UTF_8));
    }
    Tuple tuple = new Tuple();
    tuple.reset(bytes.toByteArray());
    int at = 0;
    for (String value : values) {
      int length = value.getBytes(StandardCharsets.UTF_8).length;
      tuple.addText(at, length);
      at += length;
    }
    return tuple;
  }
}
