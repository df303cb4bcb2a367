package io.walbeam.sink.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.Operation;
import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.TableId;
import io.walbeam.change.Tuple;
import io.walbeam.row.ChangelogMapping;
import io.walbeam.row.ContextMapping;
import io.walbeam.row.EncodedRow;
import io.walbeam.row.HistoryMode;
import io.walbeam.row.KeyColumns;
import io.walbeam.row.MappingSettings;
import io.walbeam.row.RowBuffer;
import io.walbeam.row.RowForm;
import io.walbeam.row.RowJson;
import io.walbeam.row.RowMeta;
import io.walbeam.row.SourceTypes;
import io.walbeam.row.StructureMode;
import io.walbeam.row.TableNameTemplate;
import io.walbeam.row.Unrepresentable;
import io.walbeam.row.WriteMode;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Conversions;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.file.SeekableByteArrayInput;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Files of Avro, read with Avro's own reader: typed fields, and no value is lost. */
class AvroFilesTest {
  private static final int INT8 = 20;
  private static final int TEXT = 25;
  private static final int NUMERIC = 1700;
  private static final int NUMERIC_10_2 = (10 << 16 | 2) + 4;
  private static final int BOOL = 16;
  private static final int BYTEA = 17;
  private static final int FLOAT8 = 701;
  private static final int JSONB = 3802;
  private static final int DATE = 1082;
  private static final int TIME = 1083;
  private static final int TIMESTAMP = 1114;
  private static final int TIMESTAMPTZ = 1184;
  private static final int INT4_ARRAY = 1007;

  private static MappingSettings settings(StructureMode structures) {
    return new MappingSettings(
        TableNameTemplate.DEFAULT,
        "",
        WriteMode.CHANGELOG,
        "shop",
        structures,
        List.of("walbeam.context"),
        RowForm.AVRO_DATUM,
        Unrepresentable.DEAD_LETTERS,
        HistoryMode.NONE);
  }

  /** A table of a key and these columns, and its changes. */
  private static final class Changes {
    private final Relation relation;
    private final ChangelogMapping mapping;
    private final RowBuffer buffer = new RowBuffer();

    Changes(StructureMode structures, RelationColumn... more) {
      List<RelationColumn> columns = new ArrayList<>();
      columns.add(new RelationColumn("id", INT8, -1, true));
      columns.addAll(List.of(more));
      relation = new Relation(1, new TableId("sales", "orders"), ReplicaIdentity.DEFAULT, columns);
      mapping =
          ChangelogMapping.avro(
              relation,
              KeyColumns.of(relation, Optional.empty()),
              SourceTypes.NONE,
              settings(structures));
    }

    EncodedRow row(Operation operation, @Nullable Tuple before, @Nullable Tuple after) {
      RowMeta meta =
          new RowMeta().transaction(1, 0x20, 1_700_000_000_000_042L, 77).change(0x10, 2, operation);
      meta.context("{\"user\":1}".getBytes(StandardCharsets.UTF_8));
      return mapping.encode(new RowJson(relation), before, after, meta, buffer);
    }

    /** What a reader makes of a file of the rows. */
    List<GenericRecord> read(EncodedRow... rows) throws Exception {
      ByteArrayOutputStream file = new ByteArrayOutputStream();
      RowFormat.Rows content = new AvroFiles().begin(mapping.destination());
      for (EncodedRow row : rows) {
        content.write(List.of(row), file::write);
      }
      return records(file.toByteArray());
    }
  }

  private static List<GenericRecord> records(byte[] file) throws Exception {
    List<GenericRecord> records = new ArrayList<>();
    try (DataFileReader<GenericRecord> reader =
        new DataFileReader<>(new SeekableByteArrayInput(file), new GenericDatumReader<>())) {
      reader.forEach(records::add);
    }
    return records;
  }

  private static RelationColumn column(String name, int type) {
    return new RelationColumn(name, type, -1, false);
  }

  private static Tuple tuple(String... values) {
    byte[] all = String.join("", values).getBytes(StandardCharsets.UTF_8);
    Tuple tuple = new Tuple();
    tuple.reset(all);
    int at = 0;
    for (String value : values) {
      int length = value.getBytes(StandardCharsets.UTF_8).length;
      tuple.addText(at, length);
      at += length;
    }
    return tuple;
  }

