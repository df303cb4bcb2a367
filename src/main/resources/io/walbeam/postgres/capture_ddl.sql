CREATE SCHEMA IF NOT EXISTS walbeam;

CREATE OR REPLACE FUNCTION walbeam.capture_ddl() RETURNS event_trigger
LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE
  tables pg_catalog.json;
BEGIN
  IF tg_event = 'sql_drop' THEN
    SELECT pg_catalog.json_agg(DISTINCT pg_catalog.jsonb_build_array(o.schema_name, o.object_name))
      INTO tables
      FROM pg_catalog.pg_event_trigger_dropped_objects() o
      WHERE o.object_type = 'table' AND NOT o.is_temporary;
  ELSE
    SELECT pg_catalog.json_agg(DISTINCT pg_catalog.jsonb_build_array(n.nspname, c.relname))
      INTO tables
      FROM pg_catalog.pg_event_trigger_ddl_commands() d
      JOIN pg_catalog.pg_class c ON c.relkind IN ('r', 'p') AND c.relpersistence = 'p'
        AND ((d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = d.objid)
          OR (d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND EXISTS (
            SELECT FROM pg_catalog.pg_attribute a
            WHERE a.attrelid = c.oid AND a.atttypid = d.objid AND NOT a.attisdropped)))
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace;
  END IF;
  IF tables IS NOT NULL THEN
    PERFORM pg_catalog.pg_logical_emit_message(true, 'walbeam.ddl',
      pg_catalog.json_build_object('tag', tg_tag, 'tables', tables,
        'statement', pg_catalog.left(pg_catalog.current_query(), 10000))::pg_catalog.text);
  END IF;
EXCEPTION WHEN OTHERS THEN
  RAISE WARNING 'walbeam could not note a statement: %', SQLERRM;
END
$$;

CREATE EVENT TRIGGER walbeam_ddl ON ddl_command_end
  WHEN TAG IN ('CREATE TABLE', 'ALTER TABLE', 'ALTER TYPE', 'ALTER DOMAIN')
  EXECUTE FUNCTION walbeam.capture_ddl();

CREATE EVENT TRIGGER walbeam_drop ON sql_drop
  WHEN TAG IN ('DROP TABLE', 'DROP SCHEMA', 'DROP OWNED')
  EXECUTE FUNCTION walbeam.capture_ddl();
