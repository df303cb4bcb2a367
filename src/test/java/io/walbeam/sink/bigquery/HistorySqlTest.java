package io.walbeam.sink.bigquery;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.row.ChangesView;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.DestinationType;
import io.walbeam.row.HistoryView;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The query as BigQuery gets it: also what the stand-in does not tell apart. */
class HistorySqlTest {
  private static final BigQuerySettings SETTINGS =
      new BigQuerySettings("p", "d", "", "", "_walbeam_dead_letters", "walbeam:slot");

  @Test
  void aVersionLastsUntilTheNextOneOfItsKeyOrATruncation() {
    HistoryView history =
        new HistoryView(
            "t_history",
            "",
            List.of(
                new HistoryView.Column("id", "id", DestinationType.INT64, true, false),
                new HistoryView.Column("it's", "it_s", DestinationType.STRING, false, true)));
    ChangesView changes = new ChangesView("t_changes", "", Optional.of(history));

    assertThat(HistorySql.sql(history, changes, changelog(changes), SETTINGS))
        .isEqualTo(
            """
            %s
            WITH `step` AS (
              SELECT JSON_VALUE(`key`, '$.id') AS `identity`, `operation`, `after`, `position`, `commit_time`, `transaction_id`,
                `context`
              FROM `p.d.t_changes` WHERE `key` IS NOT NULL
              UNION ALL
              SELECT JSON_VALUE(`before`, '$.id'), `operation`, NULL, `position`, `commit_time`, `transaction_id`, NULL
              FROM `p.d.t_changelog` WHERE `before` IS NOT NULL AND `after` IS NOT NULL AND JSON_VALUE(`before`, '$.id') <> JSON_VALUE(`key`, '$.id')
            ),
            `truncation` AS (
              SELECT DISTINCT `position`, `commit_time` FROM `p.d.t_changelog` WHERE `operation` = 'TRUNCATE'
            ),
            `truncations` AS (
              SELECT ARRAY_AGG(`position`) AS `positions` FROM `truncation`
            ),
            `version` AS (
              SELECT `operation`, `after`, `position`, `commit_time`, `transaction_id`, `context`,
                LEAD(`position`) OVER (PARTITION BY `identity` ORDER BY `position`) AS `next_position`,
                LEAD(`commit_time`) OVER (PARTITION BY `identity` ORDER BY `position`) AS `next_time`,
                JSON_QUERY(`after`, '$.id') AS `value_1`,
                LAST_VALUE(JSON_QUERY(`after`, '$."it\\'s"') IGNORE NULLS) OVER (PARTITION BY `identity` ORDER BY `position` ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS `value_2`
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
              SAFE_CAST(JSON_VALUE(`value_1`, '$') AS INT64) AS `id`,
              JSON_VALUE(`value_2`, '$') AS `it_s`,
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
                .formatted(HistorySql.MARK));
  }

  @Test
  void aKeyOfSeveralColumnsIsOneTextAndEveryTypeIsThatOfTheCurrentState() {
    HistoryView history =
        new HistoryView(
            "t_history",
            "",
            List.of(
                new HistoryView.Column("a", "a", DestinationType.NUMERIC, true, true),
                new HistoryView.Column("b", "b", DestinationType.BYTES, true, true),
                new HistoryView.Column("c", "c", DestinationType.BOOL, false, false),
                new HistoryView.Column("d", "d", DestinationType.JSON, false, true),
                new HistoryView.Column("e", "e", DestinationType.TIMESTAMP, false, false)));
    ChangesView changes = new ChangesView("t_changes", "", Optional.of(history));

    assertThat(HistorySql.sql(history, changes, changelog(changes), SETTINGS))
        .contains(
            "CONCAT(TO_JSON_STRING(JSON_VALUE(`key`, '$.a')), ',', TO_JSON_STRING(JSON_VALUE(`key`,"
                + " '$.b'))) AS `identity`",
            "SAFE_CAST(JSON_VALUE(`value_1`, '$') AS NUMERIC) AS `a`",
            "FROM_HEX(SUBSTR(JSON_VALUE(`value_2`, '$'), 3)) AS `b`",
            "JSON_VALUE(`value_3`, '$') IN ('true', 't') AS `c`",
            "IF(TO_JSON_STRING(`value_4`) = 'null', NULL, `value_4`) AS `d`",
            "SAFE_CAST(JSON_VALUE(`value_5`, '$') AS TIMESTAMP) AS `e`");
  }

  private static DestinationTable changelog(ChangesView changes) {
    return new DestinationTable(
        "t_changelog",
        List.of(),
        List.of(),
        List.of("key_text"),
        "",
        "",
        "commit_time",
        Optional.of(changes));
  }
}
