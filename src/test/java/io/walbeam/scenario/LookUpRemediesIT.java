package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.TableId;
import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.TableComparison;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * What dead letters of values that could not be looked up say ends the matter when it is done: they
 * are settled, no more come, and the copy is what its source is.
 */
class LookUpRemediesIT {
  private static final List<String> TABLES = List.of("retyped", "rekeyed", "relabelled", "bounded");

  /** Long enough to be stored apart from its row, so that an update leaves it out of the stream. */
  private static final String LARGE =
      "(SELECT string_agg(md5(n::text), '') FROM generate_series(1, 400) n)";

  private static final String FULL = "Set REPLICA IDENTITY FULL on the table, and dump it again.";

  private static final String DUMP =
      "Dump the table again, or set REPLICA IDENTITY FULL before altering such a table.";

  @Test
  void whatLettersSayOfValuesThatCannotBeLookedUpMendsEach() throws Exception {
    try (Servers servers = Servers.here();
        Scenario scenario = Scenario.on(servers, "looked_up")) {
      // No dump comes by itself.
      PipelineCommand warning = scenario.command().with("schemaChanges", "warn");
      create(scenario);
      scenario.runToNow(warning);
      update(scenario, 1);
      scenario.execute(
          "ALTER TABLE retyped ALTER body TYPE char(12800)",
          "ALTER TABLE rekeyed RENAME id TO ident",
          "ALTER TYPE mood RENAME VALUE 'good' TO 'fine'",
          "ALTER DOMAIN positive ADD CHECK (VALUE > 1) NOT VALID");
      scenario.runToNow(warning);
      assertThat(openLetters(scenario))
          .isEqualTo(
              Map.of(
                  "retyped", "column_changed " + DUMP,
                  "rekeyed", "column_changed " + DUMP,
                  "relabelled", "key_not_readable " + FULL,
                  "bounded", "key_not_readable " + FULL));

      scenario.execute(
          "ALTER TABLE relabelled REPLICA IDENTITY FULL",
          "ALTER TABLE bounded REPLICA IDENTITY FULL");
      Said asked = Said.by(scenario, "backfill", "--tables=public.*");
      assertThat(asked.exitCode()).as(asked.err()).isZero();
      scenario.runToNow(warning);
      assertThat(openLetters(scenario)).isEmpty();
      assertEqual(scenario);

      // The other half of what is said of columns; and of keys it is true for later changes too.
      scenario.execute("ALTER TABLE retyped REPLICA IDENTITY FULL");
      long letters = scenario.destination().deadLetterCount();
      update(scenario, 2);
      scenario.execute(
          "ALTER TABLE retyped ALTER body TYPE text",
          "ALTER TYPE mood RENAME VALUE 'bad' TO 'poor'");
      scenario.runToNow();
      assertThat(scenario.destination().deadLetterCount()).isEqualTo(letters);
      assertEqual(scenario);
    }
  }

  private static void create(Scenario scenario) throws Exception {
    scenario.execute(
        "CREATE TYPE mood AS ENUM ('good', 'bad')",
        "CREATE DOMAIN positive AS int",
        "CREATE TABLE retyped (id int PRIMARY KEY, n int, body text)",
        "CREATE TABLE rekeyed (id int PRIMARY KEY, n int, body text)",
        "CREATE TABLE relabelled (id mood PRIMARY KEY, n int, body text)",
        "CREATE TABLE bounded (id positive PRIMARY KEY, n int, body text)");
    for (String table : TABLES) {
      String keys = table.equals("relabelled") ? "('good'::mood), ('bad')" : "(1), (2)";
      scenario.execute(
          "INSERT INTO " + table + " SELECT k, 0, " + LARGE + " FROM (VALUES " + keys + ") v(k)");
    }
  }

  private static void update(Scenario scenario, int value) throws Exception {
    for (String table : TABLES) {
      scenario.execute("UPDATE " + table + " SET n = " + value);
    }
  }

  /** Of each table the class of its letters and what they say is to be done. */
  private static Map<String, String> openLetters(Scenario scenario) throws Exception {
    Map<String, String> said = new TreeMap<>();
    scenario
        .destination()
        .rows("_walbeam_dead_letters_open")
        .forEach(
            letter ->
                said.put(
                    letter.require("table_name"),
                    letter.require("error_class") + " " + letter.require("remedy")));
    return said;
  }

  private static void assertEqual(Scenario scenario) throws Exception {
    try (Connection connection = scenario.connect()) {
      for (String table : TABLES) {
        String copy = "public_" + table + (table.equals("rekeyed") ? "__2" : "");
        assertThat(
                TableComparison.compare(
                        connection,
                        scenario.destination(),
                        new TableId("public", table),
                        new TableComparison.Place(copy, Map.of()))
                    .differences())
            .as(table)
            .isEmpty();
      }
    }
  }
}
