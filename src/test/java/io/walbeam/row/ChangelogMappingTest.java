package io.walbeam.row;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.Operation;
import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.TableId;
import io.walbeam.change.Tuple;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ChangelogMappingTest {
  private static final MappingSettings SETTINGS =
      new MappingSettings(TableNameTemplate.DEFAULT, "PT10M", WriteMode.CHANGELOG, "shop");
  private static final RowMeta META =
      new RowMeta()
          .transaction(1, 0x20, 1_700_000_000_000_000L, 77)
          .change(0x10, 2, Operation.UPDATE);
  private static final String POSITION = new ChangePosition(1, 0x20, 0x10, 2).toSequenceNumber();

  @Test
  void theEnvelopeHasTwelveFieldsInThisOrder() {
    assertThat(Arrays.stream(EnvelopeField.values()).map(EnvelopeField::label))
        .containsExactly(
            "operation",
            "database",
            "schema",
            "table",
            "key",
            "before",
            "after",
            "unchanged",
            "position",
            "commit_time",
            "transaction_id",
            "context");
  }

  @Test
  void anAppendedChangelogHasTheEnvelopeAndWhatItIsClusteredBy() {
    DestinationTable table = appended(true, true).destination();

    assertThat(table.name()).isEqualTo("sales_items_changelog");
    assertThat(table.columns())
        .extracting(DestinationColumn::name)
        .hasSize(13)
        .endsWith("key_text");
    assertThat(table.columns()).noneMatch(DestinationColumn::required);
    assertThat(table.keyed()).isFalse();
    assertThat(table.maxStaleness()).isEmpty();
    assertThat(table.partitioning()).isEqualTo("commit_time");
    assertThat(table.clustering()).containsExactly("key_text");
    assertThat(table.view())
        .hasValueSatisfying(view -> assertThat(view.name()).isEqualTo("sales_items_changes"));
    assertThat(appended(false, false).destination().clustering()).isEmpty();
  }

  @Test
  void anUpdateIsOneEnvelopeWithBothImages() {
    assertThat(read(appended(true, true), tuple("1", "x", "old"), tuple("1", "x", null)))
        .isEqualTo(
            expected(
                Map.of(
                    "key", "{\"id\":1,\"shop\":\"x\"}",
                    "key_text", "[\"1\",\"x\"]",
                    "before", "{\"id\":1,\"shop\":\"x\",\"note\":\"old\"}",
                    "after", "{\"id\":1,\"shop\":\"x\",\"note\":null}")));
  }

  @Test
  void valuesStandInTheirTypesAndWhatBigQueryWouldChangeIsText() {
    List<RelationColumn> columns =
        List.of(
            new RelationColumn("n", 1700, -1, true),
            new RelationColumn("b", 16, -1, false),
            new RelationColumn("a", 1007, -1, false),
            new RelationColumn("m", 790, -1, false),
            new RelationColumn("j", 114, -1, false),
            new RelationColumn("d", 114, -1, false),
            new RelationColumn("f", 701, -1, false));
    Relation relation =
        new Relation(1, new TableId("sales", "items"), ReplicaIdentity.DEFAULT, columns);
    ChangelogMapping mapping =
        ChangelogMapping.appended(
            relation, KeyColumns.of(relation, Optional.empty()), SourceTypes.NONE, SETTINGS);
    Tuple row =
        tuple("12.50", "t", "{1,NULL}", "-$1,234.56", "{\"a\":1,\"a\":2}", "{\n\"a\": 1}", "NaN");

    assertThat(
            new ProtoRows(mapping.destination())
                .read(mapping.encode(new RowJson(relation), null, row, META, new RowBuffer())))
        .containsEntry("key", "{\"n\":12.50}")
        .containsEntry("key_text", "12.50")
        .containsEntry(
            "after",
            "{\"n\":12.50,\"b\":true,\"a\":[1,null],\"m\":-1234.56,"
                + "\"j\":\"{\\\"a\\\":1,\\\"a\\\":2}\",\"d\":{ \"a\": 1},\"f\":\"NaN\"}");
  }

  @Test
  void aKeyOfOneColumnIsItsValueAndTellsApartWhatJsonWouldQuote() {
    assertThat(read(appended(true, false), null, tuple("1\"", "x", "n")))
        .containsEntry("key_text", "1\"")
        .containsEntry("key", "{\"id\":\"1\\\"\"}");
  }

  @Test
  void aTableWithoutAKeyHasNoneAndATruncationNoImages() {
    assertThat(read(appended(false, false), null, null)).isEqualTo(expected(Map.of()));
  }

  @Test
  void columnsThatTheChangeLeftAloneAreNamed() {
    Tuple row = tuple("1", "x", "n");
    row.removeLast();
    row.add(Tuple.Kind.UNCHANGED);
    assertThat(read(appended(true, false), null, row))
        .containsEntry("after", "{\"id\":1,\"shop\":\"x\"}")
        .containsEntry("unchanged", "[\"note\"]");
  }

  @Test
  void aContextHoldsForTheChangesThatFollowUntilTheNextTransaction() {
    RowMeta meta = new RowMeta().transaction(1, 2, 3, 4).change(5, 0, Operation.DELETE);
    meta.context("{\"user\":1}".getBytes(StandardCharsets.UTF_8));
    assertThat(read(meta)).containsEntry("context", "{\"user\":1}");
    meta.change(6, 0, Operation.DELETE);
    assertThat(read(meta)).containsEntry("context", "{\"user\":1}");
    meta.transaction(1, 7, 3, 5);
    assertThat(read(meta)).doesNotContainKey("context");
  }

  @Test
  void aContextDoesNotMakeARowTooLarge() {
    RowMeta meta = new RowMeta().transaction(1, 2, 3, 4).change(5, 0, Operation.INSERT);
    meta.context("{}".getBytes(StandardCharsets.UTF_8));
    ChangelogMapping mapping = appended(true, false);
    EncodedRow row =
        mapping.encode(
            new RowJson(relation(true, false)),
            null,
            tuple("1", "x", "n".repeat(8_000_000)),
            meta,
            new RowBuffer());
    assertThat(new ProtoRows(mapping.destination()).read(row)).doesNotContainKey("context");
  }

  private static Map<String, Object> read(RowMeta meta) {
    ChangelogMapping mapping = appended(false, false);
    RowJson json = new RowJson(relation(false, false));
    return new ProtoRows(mapping.destination())
        .read(mapping.encode(json, null, null, meta, new RowBuffer()));
  }

  @Test
  void aKeyedChangelogIsUpsertedByPositionAsBefore() {
    Relation relation = relation(true, false);
    ChangelogMapping keyed =
        ChangelogMapping.keyed(relation, KeyColumns.of(relation, Optional.empty()), SETTINGS);

    assertThat(keyed.destination().primaryKey()).containsExactly("position");
    assertThat(keyed.destination().maxStaleness()).isEqualTo("PT10M");
    assertThat(keyed.destination().view()).isEmpty();
    Map<String, Object> row = read(keyed, null, tuple("1", "x", "n"));
    assertThat(row)
        .containsEntry("_CHANGE_TYPE", "UPSERT")
        .containsEntry("_CHANGE_SEQUENCE_NUMBER", POSITION)
        .containsEntry("position", POSITION)
        .containsEntry("after", "{\"id\":\"1\",\"shop\":\"x\",\"note\":\"n\"}")
        .containsKey("_walbeam");
  }

  private static Map<String, Object> expected(Map<String, Object> more) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("operation", "UPDATE");
    all.put("database", "shop");
    all.put("schema", "sales");
    all.put("table", "items");
    all.put("position", POSITION);
    all.put("commit_time", 1_700_000_000_000_000L);
    all.put("transaction_id", 77L);
    all.putAll(more);
    return all;
  }

  private static Map<String, Object> read(
      ChangelogMapping mapping, @Nullable Tuple oldRow, @Nullable Tuple newRow) {
    RowJson json = new RowJson(relation(true, true));
    EncodedRow row = mapping.encode(json, oldRow, newRow, META, new RowBuffer());
    return new ProtoRows(mapping.destination()).read(row);
  }

  private static ChangelogMapping appended(boolean id, boolean shop) {
    Relation relation = relation(id, shop);
    return ChangelogMapping.appended(
        relation, KeyColumns.of(relation, Optional.empty()), SourceTypes.NONE, SETTINGS);
  }

  private static Relation relation(boolean id, boolean shop) {
    return new Relation(
        1,
        new TableId("sales", "items"),
        ReplicaIdentity.DEFAULT,
        List.of(
            new RelationColumn("id", 23, -1, id),
            new RelationColumn("shop", 25, -1, shop),
            new RelationColumn("note", 25, -1, false)));
  }

  private static Tuple tuple(@Nullable String... values) {
    Tuple tuple = new Tuple();
    tuple.reset(
        Arrays.stream(values)
            .filter(Objects::nonNull)
            .collect(Collectors.joining())
            .getBytes(StandardCharsets.UTF_8));
    int at = 0;
    for (String value : values) {
      if (value == null) {
        tuple.add(Tuple.Kind.NULL);
      } else {
        int length = value.getBytes(StandardCharsets.UTF_8).length;
        tuple.addText(at, length);
        at += length;
      }
    }
    return tuple;
  }
}
