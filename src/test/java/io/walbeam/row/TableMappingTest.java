package io.walbeam.row;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.entry;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.OldImage;
import io.walbeam.change.Operation;
import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.TableId;
import io.walbeam.change.Tuple;
import io.walbeam.failure.ErrorClass;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TableMappingTest {
  private static final RelationColumn ID = new RelationColumn("id", 23, -1, true);
  private static final RelationColumn NAME = new RelationColumn("name", 25, -1, false);
  private static final RelationColumn PRICE = new RelationColumn("price", 1700, -1, false);

  private final RowMeta meta =
      new RowMeta()
          .transaction(1, 0x16B374D848L, 1_700_000_000_000_000L, 755)
          .change(0x16B374D800L, 2, Operation.UPDATE);
  private final RowBuffer buffer = new RowBuffer();

  @Test
  void anEncodedRowIsTheseBytes() {
    TableMapping mapping = mapping(ID, NAME, PRICE);

    EncodedRow row = mapping.encodeUpsert(TypeCases.tuple("7", "caf\u00E9", "1.50"), meta, buffer);

    assertThat(HexFormat.of().formatHex(bytes(row)))
        .isEqualTo(
            // _CHANGE_TYPE "UPSERT"
            "0a06555053455254"
                // _CHANGE_SEQUENCE_NUMBER, 67 characters
                + "1243"
                + HexFormat.of()
                    .formatHex(
                        "0000000000000001/00000016B374D848/00000016B374D800/0000000000000002"
                            .getBytes(StandardCharsets.US_ASCII))
                // _walbeam, 48 bytes: epoch, commit_lsn, change_lsn, n, commit_time,
                // transaction_id, operation, fingerprint
                + "1a30"
                + "0801"
                + "10c8b0d39beb02"
                + "1880b0d39beb02"
                + "2002"
                + "288080f9c0c1c48203"
                + "30f305"
                + "3a06555044415445"
                + "40a786d0e7eae089c01a"
                // id 7, name, price
                + "2007"
                + "2a05636166c3a9"
                + "3204312e3530");
  }

  @Test
  void upsertCarriesPositionOriginAndColumns() {
    TableMapping mapping = mapping(ID, NAME, PRICE);
    Tuple tuple = TypeCases.tuple("7");
    tuple.add(Tuple.Kind.NULL);
    tuple.add(Tuple.Kind.NULL);

    Map<String, Object> row = read(mapping, mapping.encodeUpsert(tuple, meta, buffer));

    assertThat(row)
        .containsOnly(
            entry("_CHANGE_TYPE", "UPSERT"),
            entry(
                "_CHANGE_SEQUENCE_NUMBER",
                new ChangePosition(1, 0x16B374D848L, 0x16B374D800L, 2).toSequenceNumber()),
            entry(
                "_walbeam",
                Map.of(
                    "epoch", 1L,
                    "commit_lsn", 0x16B374D848L,
                    "change_lsn", 0x16B374D800L,
                    "n", 2L,
                    "commit_time", 1_700_000_000_000_000L,
                    "transaction_id", 755L,
                    "operation", "UPDATE",
                    "fingerprint", mapping.fingerprint(tuple))),
            entry("id", 7L));
  }

  @Test
  void metadataOfAnySizeFitsItsLengthByte() {
    TableMapping mapping = mapping(ID);
    for (Operation operation : Operation.values()) {
      meta.transaction(-1, -1, -1, -1).change(-1, -1, operation);
      Map<String, Object> row =
          read(mapping, mapping.encodeUpsert(TypeCases.tuple("7"), meta, buffer));
      assertThat(row.get("_walbeam"))
          .isEqualTo(
              Map.of(
                  "epoch", -1L,
                  "commit_lsn", -1L,
                  "change_lsn", -1L,
                  "n", -1L,
                  "commit_time", -1L,
                  "transaction_id", -1L,
                  "operation", operation.name(),
                  "fingerprint", mapping.fingerprint(TypeCases.tuple("7"))));
    }
  }

  @Test
  void deleteCarriesTheKeyOnly() {
    TableMapping mapping = mapping(ID, NAME, new RelationColumn("part", 25, -1, true));
    Tuple old = TypeCases.tuple("7", "gone", "a");

    Map<String, Object> row = read(mapping, mapping.encodeDelete(old, meta, buffer));

    assertThat(row)
        .containsOnlyKeys("_CHANGE_TYPE", "_CHANGE_SEQUENCE_NUMBER", "_walbeam", "id", "part");
    assertThat(row).contains(entry("_CHANGE_TYPE", "DELETE"), entry("part", "a"));
  }

  @Test
  void tableHasKeyClusteringAndDescriptions() {
    DestinationTable table =
        mapping(
                new RelationColumn("raw", 17, -1, true),
                new RelationColumn("a", 23, -1, true),
                new RelationColumn("b", 25, -1, true),
                new RelationColumn("c", 25, -1, true),
                new RelationColumn("d", 701, -1, true),
                new RelationColumn("e", 25, -1, true),
                NAME)
            .destination();

    assertThat(table.name()).isEqualTo("public_t");
    assertThat(table.maxStaleness()).isEqualTo("PT10M");
    assertThat(table.primaryKey()).containsExactly("raw", "a", "b", "c", "d", "e");
    assertThat(table.clustering()).containsExactly("a", "b", "c", "d");
    assertThat(table.description())
        .isEqualTo("Current state of the PostgreSQL table \"public\".\"t\", kept by walbeam.");
    assertThat(table.columns()).filteredOn(DestinationColumn::required).hasSize(6);
    assertThat(table.columns().get(7))
        .isEqualTo(
            new DestinationColumn(
                "name",
                DestinationType.STRING,
                10,
                false,
                "PostgreSQL column \"name\", text.",
                List.of()));
  }

  @Test
  void fieldNumbersAndNamesAreStableUnderAddedColumns() {
    List<DestinationColumn> before = mapping(ID, NAME).destination().columns();
    List<DestinationColumn> after =
        mapping(ID, NAME, PRICE, new RelationColumn("NAME", 25, -1, false)).destination().columns();

    assertThat(after).startsWith(before.toArray(new DestinationColumn[0]));
    assertThat(after).extracting(DestinationColumn::field).containsExactly(3, 4, 5, 6, 7);
  }

  @Test
  void manyColumnsHaveTagsOfSeveralBytes() {
    List<RelationColumn> columns = new ArrayList<>(List.of(ID));
    List<String> texts = new ArrayList<>(List.of("7"));
    for (int i = 1; i < 1600; i++) {
      columns.add(new RelationColumn("c" + i, 23, -1, false));
      texts.add(Integer.toString(i));
    }
    TableMapping mapping = mapping(columns.toArray(new RelationColumn[0]));

    Map<String, Object> row =
        read(
            mapping,
            mapping.encodeUpsert(TypeCases.tuple(texts.toArray(new String[0])), meta, buffer));

    assertThat(row).contains(entry("c11", 11L), entry("c1599", 1599L)).hasSize(1603);
  }

  @Test
  void unchangedColumnsAreSeenBeforehandAndNeverWrittenAsNull() {
    TableMapping mapping = mapping(ID, NAME, PRICE);
    Tuple row = TypeCases.tuple("7");
    row.add(Tuple.Kind.UNCHANGED);
    row.add(Tuple.Kind.NULL);

    assertThat(mapping.canBeLookedUp(row)).isTrue();
    assertThat(mapping.canBeLookedUp(TypeCases.tuple("7", "x", "1"))).isFalse();
    assertRejected(
        ErrorClass.UNCHANGED_TOAST, "name", () -> mapping.encodeUpsert(row, meta, buffer));
  }

  @Test
  void unchangedColumnsComeFromTheOldRowAsFarAsItHasThem() {
    TableMapping mapping = mapping(ID, NAME);
    Route route = new Route(mapping.relation(), mapping.key(), mapping, null);
    byte[] bytes = {'7', 'x'};

    Tuple full = unchanged(bytes);
    route.fillUnchanged(full, OldImage.FULL, old(bytes));
    assertThat(full.text(0)).isEqualTo("7");
    assertThat(full.text(1)).isEqualTo("x");

    Tuple key = unchanged(bytes);
    route.fillUnchanged(key, OldImage.KEY, old(bytes));
    assertThat(key.text(0)).isEqualTo("7");
    assertThat(key.kind(1)).isEqualTo(Tuple.Kind.UNCHANGED);

    Tuple none = unchanged(bytes);
    route.fillUnchanged(none, OldImage.NONE, new Tuple());
    assertThat(none.kind(0)).isEqualTo(Tuple.Kind.UNCHANGED);
  }

  @Test
  void keysThatAreNullMissingOrOfAnotherWidthAreRejected() {
    TableMapping mapping = mapping(ID, NAME);
    Tuple isNull = new Tuple();
    isNull.reset(new byte[0]);
    isNull.add(Tuple.Kind.NULL);
    isNull.add(Tuple.Kind.NULL);
    Tuple missing = TypeCases.tuple("7", "x");
    missing.markAbsent(0);

    assertRejected(ErrorClass.KEY_NULL, "id", () -> mapping.encodeUpsert(isNull, meta, buffer));
    assertRejected(ErrorClass.KEY_NULL, "id", () -> mapping.encodeDelete(isNull, meta, buffer));
    assertRejected(ErrorClass.KEY_MISSING, "id", () -> mapping.encodeDelete(missing, meta, buffer));
    assertRejected(
        ErrorClass.TUPLE_WIDTH,
        "name",
        () -> mapping.encodeUpsert(TypeCases.tuple("7"), meta, buffer));
    assertRejected(
        ErrorClass.TUPLE_WIDTH,
        "name",
        () -> mapping.encodeDelete(TypeCases.tuple("7", "x", "y"), meta, buffer));
  }

  @Test
  void bytesThatAreNotUtf8AreRejected() {
    TableMapping mapping = mapping(ID, NAME);
    for (String hex :
        List.of(
            "80",
            "c0af",
            "c3",
            "e0808f",
            "eda080",
            "f08080af",
            "f4908080",
            "ff",
            "61c361",
            "6161616161616161e282")) {
      byte[] bytes = HexFormat.of().parseHex("37" + hex);
      Tuple row = new Tuple();
      row.reset(bytes);
      row.addText(0, 1);
      row.addText(1, bytes.length - 1);
      assertRejected(
          ErrorClass.INVALID_UTF8, "name", () -> mapping.encodeUpsert(row, meta, buffer));
    }
  }

  @Test
  void finishedRowsSurviveRejectedOnesAndNewChunks() {
    TableMapping mapping = mapping(ID, NAME, PRICE);
    List<EncodedRow> rows = new ArrayList<>();
    String name = "n".repeat(10_000);
    for (int i = 0; i < 200; i++) {
      rows.add(mapping.encodeUpsert(TypeCases.tuple("" + i, name, "" + i), meta, buffer));
      assertRejected(
          ErrorClass.NUMERIC_NOT_FINITE,
          "price",
          () -> mapping.encodeUpsert(TypeCases.tuple("1", name, "NaN"), meta, buffer));
    }
    String large = "L".repeat(3_000_000);
    rows.add(mapping.encodeUpsert(TypeCases.tuple("200", large, "200"), meta, buffer));

    for (int i = 0; i <= 200; i++) {
      assertThat(read(mapping, rows.get(i)))
          .contains(entry("id", (long) i), entry("price", "" + i));
    }
  }

  @Test
  void aTableWithoutKeyCannotBeCompiled() {
    Relation relation = relation(ReplicaIdentity.NOTHING, NAME);
    KeyColumns key = KeyColumns.of(relation, Optional.empty());

    assertThat(key.exists()).isFalse();
    assertThat(key.absence()).contains("public.t").contains("give it a primary key");
    assertThatThrownBy(() -> TableMapping.compile(relation, key, Map.of(), settings()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theKeyIsTheFlaggedColumnsOrUnderFullThePrimaryKeyInRelationOrder() {
    RelationColumn flaggedName = new RelationColumn("name", 25, -1, true);
    Relation full = relation(ReplicaIdentity.FULL, ID, flaggedName);

    assertThat(
            KeyColumns.of(relation(ReplicaIdentity.INDEX, PRICE, ID, flaggedName), noKey())
                .positions())
        .containsExactly(1, 2);
    assertThat(KeyColumns.of(full, Optional.of(List.of("name", "id"))).positions())
        .containsExactly(0, 1);
    assertThat(KeyColumns.of(full, Optional.of(List.of("id"))).positions()).containsExactly(0);
    assertThat(KeyColumns.of(full, noKey()).absence()).contains("REPLICA IDENTITY FULL");
    assertThat(KeyColumns.of(full, Optional.of(List.of("id", "hidden"))).absence())
        .contains("generated");
  }

  @Test
  void aKeyOfMoreColumnsThanBigQueryAllowsIsNone() {
    RelationColumn[] columns = new RelationColumn[17];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = new RelationColumn("k" + i, 23, -1, true);
    }
    assertThat(KeyColumns.of(relation(ReplicaIdentity.DEFAULT, columns), noKey()).absence())
        .contains("16");
    assertThat(
            KeyColumns.of(relation(ReplicaIdentity.DEFAULT, Arrays.copyOf(columns, 16)), noKey())
                .positions())
        .hasSize(16);
  }

  @Test
  void aKeyChangeIsFoundByComparingWhatBothImagesCarry() {
    KeyColumns key = mapping(ID, NAME).key();
    Tuple unchanged = TypeCases.tuple("8", "x");
    unchanged.markAbsent(0);

    assertThat(key.changed(TypeCases.tuple("7", "x"), TypeCases.tuple("8", "x"))).isTrue();
    assertThat(key.changed(TypeCases.tuple("7", "x"), TypeCases.tuple("7", "y"))).isFalse();
    assertThat(key.changed(TypeCases.tuple("7", "x"), unchanged)).isFalse();
  }

  private void assertRejected(ErrorClass errorClass, String column, Runnable encoding) {
    RowRejectedException e = catchThrowableOfType(RowRejectedException.class, encoding::run);
    assertThat(Objects.requireNonNull(e, "rejected").refusal().errorClass()).isEqualTo(errorClass);
    assertThat(e.column()).isEqualTo(column);
    assertThat(e.getStackTrace()).isEmpty();
  }

  private static Tuple old(byte[] bytes) {
    Tuple old = new Tuple();
    old.reset(bytes);
    old.addText(0, 1);
    old.addText(1, 1);
    return old;
  }

  private static Tuple unchanged(byte[] bytes) {
    Tuple row = new Tuple();
    row.reset(bytes);
    row.add(Tuple.Kind.UNCHANGED);
    row.add(Tuple.Kind.UNCHANGED);
    return row;
  }

  private static Optional<List<String>> noKey() {
    return Optional.empty();
  }

  private static Map<String, Object> read(TableMapping mapping, EncodedRow row) {
    return new ProtoRows(mapping.destination()).read(row);
  }

  private static byte[] bytes(EncodedRow row) {
    return Arrays.copyOfRange(row.bytes(), row.offset(), row.offset() + row.length());
  }

  private static TableMapping mapping(RelationColumn... columns) {
    Relation relation = relation(ReplicaIdentity.DEFAULT, columns);
    return TableMapping.compile(relation, KeyColumns.of(relation, noKey()), Map.of(), settings());
  }

  private static Relation relation(ReplicaIdentity identity, RelationColumn... columns) {
    return new Relation(1, new TableId("public", "t"), identity, List.of(columns));
  }

  private static MappingSettings settings() {
    return new MappingSettings(TableNameTemplate.DEFAULT, "PT10M");
  }
}
