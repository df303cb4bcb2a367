package io.walbeam.local.standin.rest;

import com.linecorp.armeria.common.QueryParams;
import io.walbeam.local.standin.RestFailure;
import io.walbeam.local.standin.sql.ResultCells;
import java.util.Locale;

/** Query parameters of a REST request's URL. */
record Params(QueryParams values) {
  String text(String name) {
    return values.get(name, "");
  }

  boolean flag(String name) {
    return Boolean.parseBoolean(text(name));
  }

  long number(String name, long otherwise) {
    String text = text(name);
    try {
      return text.isEmpty() ? otherwise : Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw RestFailure.invalid("Invalid value for " + name);
    }
  }

  /** Where a page begins: the page token is the offset. */
  long start() {
    return Math.max(0, number("pageToken", number("startIndex", 0)));
  }

  ResultCells.TimestampFormat format() {
    return format(
        text("formatOptions.timestampOutputFormat"), flag("formatOptions.useInt64Timestamp"));
  }

  static ResultCells.TimestampFormat format(String name, boolean micros) {
    return switch (name.toUpperCase(Locale.ROOT)) {
      case "INT64" -> ResultCells.TimestampFormat.MICROSECONDS;
      case "ISO8601_STRING" -> ResultCells.TimestampFormat.ISO;
      case "FLOAT64" -> ResultCells.TimestampFormat.SECONDS;
      default ->
          micros ? ResultCells.TimestampFormat.MICROSECONDS : ResultCells.TimestampFormat.SECONDS;
    };
  }
}