  private static Object value(GenericRecord record, String field) {
    return record.get(field);
  }

  private static BigDecimal decimal(GenericRecord row, String field) {
    Schema type = row.getSchema().getField(field).schema().getTypes().get(1);
    return new Conversions.DecimalConversion()
        .fromBytes((ByteBuffer) row.get(field), type, type.getLogicalType());
  }

  @Test
  void everyTypeHasAFieldOfItsOwn() throws Exception {
    Changes changes =
        new Changes(
            StructureMode.JSON,
            column("name", TEXT),
            new RelationColumn("price", NUMERIC, NUMERIC_10_2, false),
            column("any", NUMERIC),
            column("paid", BOOL),
            column("raw", BYTEA),
            column("ratio", FLOAT8),
            column("doc", JSONB),
            column("day", DATE),
            column("at", TIME),
            column("local", TIMESTAMP),
            column("instant", TIMESTAMPTZ),
            column("list", INT4_ARRAY));
    String name = "ä".repeat(40);
    GenericRecord change =
        changes
            .read(
                changes.row(
                    Operation.INSERT,
                    null,
                    tuple(
                        "-5",
                        name,
                        "-12.34",
                        "123456789012345678901234567890.5",
                        "t",
                        "\\x00ff",
                        "0.5",
                        "{\"a\": 1}",
                        "1969-12-31",
                        "00:00:01.5",
                        "1970-01-02 00:00:00.000001",
                        "1970-01-01 01:00:00+01",
                        "{1,NULL}")))
            .get(0);
    assertThat(value(change, "operation")).hasToString("INSERT");
    assertThat(value(change, "database")).hasToString("shop");
    assertThat(value(change, "position"))
        .hasToString("0000000000000001/0000000000000020/0000000000000010/0000000000000002");
    assertThat(value(change, "commit_time")).isEqualTo(1_700_000_000_000_042L);
    assertThat(value(change, "transaction_id")).isEqualTo(77L);
    assertThat(value(change, "context")).hasToString("{\"user\":1}");
    assertThat(value(change, "before")).isNull();
    assertThat(((GenericRecord) change.get("key")).get("id")).isEqualTo(-5L);
    GenericRecord row = (GenericRecord) change.get("after");
    assertThat(row.get("id")).isEqualTo(-5L);
    assertThat(row.get("name")).hasToString(name);
    assertThat(decimal(row, "price")).isEqualByComparingTo("-12.34");
    assertThat(decimal(row, "any")).isEqualByComparingTo("123456789012345678901234567890.5");
    assertThat(row.get("paid")).isEqualTo(true);
    assertThat(row.get("raw")).isEqualTo(ByteBuffer.wrap(new byte[] {0, (byte) 0xFF}));
    assertThat(row.get("ratio")).isEqualTo(0.5);
    assertThat(row.get("doc")).hasToString("{\"a\": 1}");
    assertThat(row.get("day")).isEqualTo(-1);
    assertThat(row.get("at")).isEqualTo(1_500_000L);
    assertThat(row.get("local")).isEqualTo(86_400_000_001L);
    assertThat(row.get("instant")).isEqualTo(0L);
    assertThat(row.get("list")).hasToString("[1,null]");
    assertThat((List<?>) row.get("_walbeam_texts")).isEmpty();
  }

  @Test
  void decimalsAreExactWhateverTheirLength() throws Exception {
    Changes changes =
        new Changes(StructureMode.JSON, new RelationColumn("price", NUMERIC, NUMERIC_10_2, false));
    for (String number :
        List.of(
            "0",
            "0.00",
            "0.01",
            "-0.01",
            "1.28",
            "-1.28",
            "127",
            "128",
            "-128",
            "-129",
            "99999999.99",
            "-99999999.99",
            "12345678")) {
      GenericRecord change =
          changes.read(changes.row(Operation.INSERT, null, tuple("1", number))).get(0);
      assertThat(decimal((GenericRecord) change.get("after"), "price"))
          .as(number)
          .isEqualByComparingTo(number);
    }
  }

