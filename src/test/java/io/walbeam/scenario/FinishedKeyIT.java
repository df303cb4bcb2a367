package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.command.CommandLine;
import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.Program;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Readers get the table of the new key under the old name, when somebody asks for it. */
class FinishedKeyIT {
  private static final Pattern COMMAND = Pattern.compile("walbeam (resync [^ ]+ --tables='[^']*')");

  private static Servers servers;

  private record Said(int exitCode, String out) {}

  @BeforeAll
  static void start() throws Exception {
    servers = Servers.here();
  }

  @AfterAll
  static void stop() throws Exception {
    servers.close();
  }

  @Test
  void theCommandOfTheWarningPutsAViewInThePlaceOfEveryOlderTable() throws Exception {
    try (Scenario scenario = Scenario.on(servers, "finished_key")) {
      scenario.execute(
          "CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL)",
          "INSERT INTO t VALUES (1, 'a'), (2, 'b')");
      scenario.runToNow();
      assertThat(say(scenario, "resync", "--finish", "--tables=*.*").out())
          .contains("Nothing is left to finish");

      scenario.execute(
          "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (id, a)",
          "INSERT INTO t VALUES (1, 'other')",
          "DELETE FROM t WHERE id = 2");
      String warned = run(scenario);
      assertThat(type(scenario, "public_t")).isEqualTo("BASE TABLE");
      Said done = obey(scenario, warned);
      assertThat(done.exitCode()).isZero();
      assertThat(done.out()).contains("The view public_t shows public_t__2.");
      assertThat(type(scenario, "public_t")).isEqualTo("VIEW");
      assertThat(rows(scenario)).containsExactly("1 a", "1 other");

      scenario.execute(
          "ALTER TABLE t ADD COLUMN c int",
          "INSERT INTO t VALUES (3, 'x', 7)",
          "DELETE FROM t WHERE a = 'a'");
      run(scenario);
      assertThat(rows(scenario)).containsExactly("1 other", "3 x");
      assertThat(say(scenario, "resync", "--finish", "--tables=public.t").out())
          .contains("Nothing is left to finish");

      scenario.execute("ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (id)");
      scenario.execute("INSERT INTO t VALUES (4, 'y', 8)");
      Said again = obey(scenario, run(scenario));
      assertThat(again.exitCode()).as(again.out()).isZero();
      assertThat(again.out()).contains("The view public_t shows public_t__3 now.");
      assertThat(rows(scenario)).containsExactly("1 other", "3 x", "4 y");
      scenario.execute("UPDATE t SET a = 'z' WHERE id = 4");
      run(scenario);
      assertThat(rows(scenario)).containsExactly("1 other", "3 x", "4 z");
      assertThat(scenario.destination().deadLetters()).isEmpty();
    }
  }

  @Test
  void theOldTableStaysWhileTheNewOneIsNotEqualToItsSource() throws Exception {
    try (Scenario scenario = Scenario.on(servers, "unfinished_key")) {
      scenario.execute(
          "CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL, n numeric)",
          "INSERT INTO t VALUES (1, 'a', 1)");
      scenario.runToNow();
      scenario.execute(
          "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (id, a)",
          "INSERT INTO t VALUES (1, 'other', 'NaN')");
      String warned = run(scenario);
      Said refused = obey(scenario, warned);
      assertThat(refused.exitCode()).isEqualTo(3);
      assertThat(refused.out()).contains("1 missing").contains("so the old table stays");
      assertThat(type(scenario, "public_t")).isEqualTo("BASE TABLE");

      scenario.execute("UPDATE t SET n = 2 WHERE a = 'other'");
      run(scenario);
      assertThat(obey(scenario, warned).exitCode()).isZero();
      assertThat(rows(scenario)).containsExactly("1 a", "1 other");
    }
  }

  @Test
  void whatIsNotWalbeamsIsNotDropped() throws Exception {
    try (Scenario scenario = Scenario.on(servers, "foreign_key")) {
      scenario.execute(
          "CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL)", "INSERT INTO t VALUES (1, 'a')");
      scenario.runToNow();
      scenario.execute(
          "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (id, a)",
          "INSERT INTO t VALUES (1, 'other')");
      String warned = run(scenario);
      scenario.destination().describe("public_t", "mine");
      assertThat(obey(scenario, warned).exitCode()).isEqualTo(3);
      assertThat(type(scenario, "public_t")).isEqualTo("BASE TABLE");
    }
  }

  private static String run(Scenario scenario) throws Exception {
    try (Program run = scenario.start(scenario.command().with("stopAt", "now"))) {
      assertThat(run.exitCode(Scenario.DEADLINE)).as(run.errors()).isZero();
      return run.errors();
    }
  }

  /** Does what the warning says. */
  private static Said obey(Scenario scenario, String warned) throws Exception {
    Matcher command = COMMAND.matcher(warned);
    assertThat(command.find()).as(warned).isTrue();
    String[] words = command.group(1).replace("'", "").split(" ", -1);
    return say(scenario, words[0], words[1], words[2]);
  }

  private static List<String> rows(Scenario scenario) throws Exception {
    return scenario.destination().rows("public_t").stream()
        .map(row -> row.require("id") + " " + row.require("a"))
        .sorted()
        .toList();
  }

  private static String type(Scenario scenario, String table) throws Exception {
    return scenario
        .destination()
        .query(
            "SELECT table_type FROM `"
                + scenario.name()
                + "`.INFORMATION_SCHEMA.TABLES WHERE table_name = '"
                + table
                + "'")
        .get(0)
        .require("table_type");
  }

  private static Said say(Scenario scenario, String word, String... more) throws Exception {
    PipelineCommand command = scenario.command().command(word).with("postgresPassword", "x");
    List<String> arguments = new ArrayList<>(command.arguments());
    arguments.addAll(List.of(more));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream both = new PrintStream(out, true, StandardCharsets.UTF_8);
    int exitCode = CommandLine.execute(arguments.toArray(String[]::new), both, both);
    return new Said(exitCode, out.toString(StandardCharsets.UTF_8));
  }
}
