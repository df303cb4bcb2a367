package io.walbeam.row;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.change.Operation;
import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.TableId;
import io.walbeam.row.Unrepresentable.Choice;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is written of values that BigQuery lacks. */
class UnrepresentableTest {
  private static final int TIMESTAMP = 1114;
  private static final int JSON = 114;

  private static final Relation TABLE =
      new Relation(
          1,
          new TableId("public", "t"),
          ReplicaIdentity.DEFAULT,
          List.of(
              new RelationColumn("id", BuiltInTypes.NUMERIC, -1, true),
              new RelationColumn("n", BuiltInTypes.NUMERIC, -1, false),
              new RelationColumn("n__text", 25, -1, false),
              new RelationColumn("at", TIMESTAMP, -1, false),
              new RelationColumn("doc", JSON, -1, false)));

  private final List<String> told = new ArrayList<>();
  private final RowBuffer buffer = new RowBuffer();

  private TableMapping mapping(Choice numbers, Choice times, Choice documents) {
    MappingSettings settings =
        new MappingSettings(
            TableNameTemplate.DEFAULT,
            "",
            WriteMode.UPSERT,
            "",
            StructureMode.JSON,
            List.of(),
            RowForm.TABLE_ROW,
            new Unrepresentable(numbers, times, documents, Choice.DEADLETTER),
            HistoryMode.NONE);
    return TableMapping.compile(
        TABLE,
        KeyColumns.of(TABLE, Optional.empty()),
        SourceTypes.NONE,
        ExistingColumns.NONE,
        settings,
        (table, column, errorClass, choice) -> told.add(column + " " + errorClass + " " + choice));
  }

  private Map<String, Object> row(TableMapping mapping, String... texts) {
    RowMeta meta = new RowMeta().transaction(0, 1, 2, 3).change(4, 0, Operation.INSERT);
    Map<String, Object> row =
        new ProtoRows(mapping.destination())
            .read(mapping.encodeUpsert(TypeCases.tuple(texts), meta, buffer));
    row.keySet().removeIf(name -> name.startsWith("_"));
    return row;
  }

  @Test
  void itsTextGoesIntoAColumnOfItsOwnAndEverythingElseStaysAsItIs() {
    TableMapping mapping = mapping(Choice.STRING, Choice.STRING, Choice.STRING);
    assertThat(row(mapping, "1", "NaN", "mine", "infinity", "{\"a\":1e999}"))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "id", "1",
                "n__text", "mine",
                "n__text_1bb17225", "NaN",
                "at__text", "infinity",
                "doc__text", "{\"a\":1e999}"));
    assertThat(told)
        .containsExactly(
            "n NUMERIC_NOT_FINITE STRING", "at DATE_INFINITE STRING", "doc JSON_NUMBER STRING");
    assertThat(row(mapping, "1", "1.5", "mine", "2024-01-01 00:00:00", "{}"))
        .containsOnlyKeys("id", "n", "n__text", "at", "doc");
  }

  @Test
  void nullIsNullAndEachGroupHasItsChoice() {
    TableMapping mapping = mapping(Choice.NULL, Choice.STRING, Choice.DEADLETTER);
    assertThat(mapping.destination().columns())
        .extracting(DestinationColumn::name)
        .containsExactly("_walbeam", "id", "n", "n__text", "at", "doc", "at__text");
    assertThat(row(mapping, "1", "NaN", "x", "0044-03-15 00:00:00 BC", "1"))
        .containsOnlyKeys("id", "n__text", "at__text", "doc");
    assertThatThrownBy(() -> row(mapping, "1", "NaN", "x", "infinity", "1e999"))
        .isInstanceOf(RowRejectedException.class);
    assertThat(row(mapping, "2", "7", "after", "2024-01-01 00:00:00", "1"))
        .as("what was given up leaves no trace")
        .containsEntry("n", "7");
  }

  @Test
  void aKeyAndATextThatIsNotOfTheTypeAreRefused() {
    TableMapping mapping = mapping(Choice.STRING, Choice.STRING, Choice.STRING);
    for (String[] row :
        List.of(
            new String[] {"NaN", "1", "x", "2024-01-01 00:00:00", "1"},
            new String[] {"1", "what", "x", "2024-01-01 00:00:00", "1"})) {
      assertThatThrownBy(() -> row(mapping, row)).isInstanceOf(RowRejectedException.class);
    }
    assertThat(told).isEmpty();
  }
}
