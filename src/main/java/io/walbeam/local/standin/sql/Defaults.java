package io.walbeam.local.standin.sql;

import io.walbeam.local.standin.store.Column;
import io.walbeam.local.standin.store.Row;
import io.walbeam.local.standin.store.Store;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/** Evaluates default value expressions of columns, anew for each request. */
public final class Defaults {
  private final Store store;

  public Defaults(Store store) {
    this.store = store;
  }

  /** The value in the form of {@link Row#values}; empty for NULL. Scalar columns only. */
  public Optional<Object> evaluate(Column column) throws SQLException {
    String expression =
        "CAST("
            + SqlTranslator.expression(column.defaultExpression())
            + " AS "
            + column.duckType()
            + ")";
    String sql =
        switch (column.type()) {
          case DATE -> "CAST(epoch_us(" + expression + ") / 86400000000 AS BIGINT)";
          case TIME, DATETIME, TIMESTAMP -> "epoch_us(" + expression + ")";
          default -> expression;
        };
    return store.with(
        connection -> {
          try (Statement statement = connection.createStatement();
              ResultSet result = statement.executeQuery("SELECT " + sql)) {
            if (!result.next() || result.getObject(1) == null) {
              return Optional.empty();
            }
            Object value =
                switch (column.type()) {
                  case INT64, TIME, DATETIME, TIMESTAMP -> (Object) result.getLong(1);
                  case DATE -> result.getInt(1);
                  case FLOAT64 -> result.getDouble(1);
                  case BOOL -> result.getBoolean(1);
                  case BYTES -> result.getBytes(1);
                  case NUMERIC -> result.getObject(1, BigDecimal.class);
                  case STRING, BIGNUMERIC, JSON, GEOGRAPHY -> result.getString(1);
                  case RECORD -> throw new SQLException("a RECORD has no default");
                };
            return Optional.of(value);
          }
        });
  }
}
