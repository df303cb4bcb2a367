package io.walbeam.sink.bigquery;

import com.google.api.services.bigquery.model.TableFieldSchema;
import io.walbeam.row.DestinationColumn;
import io.walbeam.row.DestinationType;
import org.jspecify.annotations.Nullable;

/** Names of types as the REST interface spells them. */
final class RestTypes {
  /** Mode of a column that is an array. */
  static final String REPEATED = "REPEATED";

  private RestTypes() {}

  /** Whether the column is an array. */
  static boolean isRepeated(TableFieldSchema field) {
    return REPEATED.equals(field.getMode());
  }

  /** Whether values of {@code column} are values of {@code field}. */
  static boolean isSame(TableFieldSchema field, DestinationColumn column) {
    return type(field.getType()) == column.type() && isRepeated(field) == column.repeated();
  }

  /** The type of that name, null if there is none here; REST still answers with legacy SQL's. */
  static @Nullable DestinationType type(String name) {
    return switch (name) {
      case "BOOLEAN", "BOOL" -> DestinationType.BOOL;
      case "INTEGER", "INT64" -> DestinationType.INT64;
      case "FLOAT", "FLOAT64" -> DestinationType.FLOAT64;
      case "RECORD", "STRUCT" -> DestinationType.STRUCT;
      case "NUMERIC" -> DestinationType.NUMERIC;
      case "BIGNUMERIC" -> DestinationType.BIGNUMERIC;
      case "STRING" -> DestinationType.STRING;
      case "BYTES" -> DestinationType.BYTES;
      case "DATE" -> DestinationType.DATE;
      case "TIME" -> DestinationType.TIME;
      case "DATETIME" -> DestinationType.DATETIME;
      case "TIMESTAMP" -> DestinationType.TIMESTAMP;
      case "JSON" -> DestinationType.JSON;
      default -> null;
    };
  }
}
