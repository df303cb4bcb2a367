package io.walbeam.sink.bigquery;

import com.google.api.services.bigquery.model.Clustering;
import com.google.api.services.bigquery.model.Table;
import com.google.api.services.bigquery.model.TableConstraints;
import com.google.api.services.bigquery.model.TableFieldSchema;
import com.google.api.services.bigquery.model.TableReference;
import com.google.api.services.bigquery.model.TableSchema;
import com.google.api.services.bigquery.model.TimePartitioning;
import io.walbeam.row.DestinationColumn;
import io.walbeam.row.DestinationTable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A destination table as BigQuery's REST resource. Pure. */
final class TableDefinitions {
  /** "Quotas and limits", Tables: maximum length of a column description. */
  private static final int MOST_COLUMN_DESCRIPTION = 1_024;

  /** "Quotas and limits", Tables: maximum length of a table description. */
  static final int MOST_TABLE_DESCRIPTION = 16_384;

  private TableDefinitions() {}

  /** The resource to create {@code table} with. */
  static Table of(DestinationTable table, BigQuerySettings settings) {
    Table resource =
        new Table()
            .setTableReference(reference(table.name(), settings))
            .setDescription(cut(table.description(), MOST_TABLE_DESCRIPTION))
            .setSchema(new TableSchema().setFields(fields(table.columns())));
    if (!table.primaryKey().isEmpty()) {
      resource.setTableConstraints(
          new TableConstraints()
              .setPrimaryKey(
                  new TableConstraints.PrimaryKey()
                      .setColumns(new ArrayList<>(table.primaryKey()))));
    }
    if (!table.clustering().isEmpty()) {
      resource.setClustering(new Clustering().setFields(new ArrayList<>(table.clustering())));
    }
    if (!table.partitioning().isEmpty()) {
      resource.setTimePartitioning(
          new TimePartitioning().setType("DAY").setField(table.partitioning()));
    }
    if (!table.maxStaleness().isEmpty()) {
      resource.setMaxStaleness(interval(Duration.parse(table.maxStaleness())));
    }
    return resource;
  }

  static TableReference reference(String name, BigQuerySettings settings) {
    return new TableReference()
        .setProjectId(settings.project())
        .setDatasetId(settings.dataset())
        .setTableId(name);
  }

  static TableFieldSchema field(DestinationColumn column) {
    TableFieldSchema field =
        new TableFieldSchema()
            .setName(column.name())
            .setType(column.type().name())
            .setMode(mode(column));
    if (!column.description().isEmpty()) {
      field.setDescription(cut(column.description(), MOST_COLUMN_DESCRIPTION));
    }
    if (!column.members().isEmpty()) {
      field.setFields(fields(column.members()));
    }
    return field;
  }

  private static String mode(DestinationColumn column) {
    if (column.repeated()) {
      return RestTypes.REPEATED;
    }
    return column.required() ? "REQUIRED" : "NULLABLE";
  }

  /** BigQuery's text form of an interval, {@code Y-M D H:M:S}. */
  static String interval(Duration duration) {
    return String.format(
        Locale.ROOT,
        "0-0 0 %d:%d:%d",
        duration.toHours(),
        duration.toMinutesPart(),
        duration.toSecondsPart());
  }

  private static List<TableFieldSchema> fields(List<DestinationColumn> columns) {
    List<TableFieldSchema> fields = new ArrayList<>();
    for (DestinationColumn column : columns) {
      fields.add(field(column));
    }
    return fields;
  }

  static String cut(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most);
  }
}
