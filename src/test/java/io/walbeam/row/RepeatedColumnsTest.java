package io.walbeam.row;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.change.Operation;
import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.TableId;
import io.walbeam.change.Tuple;
import io.walbeam.change.TypeName;
import io.walbeam.change.TypeShape;
import io.walbeam.row.Unrepresentable.Choice;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Arrays as REPEATED columns. */
class RepeatedColumnsTest {
  private static final int BOX_ARRAY = 1020;
  private static final int INT8_ARRAY = 1016;
  private static final int JSONB_ARRAY = 3807;
  private static final int MONEY_ARRAY = 791;
  private static final int NUMERIC_ARRAY = 1231;
  private static final int TEXT_ARRAY = 1009;
  private static final int TIMESTAMP_ARRAY = 1115;
  private static final int OWN = 70_000;

  private final RowBuffer buffer = new RowBuffer();
  private final RowMeta meta = new RowMeta().transaction(0, 1, 2, 3).change(4, 0, Operation.INSERT);

  private static TableMapping mapping(
      int oid,
      int modifier,
      boolean key,
      SourceTypes types,
      ExistingColumns existing,
      Choice choice) {
    Relation table =
        new Relation(
            1,
            new TableId("public", "t"),
            ReplicaIdentity.DEFAULT,
            List.of(
                new RelationColumn("id", 20, -1, true),
                new RelationColumn("v", oid, modifier, key)));
    return TableMapping.compile(
        table,
        KeyColumns.of(table, Optional.empty()),
        types,
        existing,
        new MappingSettings(
            TableNameTemplate.DEFAULT,
            "",
            WriteMode.UPSERT,
            "",
            StructureMode.REPEATED,
            List.of(),
            RowForm.TABLE_ROW,
            Unrepresentable.of(choice),
            HistoryMode.NONE),
        Substitutions.UNTOLD);
  }

  private static TableMapping mapping(int oid) {
    return mapping(oid, -1, false, SourceTypes.NONE, ExistingColumns.NONE, Choice.DEADLETTER);
  }

  private Map<String, Object> row(TableMapping mapping, String text) {
    return read(mapping, TypeCases.tuple("1", text));
  }

  private Map<String, Object> read(TableMapping mapping, Tuple tuple) {
    return new ProtoRows(mapping.destination()).read(mapping.encodeUpsert(tuple, meta, buffer));
  }

  private static String type(TableMapping mapping) {
    return mapping.destination().columns().get(2).typeName();
  }

  @Test
  void everyElementIsAValueOfItsOwnType() {
    assertThat(row(mapping(INT8_ARRAY), "{1,-9223372036854775808}").get("v"))
        .isEqualTo(List.of(1L, Long.MIN_VALUE));
    assertThat(row(mapping(TEXT_ARRAY), "{a,\"NULL\",\"\",\"x,\\\"y\"}").get("v"))
        .isEqualTo(List.of("a", "NULL", "", "x,\"y"));
    assertThat(row(mapping(JSONB_ARRAY), "{\"{\\\"a\\\": 1}\",\"null\"}").get("v"))
        .isEqualTo(List.of("{\"a\": 1}", "null"));
    assertThat(row(mapping(BOX_ARRAY), "{(1,2),(0,0);(3,4),(2,2)}").get("v"))
        .isEqualTo(List.of("(1,2),(0,0)", "(3,4),(2,2)"));
    assertThat(row(mapping(MONEY_ARRAY), "{\"$1,234.50\",$2.00}").get("v"))
        .isEqualTo(List.of("$1,234.50", "$2.00"));
    assertThat(row(mapping(TIMESTAMP_ARRAY), "{\"2024-01-02 03:04:05\"}").get("v"))
        .isEqualTo(List.of("2024-01-02 03:04:05"));
  }

  @Test
  void thePrecisionOfAColumnIsThatOfItsElements() {
    int modifier = (10 << 16 | 2) + 4;
    assertThat(
            type(
                mapping(
                    NUMERIC_ARRAY,
                    modifier,
                    false,
                    SourceTypes.NONE,
                    ExistingColumns.NONE,
                    Choice.DEADLETTER)))
        .isEqualTo("ARRAY<NUMERIC>");
    assertThat(type(mapping(NUMERIC_ARRAY))).isEqualTo("ARRAY<BIGNUMERIC>");
  }

