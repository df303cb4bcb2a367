package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.failure.ErrorClass;
import io.walbeam.local.demo.ChildProcess;
import io.walbeam.local.demo.PipelineCommand;
import java.sql.Connection;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

/** One limit for a value, wherever it comes from. */
class LargeValuesIT {
  /** Bytes; the last ones are near the longest row, whose texts are 20 MB each. */
  private static final int[] SIZES = {1_000, 1_000_000, 8_300_000, 9_800_000};

  private static final int TOO_LONG = 9_950_000;

  private static String insert(int id, int size) {
    return "INSERT INTO t SELECT "
        + id
        + ", 0, convert_to(repeat('\u00E9~', "
        + size
        + " / 3), 'UTF8'), NULL UNION ALL SELECT "
        + (id + 1)
        + ", 0, NULL, repeat('x', "
        + size
        + ")";
  }

  @Test
  void whatADumpWritesTheStreamWritesToo() throws Exception {
    try (Servers servers = Servers.here();
        Scenario scenario = Scenario.on(servers, "large_values")) {
      try (Connection connection = scenario.connect();
          Statement sql = connection.createStatement()) {
        sql.execute("CREATE TABLE t (id int PRIMARY KEY, n int, b bytea, s text)");
        sql.execute("ALTER TABLE t REPLICA IDENTITY FULL");
        for (int i = 0; i < SIZES.length; i++) {
          sql.execute(insert(100 + 2 * i, SIZES[i]));
        }
        PipelineCommand command = scenario.command().with("snapshot", "initial");
        try (ChildProcess pipeline = scenario.startProcess(command)) {
          scenario.awaitReading(pipeline);
          for (int i = 0; i < SIZES.length; i++) {
            sql.execute(insert(200 + 2 * i, SIZES[i]));
          }
          // The row twice in one message, both times with two digits a byte.
          sql.execute("UPDATE t SET n = 1 WHERE id >= 200");
          scenario.awaitConfirmation(pipeline);
        }
        sql.execute(insert(300, TOO_LONG));
        try (ChildProcess last = scenario.startProcess(command.with("stopAt", "now"))) {
          assertThat(last.exitCode(Scenario.DEADLINE)).as("it said: %s", last.errors()).isZero();
        }
        // From the stream, and from the dump where that reads them too.
        assertThat(scenario.destination().deadLetters())
            .hasSizeGreaterThanOrEqualTo(2)
            .allSatisfy(
                letter ->
                    assertThat(letter.get("error_class"))
                        .hasValue(ErrorClass.ROW_TOO_LARGE.label()));
        sql.execute("DELETE FROM t WHERE id >= 300");
        SchemaChangesIT.assertEqual(scenario, "t");
      }
    }
  }
}
