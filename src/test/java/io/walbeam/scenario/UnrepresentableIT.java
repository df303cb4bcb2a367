package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.Program;
import org.junit.jupiter.api.Test;

/** Values that BigQuery lacks, where nobody wants dead letters of them. */
class UnrepresentableIT {
  @Test
  void dumpAndStreamWriteThemAlikeAndSaySoOnce() throws Exception {
    try (Servers servers = Servers.here();
        Scenario fixture = Scenario.on(servers, "unrepresentable")) {
      fixture.execute(
          "CREATE TABLE t (id int PRIMARY KEY, n numeric, d date, j json)",
          "INSERT INTO t VALUES (1, 'NaN', 'infinity', '{\"a\":1,\"a\":2}'), (2, 2.5, '2024-01-01',"
              + " '{}')");
      PipelineCommand command =
          fixture.command().with("unrepresentable", "numbers:string,times:null,json:string");
      fixture.runToNow(command);
      fixture.execute(
          "INSERT INTO t VALUES (3, 'NaN', '4713-01-01 BC', '1e999'), (4, 'Infinity', NULL, '1')",
          "UPDATE t SET n = 1 WHERE id = 1");
      try (Program run = fixture.start(command.with("stopAt", "now"))) {
        assertThat(run.exitCode(Scenario.DEADLINE)).as(run.errors()).isZero();
        assertThat(run.errors()).containsOnlyOnce("Column \"n\" of table public.t has values");
      }
      assertThat(fixture.destination().rows("public_t"))
          .extracting(
              row ->
                  String.join(
                      " ",
                      row.require("id"),
                      row.get("n").orElse("-"),
                      row.get("n__text").orElse("-"),
                      row.get("d").orElse("-"),
                      row.get("j__text").orElse("-")))
          .containsExactlyInAnyOrder(
              "1 1 - - {\"a\":1,\"a\":2}",
              "2 2.5 - 2024-01-01 -",
              "3 - NaN - 1e999",
              "4 - Infinity - -");
      assertThat(fixture.destination().deadLetters()).isEmpty();
    }
  }
}