  @Test
  void arraysOfOwnTypesToo() {
    TypeShape composite =
        new TypeShape.Composite(List.of(new TypeShape.Attribute("n", new TypeShape.Plain("int4"))));
    assertThat(type(own(new TypeShape.ArrayOf(composite, ',')))).isEqualTo("ARRAY<JSON>");
    assertThat(row(own(new TypeShape.ArrayOf(composite, ',')), "{(1),()}").get("v"))
        .isEqualTo(List.of("{\"n\":1}", "{\"n\":null}"));
    assertThat(type(own(new TypeShape.ArrayOf(new TypeShape.Plain(""), ','))))
        .isEqualTo("ARRAY<STRING>");
    assertThat(type(own(new TypeShape.Plain("_int4")))).isEqualTo("ARRAY<INT64>");
    assertThat(type(own(new TypeShape.ArrayOf(new TypeShape.Plain("_int4"), ','))))
        .as("no column holds arrays of arrays")
        .isEqualTo("JSON");
    assertThat(type(own(composite))).isEqualTo("JSON");
  }

  private static TableMapping own(TypeShape shape) {
    return mapping(
        OWN,
        -1,
        false,
        new SourceTypes(Map.of(OWN, new TypeName(OWN, "public", "own")), Map.of(OWN, shape)),
        ExistingColumns.NONE,
        Choice.DEADLETTER);
  }

  @Test
  void aKeyIsTextAndAColumnThatIsThereStays() {
    assertThat(
            type(
                mapping(
                    INT8_ARRAY,
                    -1,
                    true,
                    SourceTypes.NONE,
                    ExistingColumns.NONE,
                    Choice.DEADLETTER)))
        .isEqualTo("STRING");
    for (DestinationType there : List.of(DestinationType.JSON, DestinationType.STRING)) {
      assertThat(
              type(
                  mapping(
                      INT8_ARRAY,
                      -1,
                      false,
                      SourceTypes.NONE,
                      new ExistingColumns(Map.of("v", there)),
                      Choice.DEADLETTER)))
          .isEqualTo(there.name());
    }
    for (DestinationType there : List.of(DestinationType.NUMERIC, DestinationType.BIGNUMERIC)) {
      assertThat(
              type(
                  mapping(
                      INT8_ARRAY,
                      -1,
                      false,
                      SourceTypes.NONE,
                      new ExistingColumns(Map.of("v", there)),
                      Choice.DEADLETTER)))
          .isEqualTo("ARRAY<INT64>");
    }
  }

  @Test
  void whatAColumnOfElementsLacksIsRefused() {
    for (String text :
        List.of(
            "{1,NULL}", "{{1,2},{3,4}}", "[0:1]={1,2}", "{1,2", "{1,2}x", "1", "{1,x}", "{,}")) {
      assertThatThrownBy(() -> row(mapping(INT8_ARRAY), text))
          .as(text)
          .isInstanceOf(RowRejectedException.class);
    }
    assertThat(row(mapping(INT8_ARRAY), "{5}"))
        .as("what was given up leaves no trace")
        .containsEntry("v", List.of(5L));
  }

  @Test
  void itsTextBesideItTellsEmptyFromNull() {
    TableMapping mapping =
        mapping(INT8_ARRAY, -1, false, SourceTypes.NONE, ExistingColumns.NONE, Choice.STRING);
    assertThat(row(mapping, "{1,NULL}"))
        .doesNotContainKey("v")
        .containsEntry("v__text", "{1,NULL}");
    assertThat(row(mapping, "[2:2]={7}"))
        .doesNotContainKey("v")
        .containsEntry("v__text", "[2:2]={7}");
    assertThat(row(mapping, "{}")).doesNotContainKey("v").containsEntry("v__text", "{}");
    assertThat(row(mapping, "{1}")).containsEntry("v", List.of(1L)).doesNotContainKey("v__text");
    Tuple absent = TypeCases.tuple("1");
    absent.add(Tuple.Kind.NULL);
    assertThat(read(mapping, absent)).doesNotContainKeys("v", "v__text");
  }

  @Test
  void nullIsAnArrayWithoutElements() {
    TableMapping mapping =
        mapping(INT8_ARRAY, -1, false, SourceTypes.NONE, ExistingColumns.NONE, Choice.NULL);
    assertThat(row(mapping, "{1,NULL}")).doesNotContainKeys("v", "v__text");
  }
}
