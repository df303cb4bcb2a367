package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.TextRow;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The view of versions of a changelog, asked for moments that the source was asked at, too. */
class HistoryIT {
  private static final String SOURCE =
      "SELECT COALESCE(string_agg(concat_ws('|', id, part, COALESCE(n::text, 'null'),"
          + " COALESCE(cents::text, 'null'), COALESCE(flag::text, 'null'), COALESCE(tags, 'null'),"
          + " l, body), E'\\n"
          + "' ORDER BY id, part), '') FROM (SELECT id, part, n, (price * 100)::bigint AS cents,"
          + " flag, to_json(tags)::text AS tags, length(body) AS l, left(body, 5) AS body FROM t)"
          + " x";

  private final Map<String, String> moments = new LinkedHashMap<>();

  @Test
  void atEveryMomentTheHistoryIsWhatTheSourceWas() throws Exception {
    try (Servers servers = Servers.here();
        Scenario fixture = Scenario.on(servers, "versions")) {
      fixture.execute(
          "CREATE TABLE t (id int, part text, n bigint, price numeric(12,2), flag boolean, tags"
              + " int[], body text, PRIMARY KEY (id, part))",
          "ALTER TABLE t ALTER body SET STORAGE EXTERNAL");
      run(fixture);

      step(
          fixture,
          "INSERT INTO t SELECT g, 'a''b', g, g / 3.0, g % 2 = 0, ARRAY[g, NULL], repeat(g::text,"
              + " 9000) FROM generate_series(1, 5) g");
      step(fixture, "UPDATE t SET n = n + 9007199254740993 WHERE id = 1");
      step(fixture, "UPDATE t SET price = NULL WHERE id = 1", "UPDATE t SET tags = '{}'");
      step(fixture, "BEGIN; UPDATE t SET n = 1; UPDATE t SET n = 2; COMMIT");
      step(fixture, "DELETE FROM t WHERE id = 2");
      step(fixture, "UPDATE t SET id = 20, body = 'moved' WHERE id = 3");
      step(fixture, "INSERT INTO t VALUES (2, 'a''b', 5, 1, NULL, NULL, 'again')");
      run(fixture);
      step(fixture, "TRUNCATE t");
      step(fixture, "INSERT INTO t VALUES (1, 'a''b', 6, 2, true, '{1}', 'after')");
      step(fixture, "TRUNCATE t");
      step(fixture, "INSERT INTO t VALUES (7, 'x', 6, 2, true, '{1}', 'last')");
      fixture.execute("ALTER TABLE t ADD COLUMN more int");
      step(fixture, "UPDATE t SET more = 3 WHERE id = 7");
      run(fixture);

      for (Map.Entry<String, String> moment : moments.entrySet()) {
        assertThat(history(fixture, moment.getKey()))
            .as(moment.getKey())
            .isEqualTo(moment.getValue());
      }
      assertThat(
              texts(
                  fixture,
                  "SELECT CAST(COUNT(*) AS STRING) AS x, CAST(MAX(more) AS STRING) AS y FROM"
                      + " `demo.versions.public_t_history` WHERE _current"))
          .as("the view follows the columns of the table")
          .isEqualTo("1|3");
      assertThat(
              texts(
                  fixture,
                  "SELECT CAST(COUNT(*) AS STRING) AS x FROM `demo.versions.public_t_history` WHERE"
                      + " n = 1 AND id > 1"))
          .as("versions that lasted no time")
          .isEqualTo("0");
    }
  }

  private static void run(Scenario fixture) throws Exception {
    PipelineCommand command = fixture.command().with("writeMode", "both").with("history", "scd2");
    fixture.runToNow(command);
  }

  /** Changes the source, and notes what is in it then. */
  private void step(Scenario fixture, String... statements) throws Exception {
    fixture.execute(statements);
    String moment =
        fixture
            .query("SELECT to_char(clock_timestamp(), 'YYYY-MM-DD HH24:MI:SS.US')")
            .orElseThrow();
    moments.put(moment, fixture.query(SOURCE).orElseThrow());
  }

  private static String history(Scenario fixture, String moment) throws Exception {
    return texts(
        fixture,
        "SELECT id, part, n, CAST(price * 100 AS INT64) AS cents, flag, TO_JSON_STRING(tags) AS"
            + " tags, LENGTH(body) AS l, SUBSTR(body, 1, 5) AS body"
            + " FROM `demo.versions.public_t_history` WHERE _valid_from <= TIMESTAMP '"
            + moment
            + "+00' AND IFNULL(_valid_to > TIMESTAMP '"
            + moment
            + "+00', TRUE) ORDER BY id, part");
  }

  private static String texts(Scenario fixture, String sql) throws Exception {
    List<String> rows = new ArrayList<>();
    for (TextRow row : fixture.destination().query(sql)) {
      List<String> values = new ArrayList<>();
      for (Optional<String> value : row.values().values()) {
        values.add(value.orElse("null"));
      }
      rows.add(String.join("|", values));
    }
    return String.join("\n", rows);
  }
}
