package io.walbeam.sink.bigquery;

import io.walbeam.row.ChangesView;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.DestinationType;
import io.walbeam.row.HistoryView;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The query of a {@link HistoryView}: the changes of a key in the order of their positions, each
 * valid until the next one or until its table was truncated. Stateless.
 *
 * <p>A change that gives a row another key ends the version of the old one. A value that a change
 * left alone is the one of the version before. Versions that lasted no time, because their
 * transaction changed the row again, are left out.
 */
final class HistorySql {
  /** A view that begins with it is walbeam's to change. */
  static final String MARK =
      "-- walbeam makes this view anew when columns of its table change; without this line it is"
          + " yours.";

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private HistorySql() {}

  /**
   * The query.
   *
   * @param changes of the changelog, in which each change is once
   */
  static String sql(
      HistoryView history,
      ChangesView changes,
      DestinationTable changelog,
      BigQuerySettings settings) {
    List<HistoryView.Column> columns = history.columns();
    List<String> values = new ArrayList<>();
    List<String> typed = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      String value = "`value_" + (i + 1) + "`";
      values.add(value(columns.get(i)) + " AS " + value);
      typed.add(typed(columns.get(i).type(), value) + " AS `" + columns.get(i).name() + "`");
    }
    List<HistoryView.Column> key = columns.stream().filter(HistoryView.Column::key).toList();
    return """
    %s
    WITH `step` AS (
      SELECT %s AS `identity`, `operation`, `after`, `position`, `commit_time`, `transaction_id`,
        `context`
      FROM %s WHERE `key` IS NOT NULL
      UNION ALL
      SELECT %s, `operation`, NULL, `position`, `commit_time`, `transaction_id`, NULL
      FROM %s WHERE `before` IS NOT NULL AND `after` IS NOT NULL AND %s <> %s
    ),
    `truncation` AS (
      SELECT DISTINCT `position`, `commit_time` FROM %s WHERE `operation` = 'TRUNCATE'
    ),
    `truncations` AS (
      SELECT ARRAY_AGG(`position`) AS `positions` FROM `truncation`
    ),
    `version` AS (
      SELECT `operation`, `after`, `position`, `commit_time`, `transaction_id`, `context`,
        LEAD(`position`) OVER (PARTITION BY `identity` ORDER BY `position`) AS `next_position`,
        LEAD(`commit_time`) OVER (PARTITION BY `identity` ORDER BY `position`) AS `next_time`,
        %s
      FROM `step`
    ),
    `ended` AS (
      SELECT `version`.*, (
        SELECT MIN(`at`) FROM UNNEST(`truncations`.`positions`) AS `at`
        WHERE `at` > `version`.`position`) AS `truncated_at`
      FROM `version` CROSS JOIN `truncations`
      WHERE `version`.`after` IS NOT NULL
    ),
    `valid` AS (
      SELECT `ended`.*,
        IF(`truncation`.`position` < IFNULL(`ended`.`next_position`, 'G'),
          `truncation`.`commit_time`, `ended`.`next_time`) AS `until`
      FROM `ended` LEFT JOIN `truncation` ON `truncation`.`position` = `ended`.`truncated_at`
    )
    SELECT
      %s,
      `commit_time` AS `_valid_from`,
      `until` AS `_valid_to`,
      `until` IS NULL AS `_current`,
      `operation` AS `_operation`,
      `position` AS `_position`,
      `transaction_id` AS `_transaction_id`,
      `context` AS `_context`
    FROM `valid`
    WHERE `until` IS NULL OR `until` > `commit_time`\
    """
        .formatted(
            MARK,
            identity("key", key),
            settings.quoted(changes.name()),
            identity("before", key),
            settings.quoted(changelog.name()),
            identity("before", key),
            identity("key", key),
            settings.quoted(changelog.name()),
            String.join(",\n    ", values),
            String.join(",\n  ", typed));
  }

  /** The key of an image as one text. */
  private static String identity(String image, List<HistoryView.Column> key) {
    List<String> values =
        key.stream().map(column -> "JSON_VALUE(`" + image + "`, " + path(column) + ")").toList();
    if (values.size() == 1) {
      return values.get(0);
    }
    return "CONCAT("
        + String.join(
            ", ',', ", values.stream().map(value -> "TO_JSON_STRING(" + value + ")").toList())
        + ")";
  }

  /** What a column is in a version, as JSON. */
  private static String value(HistoryView.Column column) {
    String own = "JSON_QUERY(`after`, " + path(column) + ")";
    return column.large()
        ? "LAST_VALUE("
            + own
            + " IGNORE NULLS) OVER (PARTITION BY `identity` ORDER BY `position` ROWS BETWEEN"
            + " UNBOUNDED PRECEDING AND CURRENT ROW)"
        : own;
  }

  /** A value as in a table of current states; NULL where that has none. */
  private static String typed(DestinationType type, String value) {
    String text = "JSON_VALUE(" + value + ", '$')";
    return switch (type) {
      case STRING -> text;
      // Changelogs of earlier versions have PostgreSQL's letters.
      case BOOL -> text + " IN ('true', 't')";
      case BYTES -> "FROM_HEX(SUBSTR(" + text + ", 3))";
      case JSON, STRUCT -> "IF(TO_JSON_STRING(" + value + ") = 'null', NULL, " + value + ")";
      case INT64, FLOAT64, NUMERIC, BIGNUMERIC, DATE, TIME, DATETIME, TIMESTAMP ->
          "SAFE_CAST(" + text + " AS " + type.name() + ")";
    };
  }

  private static String path(HistoryView.Column column) {
    String name = column.source();
    return PLAIN.matcher(name).matches()
        ? "'$." + name + "'"
        : "'$.\"" + name.replace("'", "\\'") + "\"'";
  }
}
