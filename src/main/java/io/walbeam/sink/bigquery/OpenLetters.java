package io.walbeam.sink.bigquery;

/**
 * The view of the dead letters that are still open: no dump of their whole table, or of their key,
 * was asked for and finished since. Pure.
 */
final class OpenLetters {
  static final String DESCRIPTION =
      "The dead letters that no dump of their table has settled yet; kept by walbeam.";

  private OpenLetters() {}

  /** Name of the view beside a dead-letter table. */
  static String name(String deadLetterTable) {
    return deadLetterTable + "_open";
  }

  /**
   * A dump settles what was committed before it was asked for, and everything of lower epochs; one
   * of some keys the letters of these and of its epoch only. What a history misses stays open: no
   * dump brings it back.
   */
  static String sql(BigQuerySettings settings) {
    return """
    SELECT `letter`.*
    FROM %1$s AS `letter`
    LEFT JOIN (
      SELECT `schema_name`, `table_name`, `epoch`, MAX(`settled_below`) AS `below`
      FROM %2$s WHERE `settled_below` IS NOT NULL GROUP BY `schema_name`, `table_name`, `epoch`
    ) AS `same` ON `same`.`schema_name` = `letter`.`schema_name`
      AND `same`.`table_name` = `letter`.`table_name` AND `same`.`epoch` = `letter`.`epoch`
    LEFT JOIN (
      SELECT `schema_name`, `table_name`, MAX(`epoch`) AS `epoch`
      FROM %2$s WHERE `settled_below` IS NOT NULL GROUP BY `schema_name`, `table_name`
    ) AS `later` ON `later`.`schema_name` = `letter`.`schema_name`
      AND `later`.`table_name` = `letter`.`table_name`
    LEFT JOIN (
      SELECT `dump`.`schema_name`, `dump`.`table_name`, `dump`.`epoch`, `key_text`,
        MAX(`dump`.`settled_keys_below`) AS `below`
      FROM %2$s AS `dump`, UNNEST(JSON_VALUE_ARRAY(`dump`.`scope`, '$.letters')) AS `key_text`
      WHERE `dump`.`settled_keys_below` IS NOT NULL
      GROUP BY `dump`.`schema_name`, `dump`.`table_name`, `dump`.`epoch`, `key_text`
    ) AS `only` ON `only`.`schema_name` = `letter`.`schema_name`
      AND `only`.`table_name` = `letter`.`table_name` AND `only`.`epoch` = `letter`.`epoch`
      AND `only`.`key_text` = TO_JSON_STRING(`letter`.`key`)
    WHERE (IFNULL(`later`.`epoch`, 0) <= `letter`.`epoch`
        AND (`same`.`below` IS NULL OR `same`.`below` <= `letter`.`commit_lsn`)
        AND (`only`.`below` IS NULL OR `only`.`below` <= `letter`.`commit_lsn`))
      OR (`letter`.`error_class` = 'let_go' AND `letter`.`raw` IS NOT NULL)\
    """
        .formatted(
            settings.quoted(settings.deadLetterTable()),
            settings.quoted(BigQueryDumpLedger.TABLE_NAME));
  }
}
