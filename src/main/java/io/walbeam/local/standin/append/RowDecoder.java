package io.walbeam.local.standin.append;

import com.google.cloud.bigquery.storage.v1.AppendRowsRequest.MissingValueInterpretation;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import io.walbeam.local.standin.AppendFailure;
import io.walbeam.local.standin.Names;
import io.walbeam.local.standin.store.Column;
import io.walbeam.local.standin.store.ColumnType;
import io.walbeam.local.standin.store.Row;
import io.walbeam.local.standin.store.RowProblem;
import io.walbeam.local.standin.store.SequenceNumber;
import io.walbeam.local.standin.store.TableDefinition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the rows of one writer schema for one version of a table, and enforces what BigQuery
 * enforces on each. Compiled once per schema; immutable.
 */
public final class RowDecoder {
  /** Largest row accepted, in bytes: 10 MB (documentation "Quotas and limits"). */
  public static final int MAX_ROW_BYTES = 10_000_000;

  private static final Column CHANGE_TYPE = pseudo("_CHANGE_TYPE");
  private static final Column SEQUENCE_NUMBER = pseudo("_CHANGE_SEQUENCE_NUMBER");

  private final TableDefinition table;
  private final MessagePlan plan;
  private final boolean changes;
  private final int[] key;

  private RowDecoder(TableDefinition table, MessagePlan plan, boolean changes) {
    this.table = table;
    this.plan = plan;
    this.changes = changes;
    this.key = table.primaryKey().stream().mapToInt(table::indexOf).toArray();
  }

  static RowDecoder compile(TableDefinition table, DescriptorProto schema) throws AppendFailure {
    boolean changes =
        schema.getFieldList().stream()
            .anyMatch(field -> Names.fold(Names.ofField(field)).equals(Names.fold("_CHANGE_TYPE")));
    MessagePlan plan =
        MessagePlan.compile(
            schema,
            Names.nestedTypes(schema, Map.of()),
            table.columns(),
            List.of(CHANGE_TYPE, SEQUENCE_NUMBER),
            table.ref(),
            "");
    if (changes && table.primaryKey().isEmpty()) {
      throw AppendFailure.invalid(
          "The primary keys and clustering keys of the table "
              + table.ref().colonForm()
              + " are required to create an upsert stream. Entity: "
              + table.ref().streamName());
    }
    return new RowDecoder(table, plan, changes);
  }

  /** Whether the writer sends change types; such rows cannot share a connection with others. */
  boolean changes() {
    return changes;
  }

  TableDefinition table() {
    return table;
  }

  /** Columns that take their default where a row has no value for them, by index. */
  List<Integer> defaulted(
      MissingValueInterpretation general, Map<String, MissingValueInterpretation> byColumn) {
    List<Integer> indexes = new ArrayList<>();
    for (int i = 0; i < table.columns().size(); i++) {
      Column column = table.columns().get(i);
      MissingValueInterpretation wanted = general;
      for (Map.Entry<String, MissingValueInterpretation> entry : byColumn.entrySet()) {
        if (Names.fold(entry.getKey()).equals(Names.fold(column.name()))) {
          wanted = entry.getValue();
        }
      }
      if (wanted == MissingValueInterpretation.DEFAULT_VALUE
          && !column.defaultExpression().isEmpty()) {
        indexes.add(i);
      }
    }
    return indexes;
  }

  /**
   * Decodes one row.
   *
   * @param defaults values of the columns to fill in, by column index
   */
  Row decode(ByteString bytes, Map<Integer, Object> defaults) throws RowProblem {
    if (bytes.size() > MAX_ROW_BYTES) {
      throw new RowProblem(
          "Row size " + bytes.size() + " is over the limit of " + MAX_ROW_BYTES + " bytes");
    }
    Object[] values;
    try {
      CodedInputStream in = bytes.newCodedInput();
      values = plan.read(in);
      in.checkLastTagWas(0);
    } catch (InvalidProtocolBufferException e) {
      throw new RowProblem("Cannot parse the row: it is not a message of the writer's schema");
    } catch (IOException e) {
      throw new RowProblem("Cannot parse the row: it ends inside a field");
    }
    defaults.forEach(
        (index, value) -> {
          if (values[index] == null) {
            values[index] = value;
          }
        });
    plan.checkRequired(values, true);
    int columns = table.columns().size();
    Object type = values[columns];
    Object sequence = values[columns + 1];
    if (!changes) {
      if (sequence != null) {
        throw new RowProblem("_CHANGE_SEQUENCE_NUMBER is given without _CHANGE_TYPE");
      }
      return new Row(Row.Kind.PLAIN, SequenceNumber.ZERO, values, columns);
    }
    return new Row(kind(type), position(sequence), checkKey(values), columns);
  }

  /** A cheap look at a row: its size, and whether its first field is one of the schema. */
  @Nullable String problemAtFirstTag(ByteString row) {
    if (row.size() > MAX_ROW_BYTES) {
      return "Row size " + row.size() + " is over the limit of " + MAX_ROW_BYTES + " bytes";
    }
    return plan.knowsFirstTag(row) ? null : "Cannot parse the row";
  }

  private static Row.Kind kind(Object type) throws RowProblem {
    if ("UPSERT".equals(type)) {
      return Row.Kind.UPSERT;
    }
    if ("DELETE".equals(type)) {
      return Row.Kind.DELETE;
    }
    throw new RowProblem("The given value is not a valid CHANGE_TYPE");
  }

  private static SequenceNumber position(Object sequence) throws RowProblem {
    if (sequence == null) {
      return SequenceNumber.ZERO;
    }
    SequenceNumber position = SequenceNumber.parse((String) sequence);
    if (position == null) {
      throw new RowProblem("The given value is not a valid CHANGE_SEQUENCE_NUMBER");
    }
    return position;
  }

  private Object[] checkKey(Object[] values) throws RowProblem {
    for (int index : key) {
      if (values[index] == null) {
        throw new RowProblem(
            "Primary key column " + table.columns().get(index).name() + " has no value");
      }
    }
    return values;
  }

  private static Column pseudo(String name) {
    return new Column(name, ColumnType.STRING, Column.Mode.NULLABLE, List.of(), 0, 0, 0, "");
  }
}