  @Test
  void aValueThatItsFieldCannotHoldIsTextBesideIt() throws Exception {
    Changes changes =
        new Changes(StructureMode.JSON, column("n", NUMERIC), column("d", DATE), column("v", TEXT));
    GenericRecord change =
        changes
            .read(changes.row(Operation.INSERT, null, tuple("1", "NaN", "infinity", "last")))
            .get(0);
    GenericRecord row = (GenericRecord) change.get("after");
    assertThat(row.get("n")).isNull();
    assertThat(row.get("d")).isNull();
    assertThat(row.get("v")).hasToString("last");
    assertThat((List<?>) row.get("_walbeam_texts"))
        .map(Object::toString)
        .containsExactly(
            "{\"column\": \"n\", \"text\": \"NaN\"}",
            "{\"column\": \"d\", \"text\": \"infinity\"}");
  }

  @Test
  void arraysMayBeArrays() throws Exception {
    Changes changes = new Changes(StructureMode.REPEATED, column("list", INT4_ARRAY));
    List<GenericRecord> read =
        changes.read(
            changes.row(Operation.INSERT, null, tuple("1", "{3,-4}")),
            changes.row(Operation.INSERT, null, tuple("2", "{}")),
            changes.row(Operation.INSERT, null, tuple("3", "{1,NULL}")));
    assertThat(read.stream().map(change -> ((GenericRecord) change.get("after")).get("list")))
        .containsExactly(List.of(3L, -4L), List.of(), null);
    assertThat(((GenericRecord) read.get(2).get("after")).get("_walbeam_texts"))
        .hasToString("[{\"column\": \"list\", \"text\": \"{1,NULL}\"}]");
  }

  @Test
  void whatAChangeLeftAloneIsNamedAndADeletedRowHasItsKey() throws Exception {
    Changes changes = new Changes(StructureMode.JSON, column("big", TEXT));
    Tuple after = tuple("7");
    after.add(Tuple.Kind.UNCHANGED);
    List<GenericRecord> read =
        changes.read(
            changes.row(Operation.UPDATE, tuple("6", "old"), after),
            changes.row(Operation.DELETE, tuple("7", "x"), null),
            changes.row(Operation.TRUNCATE, null, null));
    assertThat(read.get(0).get("unchanged")).hasToString("[big]");
    assertThat(((GenericRecord) read.get(0).get("before")).get("big")).hasToString("old");
    assertThat(((GenericRecord) read.get(1).get("key")).get("id")).isEqualTo(7L);
    assertThat(read.get(1).get("after")).isNull();
    assertThat(read.get(2).get("key")).isNull();
    assertThat(read.get(2).get("unchanged")).hasToString("[]");
  }

  @Test
  void aFileTakesRowsOfOneShapeOnly() {
    Changes before = new Changes(StructureMode.JSON, column("a", TEXT));
    Changes after = new Changes(StructureMode.JSON, column("a", TEXT), column("b", TEXT));
    RowFormat.Rows file = new AvroFiles().begin(before.mapping.destination());
    assertThat(file.takes(before.mapping.destination())).isTrue();
    assertThat(file.takes(after.mapping.destination())).isFalse();
  }

  @Test
  void whatAnApplicationSaidIsARecordToo() throws Exception {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    RowMeta meta =
        new RowMeta().transaction(1, 0x20, 1_000_000, 77).change(0x10, 2, Operation.INSERT);
    EncodedRow row =
        new ContextMapping(settings(StructureMode.JSON))
            .encode(
                "walbeam.context",
                "{\"user\":1}".getBytes(StandardCharsets.UTF_8),
                meta,
                new RowBuffer());
    new AvroFiles().begin(ContextMapping.DESTINATION).write(List.of(row), file::write);
    assertThat(records(file.toByteArray()))
        .singleElement()
        .satisfies(
            said -> {
              assertThat(said.get("content")).hasToString("{\"user\":1}");
              assertThat(said.get("prefix")).hasToString("walbeam.context");
              assertThat(said.get("commit_time")).isEqualTo(1_000_000L);
            });
  }
}
