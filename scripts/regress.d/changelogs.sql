-- Whether a table without a key has the rows that its changelog says it has. Values are compared as PostgreSQL's
-- text, numbers without zeros at their ends, and arrays, composites and ranges only as NULL or not.

-- What a column is on both sides: SQL of its text in the row, and in the changelog's "after" or "before".
CREATE FUNCTION pg_temp.texts(of regclass, OUT here text, OUT there text) LANGUAGE sql AS $$
  SELECT
    'ARRAY[' || coalesce(string_agg(CASE kind
      WHEN 'structure' THEN format('(%I IS NOT DISTINCT FROM NULL)::text', attname)
      WHEN 'document' THEN format('%I::jsonb::text', attname)
      WHEN 'number' THEN format('trim_scale(%I)::text', attname)
      ELSE format('%I::text', attname) END, ', ' ORDER BY attnum), '') || ']::text[]',
    'ARRAY[' || coalesce(string_agg(CASE kind
      WHEN 'structure' THEN format('(image ->> %L IS NULL)::text', attname)
      WHEN 'document' THEN format('(image -> %L)::text', attname)
      WHEN 'number' THEN format('trim_scale((image ->> %L)::numeric)::text', attname)
      ELSE format('((image ->> %L)::%s)::text', attname, type) END, ', ' ORDER BY attnum), '') || ']::text[]'
  FROM (
    SELECT a.attnum, a.attname, format_type(a.atttypid, a.atttypmod) AS type, CASE
      WHEN t.typcategory = 'A' OR t.typtype IN ('c', 'r', 'm') OR e.typtype IN ('c', 'r', 'm') THEN 'structure'
      WHEN t.typname IN ('json', 'jsonb') THEN 'document' WHEN t.typname = 'numeric' THEN 'number' ELSE 'text' END AS kind
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type e ON e.oid = t.typbasetype
    WHERE a.attrelid = of AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') c
$$;

-- Result, a tab, and the reason or the number of rows. streamed: changes came by the stream too.
CREATE FUNCTION pg_temp.verdict(of regclass, answer jsonb, streamed boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  sides record := pg_temp.texts(of);
  found record;
BEGIN
  EXECUTE format($q$
    WITH log AS (
      SELECT DISTINCT ON (pos) r #>> '{f,0,v}' AS operation, pos,
        (r #>> '{f,2,v}')::jsonb AS before, (r #>> '{f,3,v}')::jsonb AS after
      FROM jsonb_array_elements($1 -> 'rows') AS r, LATERAL (SELECT r #>> '{f,1,v}' AS pos) p
    ), start AS (
      SELECT coalesce(max(pos COLLATE "C") FILTER (WHERE operation = 'TRUNCATE'), '') AS emptied,
        coalesce(max(substring(pos COLLATE "C" FROM '^[^/]*/[^/]*')) FILTER (WHERE operation = 'READ'), '') AS dumped
      FROM log
    ), changes AS (
      SELECT operation, 1 AS n, after AS image FROM log, start
      WHERE pos COLLATE "C" > greatest(emptied, dumped) AND operation IN ('READ', 'INSERT', 'UPDATE')
      UNION ALL
      SELECT operation, -1, before FROM log, start
      WHERE pos COLLATE "C" > greatest(emptied, dumped) AND operation IN ('UPDATE', 'DELETE')
    ), both_sides AS (
      SELECT v, sum(s) AS source, sum(c) AS copy,
        least(coalesce(sum(c) FILTER (WHERE operation = 'READ'), 0),
          coalesce(sum(c) FILTER (WHERE operation = 'INSERT'), 0)) AS twice
      FROM (SELECT %1$s AS v, 1 AS s, 0 AS c, '' AS operation FROM %2$s
        UNION ALL SELECT %3$s, 0, n, operation FROM changes) x
      GROUP BY v)
    SELECT coalesce(sum(source), 0) AS rows,
      coalesce(sum(source - copy) FILTER (WHERE source > copy), 0) AS missing,
      coalesce(sum(copy - source) FILTER (WHERE copy > source), 0) AS extra,
      coalesce(sum(least(copy - source, twice)) FILTER (WHERE copy > source), 0) AS twice
    FROM both_sides $q$,
    sides.here,
    (SELECT CASE relkind WHEN 'p' THEN '' ELSE 'ONLY ' END FROM pg_class WHERE oid = of) || of::text,
    sides.there) INTO found USING answer;
  RETURN CASE
    WHEN found.missing + found.extra = 0 THEN 'equal' || E'\t' || found.rows || ' rows in the changelog'
    WHEN found.missing = 0 AND found.extra = found.twice THEN
      'excused' || E'\t' || found.twice || ' of ' || found.rows || ' rows were read and came by the stream'
    WHEN streamed AND (SELECT relreplident <> 'f' FROM pg_class WHERE oid = of)
        AND (SELECT sum(n_tup_upd + n_tup_del) > 0 FROM pg_stat_all_tables
          WHERE relid IN (SELECT relid FROM pg_partition_tree(of) UNION SELECT of)) THEN
      'excused' || E'\t' || 'no key: its updates and deletions are not published'
    ELSE 'unequal' || E'\t' || 'changelog: ' || row_to_json(found) END;
EXCEPTION WHEN data_exception OR feature_not_supported OR undefined_function OR cannot_coerce THEN
  RETURN 'excused' || E'\t' || 'values cannot be compared: ' || SQLERRM;
END $$;
