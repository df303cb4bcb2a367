package io.walbeam.local.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.change.TableId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TableComparisonTest {
  private static final SourceTable TABLE =
      new SourceTable(
          new TableId("public", "t"),
          columns("id", "integer", "My Price", "numeric"),
          List.of("id"));

  private static final TableComparison.Place T =
      TableComparison.Place.of(new TableId("public", "t"));

  @Test
  void equalRowsInOtherOrderAndFormAreEqual() {
    TableComparison result =
        compare(
            List.of(row("id", "1", "My Price", "1.50"), row("id", "2", "My Price", null)),
            List.of(row("ID", "2", "my_price", null), row("ID", "1", "my_price", "1.5")));
    assertThat(result.differences()).isEmpty();
    assertThat(result.equal()).isTrue();
  }

  @Test
  void everyKindOfDifferenceIsNamedWithItsKey() {
    TableComparison result =
        compare(
            List.of(
                row("id", "1", "My Price", "1"),
                row("id", "2", "My Price", "2"),
                row("id", "3", "My Price", null)),
            List.of(
                row("id", "2", "My_Price", null),
                row("id", "3", "My_Price", null),
                row("id", "3", "My_Price", null),
                row("id", "4", "My_Price", "4")));
    assertThat(result.differences())
        .extracting(Difference::toString)
        .containsExactly(
            "duplicate id=3",
            "missing id=1",
            "different id=2 My Price: '2' became NULL",
            "extra id=4");
    assertThat(result.excusing(List.of("id=1", "id=2")).differences())
        .extracting(Difference::kind)
        .containsExactly(
            Difference.Kind.DUPLICATE, Difference.Kind.DIFFERENT, Difference.Kind.EXTRA);
  }

  @Test
  void aMissingTableIsEqualOnlyToOneWithoutRows() {
    List<TextRow> rows = List.of(row("id", "1", "My Price", "1"));
    assertThat(TableComparison.compareRows(TABLE, T, false, rows, List.of()).differences())
        .extracting(Difference::kind)
        .containsExactly(Difference.Kind.NO_TABLE);
    assertThat(TableComparison.compareRows(TABLE, T, false, List.of(), List.of()).equal()).isTrue();
    assertThat(TableComparison.compareRows(TABLE, T, true, rows, List.of()).equal()).isFalse();
  }

  @Test
  void aMissingColumnIsADifferenceEvenIfEveryValueIsNull() {
    TableComparison result =
        compare(List.of(row("id", "1", "My Price", null)), List.of(row("id", "1")));
    assertThat(result.differences())
        .extracting(Difference::toString)
        .containsExactly("no column My Price");
  }

  @Test
  void aTableWithoutKeyIsRefused() {
    SourceTable keyless = new SourceTable(TABLE.id(), TABLE.columns(), List.of());
    assertThatThrownBy(() -> TableComparison.compareRows(keyless, T, true, List.of(), List.of()))
        .hasMessageContaining("no primary key");
  }

  private static TableComparison compare(List<TextRow> source, List<TextRow> copy) {
    return TableComparison.compareRows(TABLE, T, true, source, copy);
  }

  private static Map<String, String> columns(String... namesAndTypes) {
    Map<String, String> columns = new LinkedHashMap<>();
    for (int i = 0; i < namesAndTypes.length; i += 2) {
      columns.put(namesAndTypes[i], namesAndTypes[i + 1]);
    }
    return columns;
  }

  private static TextRow row(@org.jspecify.annotations.Nullable String... namesAndValues) {
    Map<String, Optional<String>> values = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      values.put(String.valueOf(namesAndValues[i]), Optional.ofNullable(namesAndValues[i + 1]));
    }
    return new TextRow(values);
  }
}
