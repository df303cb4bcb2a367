package io.walbeam.sink.bigquery;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.services.bigquery.model.Table;
import com.google.api.services.bigquery.model.TableConstraints;
import com.google.api.services.bigquery.model.TableFieldSchema;
import com.google.api.services.bigquery.model.TableSchema;
import io.walbeam.row.DestinationColumn;
import io.walbeam.row.DestinationType;
import io.walbeam.row.ExistingColumns;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BigQueryExistingTablesTest {
  @Test
  void columnsThatWeNeverWriteAreLeftOut() {
    Table table =
        new Table()
            .setSchema(
                new TableSchema()
                    .setFields(
                        List.of(
                            new TableFieldSchema().setName("A").setType("INTEGER"),
                            new TableFieldSchema().setName("b").setType("STRING"),
                            new TableFieldSchema()
                                .setName("list")
                                .setType("STRING")
                                .setMode("REPEATED"),
                            new TableFieldSchema().setName("place").setType("GEOGRAPHY"))));

    assertThat(BigQueryExistingTables.columns(table))
        .isEqualTo(
            new ExistingColumns(Map.of("a", DestinationType.INT64, "b", DestinationType.STRING)));
  }

  @Test
  void aKeyIsWhatTheSourceCallsItsColumns() {
    Table table =
        new Table()
            .setTableConstraints(
                new TableConstraints()
                    .setPrimaryKey(
                        new TableConstraints.PrimaryKey().setColumns(List.of("x_y", "old"))))
            .setSchema(
                new TableSchema()
                    .setFields(
                        List.of(
                            new TableFieldSchema()
                                .setName("x_y")
                                .setDescription(
                                    DestinationColumn.SOURCE
                                        + "x y"
                                        + DestinationColumn.SOURCE_END),
                            new TableFieldSchema().setName("old"))));

    assertThat(BigQueryExistingTables.key(table)).containsExactly("x y", "old");
    assertThat(BigQueryExistingTables.key(new Table())).isEmpty();
  }

  @Test
  void aTableWithoutSchemaHasNone() {
    assertThat(BigQueryExistingTables.columns(new Table())).isEqualTo(ExistingColumns.NONE);
  }
}
