package io.walbeam.local.standin.store;

import java.util.List;

/** GoogleSQL functions that DuckDB lacks and that one expression can give. */
final class SqlMacros {
  static final List<String> ALL =
      List.of(
          macro("to_json_string(x)", "CAST(to_json(x) AS VARCHAR)"),
          macro("timestamp_micros(x)", "make_timestamptz(x)"),
          macro("timestamp_millis(x)", "make_timestamptz(x * 1000)"),
          macro("timestamp_seconds(x)", "make_timestamptz(x * 1000000)"),
          macro("unix_micros(x)", "epoch_us(x)"),
          macro("unix_millis(x)", "epoch_ms(x)"),
          macro("unix_seconds(x)", "CAST(floor(epoch_us(x) / 1000000) AS BIGINT)"),
          macro("safe_divide(a, b)", "CASE WHEN b = 0 THEN NULL ELSE a / b END"),
          macro("json_value(j, p)", "json_extract_string(j, p)"),
          macro("json_value_array(j, p)", "CAST(json_extract(j, p) AS VARCHAR[])"),
          macro("json_query(j, p)", "json_extract(j, p)"),
          macro("parse_json(x)", "CAST(x AS JSON)"),
          macro("array_length(x)", "len(x)"),
          macro("byte_length(x)", "octet_length(encode(x))"),
          macro("char_length(x)", "length(x)"),
          macro("generate_array(a, b)", "generate_series(a, b)"),
          macro("logical_and(x)", "bool_and(x)"),
          macro("logical_or(x)", "bool_or(x)"),
          macro("wb_timestamp(x)", "CAST(x AS TIMESTAMP WITH TIME ZONE)"),
          macro("wb_datetime(x)", "CAST(x AS TIMESTAMP)"),
          macro("wb_date(x)", "CAST(x AS DATE)"),
          macro("wb_format_timestamp(f, x)", "strftime(x, f)"),
          macro("wb_if(c, a, b)", "CASE WHEN c THEN a ELSE b END"),
          macro("timestamp_add(x, i)", "x + i"),
          macro("timestamp_sub(x, i)", "x - i"),
          macro("wb_offset(i)", "i + 1"),
          macro("wb_ordinal(i)", "i"));

  private SqlMacros() {}

  private static String macro(String head, String body) {
    return "CREATE OR REPLACE MACRO " + head + " AS " + body;
  }
}
