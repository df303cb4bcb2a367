package io.walbeam.local.bench;

/** What the rows of a benchmark's table look like. */
enum RowShape {
  /** A key and one text. */
  NARROW(
      "narrow",
      "int8 and char(84)",
      "id int8 PRIMARY KEY, filler char(84) NOT NULL",
      "n, md5(n::text) || md5((-n)::text) || 'abcdefghijklmnopqrst'"),

  /** What business tables have, of every kind of encoder; some values are NULL. */
  WIDE(
      "wide",
      "24 mixed columns",
      """
      id int8 PRIMARY KEY, customer int4, status int2, kind text, country char(2), price numeric(12,2),
      tax numeric(6,4), weight float8, score float4, paid bool, shipped bool, ordered_at timestamptz,
      changed_at timestamp, delivery date, opens time, token uuid, details jsonb, note text, code varchar(20),
      image bytea, tags text[], sizes int4[], discount numeric(12,2), parent int8\
      """,
      """
      n, n % 50000, n % 7, 'kind ' || n % 20, 'DE', (n % 100000) / 100.0,
      0.19, n / 7.0, (n % 1000) / 3.0, n % 2 = 0, n % 3 = 0, '2026-01-01 00:00:00.123456+00'::timestamptz + n * interval '1 s',
      '2026-01-01 00:00:00.5'::timestamp + n * interval '1 s', '2026-01-01'::date + (n % 365)::int, '08:30:00'::time,
      md5(n::text)::uuid, jsonb_build_object('line', n, 'text', 'item ' || n), 'A note of usual length, number ' || n,
      'C' || n % 1000, decode(md5(n::text), 'hex'), ARRAY['a', 'b' || n % 9], ARRAY[1, 2, (n % 30)::int],
      CASE WHEN n % 2 = 0 THEN n % 50 END, CASE WHEN n % 5 = 0 THEN n / 5 END\
      """);

  private final String table;
  private final String text;
  private final String columns;
  private final String selected;

  RowShape(String table, String text, String columns, String selected) {
    this.table = table;
    this.text = text;
    this.columns = columns;
    this.selected = selected;
  }

  /** Name of the table. */
  String table() {
    return table;
  }

  /** The columns of CREATE TABLE. */
  String columns() {
    return columns;
  }

  /** A select list over {@code n}, the row's number from 1. */
  String selected() {
    return selected;
  }

  @Override
  public String toString() {
    return text;
  }
}
