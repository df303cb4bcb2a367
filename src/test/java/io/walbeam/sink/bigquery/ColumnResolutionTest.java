package io.walbeam.sink.bigquery;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.services.bigquery.model.TableFieldSchema;
import io.walbeam.row.DestinationColumn;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.DestinationType;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ColumnResolutionTest {
  @Test
  void aColumnKeepsItsPlaceWhenTheOneWithTheNicerNameIsDropped() {
    List<TableFieldSchema> fields =
        List.of(field("A", DestinationType.STRING, "A"), field("a_1", DestinationType.STRING, "a"));
    assertThat(names(fields, column("a", "a"))).containsExactly("a_1");
    assertThat(names(fields, column("A", "A"), column("a_2", "a"))).containsExactly("A", "a_1");
  }

  @Test
  void aNewColumnNeverTakesTheNameOfAnother() {
    List<TableFieldSchema> fields = List.of(field("x_y", DestinationType.STRING, "x y"));
    assertThat(names(fields, column("x_y", "x-y"))).containsExactly("x_y_ac50738d");
    assertThat(names(fields, column("x_y", "x y"))).containsExactly("x_y");
  }

  @Test
  void anotherTypeGoesBesideAndBackAgain() {
    List<TableFieldSchema> fields = List.of(field("v", DestinationType.INT64, "v"));
    assertThat(names(fields, column("v", "v"))).containsExactly("v__string");
    List<TableFieldSchema> both =
        List.of(
            field("v", DestinationType.INT64, "v"),
            field("v__string", DestinationType.STRING, "v"));
    assertThat(names(both, column("v", "v"))).containsExactly("v__string");
    assertThat(names(both, column("v", "v", DestinationType.INT64))).containsExactly("v");
    assertThat(names(both, column("v", "v", DestinationType.DATE))).containsExactly("v__date");
  }

  @Test
  void anArrayIsAnotherTypeThanItsElements() {
    DestinationColumn array =
        new DestinationColumn(
            "v", DestinationType.INT64, 3, false, true, description("v"), List.of());
    TableFieldSchema one = field("v", DestinationType.INT64, "v");
    TableFieldSchema many = field("v", DestinationType.INT64, "v").setMode("REPEATED");
    assertThat(names(List.of(many), array)).containsExactly("v");
    assertThat(names(List.of(one), array)).containsExactly("v__int64_array");
    assertThat(names(List.of(many), column("v", "v", DestinationType.INT64)))
        .containsExactly("v__int64");
  }

  @Test
  void columnsThatSomebodyElseMadeAreTakenByName() {
    TableFieldSchema theirs =
        new TableFieldSchema().setName("V").setType("STRING").setMode("NULLABLE");
    assertThat(names(List.of(theirs), column("v", "v"))).containsExactly("v");
  }

  @Test
  void theKeyAndTheClusteringFollow() {
    DestinationTable table =
        new DestinationTable("t", List.of(column("v", "v")), List.of("v"), List.of("v"), "", "");
    DestinationTable resolved =
        ColumnResolution.of(List.of(field("v", DestinationType.INT64, "v")), table);
    assertThat(resolved.primaryKey()).containsExactly("v__string");
    assertThat(resolved.clustering()).containsExactly("v__string");
    assertThat(resolved.columns().get(0).field()).isEqualTo(table.columns().get(0).field());
  }

  private static List<String> names(List<TableFieldSchema> fields, DestinationColumn... columns) {
    DestinationTable wanted =
        new DestinationTable("t", List.of(columns), List.of(), List.of(), "", "");
    return ColumnResolution.of(fields, wanted).columns().stream()
        .map(DestinationColumn::name)
        .toList();
  }

  private static DestinationColumn column(String name, String source) {
    return column(name, source, DestinationType.STRING);
  }

  private static DestinationColumn column(String name, String source, DestinationType type) {
    return new DestinationColumn(name, type, 3, false, description(source), List.of());
  }

  private static TableFieldSchema field(String name, DestinationType type, String source) {
    return new TableFieldSchema()
        .setName(name)
        .setType(type.name())
        .setMode("NULLABLE")
        .setDescription(description(source));
  }

  private static String description(String source) {
    return Stream.of(DestinationColumn.SOURCE, source, DestinationColumn.SOURCE_END, "text.")
        .reduce("", String::concat);
  }
}
