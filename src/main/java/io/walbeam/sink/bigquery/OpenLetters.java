package io.walbeam.sink.bigquery;

/**
 * The view of the dead letters that are still open: no dump of their whole table was asked for and
 * finished since. Pure.
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
   * A dump settles what was committed before it was asked for, and everything of lower epochs. What
   * a history misses stays open: no dump brings it back.
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
    WHERE (IFNULL(`later`.`epoch`, 0) <= `letter`.`epoch`
        AND (`same`.`below` IS NULL OR `same`.`below` <= `letter`.`commit_lsn`))
      OR (`letter`.`error_class` = 'let_go' AND `letter`.`raw` IS NOT NULL)\
    """
        .formatted(
            settings.quoted(settings.deadLetterTable()),
            settings.quoted(BigQueryDumpLedger.TABLE_NAME));
  }
}
