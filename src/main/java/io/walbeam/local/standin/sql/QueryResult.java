package io.walbeam.local.standin.sql;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.walbeam.local.standin.Json;
import java.sql.Array;
import java.sql.Blob;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Struct;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A finished statement's result, free of the database.
 *
 * @param rows values as {@link ResultCells} takes them; empty for a statement without a result
 * @param affected rows that a DML statement changed, -1 for a query
 */
public record QueryResult(
    String statementType, List<ResultType> types, List<Object[]> rows, long affected) {

  static QueryResult read(ResultSet result, List<ResultType> types) throws SQLException {
    List<Object[]> rows = new ArrayList<>();
    while (result.next()) {
      Object[] row = new Object[types.size()];
      for (int i = 0; i < row.length; i++) {
        row[i] = plain(result.getObject(i + 1));
      }
      rows.add(row);
    }
    return new QueryResult("SELECT", types, Collections.unmodifiableList(rows), -1);
  }

  static List<ResultType> types(ResultSetMetaData metaData) throws SQLException {
    List<ResultType> types = new ArrayList<>();
    int unnamed = 0;
    for (int i = 1; i <= metaData.getColumnCount(); i++) {
      String label = metaData.getColumnLabel(i);
      // DuckDB names an expression by its text, BigQuery f0_, f1_ and so on.
      boolean named = label.chars().noneMatch(c -> "()*/+-<>=' ".indexOf(c) >= 0);
      types.add(
          ResultType.parse(named ? label : "f" + unnamed++ + "_", metaData.getColumnTypeName(i)));
    }
    return types;
  }

  public ObjectNode schema() {
    ObjectNode schema = Json.object();
    ArrayNode fields = schema.putArray("fields");
    types.forEach(type -> fields.add(type.schema()));
    return schema;
  }

  public ArrayNode page(long from, long count, ResultCells.TimestampFormat format) {
    ResultCells cells = new ResultCells(format);
    ArrayNode page = Json.array();
    long end = Math.min(rows.size(), count > rows.size() - from ? rows.size() : from + count);
    for (long i = from; i < end; i++) {
      Object[] row = rows.get((int) i);
      ArrayNode out = page.addObject().putArray("f");
      for (int column = 0; column < row.length; column++) {
        out.add(cells.cell(types.get(column), row[column]));
      }
    }
    return page;
  }

  private static @Nullable Object plain(@Nullable Object value) throws SQLException {
    if (value instanceof Struct struct) {
      Object[] attributes = struct.getAttributes().clone();
      for (int i = 0; i < attributes.length; i++) {
        attributes[i] = plain(attributes[i]);
      }
      return attributes;
    }
    if (value instanceof Array array) {
      List<@Nullable Object> elements = new ArrayList<>();
      for (Object element : Arrays.asList((Object[]) array.getArray())) {
        elements.add(plain(element));
      }
      return elements;
    }
    if (value instanceof Blob blob) {
      return blob.getBytes(1, (int) blob.length());
    }
    if (value instanceof Timestamp timestamp) {
      return timestamp.toLocalDateTime();
    }
    return value;
  }
}
