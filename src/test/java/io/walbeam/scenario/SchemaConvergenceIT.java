package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.TableId;
import io.walbeam.local.demo.ChildProcess;
import io.walbeam.local.demo.Program;
import io.walbeam.local.demo.TableComparison;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Every schema change of {@link SchemaCases} in one job, whenever it happens: afterwards each table
 * has what its source has, without a word from a person.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SchemaConvergenceIT {
  private static final List<SchemaCase> CASES =
      Stream.of(
              SchemaCases.columns(),
              SchemaCases.types(),
              SchemaCases.places(),
              SchemaCases.harmless(),
              SchemaCases.keys())
          .flatMap(List::stream)
          .toList();

  private Servers servers;

  @BeforeAll
  void start() throws Exception {
    servers = Servers.here();
  }

  @AfterAll
  void stop() throws Exception {
    servers.close();
  }

  @Test
  @EnabledIfSystemProperty(
      named = "walbeam.scenario.long",
      matches = "true",
      disabledReason = "what is said of changes between two runs says most of it")
  void changesWhileTheRunStreams() throws Exception {
    Scenario fixture = prepared("streaming");
    try (Program run = fixture.start(fixture.command())) {
      fixture.awaitReading(run);
      fixture.await(run, "every table is dumped", () -> isDumped(fixture));
      change(fixture, CASES);
      awaitEqual(fixture, run);
    }
    assertDumps(fixture);
  }

  @Test
  void changesBetweenTwoRuns() throws Exception {
    Scenario fixture = prepared("between");
    fixture.runToNow();
    assertThat(isDumped(fixture)).isTrue();
    change(fixture, CASES);
    fixture.runToNow();
    assertThat(differences(fixture)).isEmpty();
    assertDumps(fixture);
    fixture.runToNow();
    assertThat(differences(fixture)).as("it stays so").isEmpty();
    assertDumps(fixture);
  }

  @Test
  @EnabledIfSystemProperty(
      named = "walbeam.scenario.long",
      matches = "true",
      disabledReason = "what is said of changes between two runs says most of it")
  void changesAroundAKill() throws Exception {
    Scenario fixture = prepared("killed");
    try (ChildProcess run = fixture.startProcess(fixture.command())) {
      fixture.awaitReading(run);
      fixture.await(run, "every table is dumped", () -> isDumped(fixture));
      change(fixture, CASES.subList(0, CASES.size() / 2));
      fixture.await(run, "a change is noticed", () -> run.errors().contains(" changed: "));
      run.kill();
    }
    change(fixture, CASES.subList(CASES.size() / 2, CASES.size()));
    fixture.runToNow();
    assertThat(differences(fixture)).isEmpty();
    assertDumps(fixture);
  }

  private Scenario prepared(String name) throws Exception {
    Scenario fixture = Scenario.on(servers, name);
    for (SchemaCase one : CASES) {
      fixture.execute(one.setup().toArray(String[]::new));
    }
    return fixture;
  }

  private static void change(Scenario fixture, List<SchemaCase> cases) throws Exception {
    for (SchemaCase one : cases) {
      for (String statement : one.change()) {
        fixture.execute(statement.replace("$p", TableId.quote(fixture.name())));
      }
      fixture.execute(one.after().toArray(String[]::new));
    }
  }

  private static void awaitEqual(Scenario fixture, Program run) throws Exception {
    List<String> last = new ArrayList<>();
    try {
      fixture.await(
          run,
          "every table is equal",
          () -> {
            last.clear();
            last.addAll(differences(fixture));
            return last.isEmpty();
          });
    } catch (IllegalStateException | AssertionError e) {
      throw new AssertionError(String.join("\n", last) + "\n" + run.errors(), e);
    }
  }

  private static boolean isDumped(Scenario fixture) throws Exception {
    int published =
        Integer.parseInt(fixture.query("SELECT count(*) FROM pg_publication_tables").orElse("0"));
    return published > 0
        && fixture.ledgerExists()
        && fixture.ledger().stream().filter(entry -> entry.endsWith(":FINISHED")).count()
            == published;
  }

  /** What is different between both sides, one line a case. */
  private static List<String> differences(Scenario fixture) throws Exception {
    List<String> different = new ArrayList<>();
    try (Connection connection = fixture.connect()) {
      for (SchemaCase one : CASES) {
        for (String table : one.tables()) {
          TableId id = new TableId("public", table);
          TableComparison.Place place =
              new TableComparison.Place(one.copy().orElse("public_" + table), one.columns());
          TableComparison comparison =
              TableComparison.compare(connection, fixture.destination(), id, place);
          boolean inItsUsualPlace =
              !comparison.equal()
                  && !one.columns().isEmpty()
                  && TableComparison.compare(connection, fixture.destination(), id).equal();
          if (!comparison.equal() && !inItsUsualPlace) {
            different.add(comparison.describe());
          }
        }
      }
    }
    return different;
  }

  private static void assertDumps(Scenario fixture) throws Exception {
    List<String> ledger = fixture.ledger();
    List<String> wrong = new ArrayList<>();
    for (SchemaCase one : CASES) {
      one.dumps()
          .ifPresent(
              expected -> {
                long found =
                    ledger.stream()
                        .filter(entry -> entry.startsWith(one.name() + ":"))
                        .filter(entry -> !entry.contains(":TRUNCATE:"))
                        .filter(entry -> !entry.endsWith(":SUPERSEDED"))
                        .count();
                if (found != expected) {
                  wrong.add(one.name() + ": " + found + " dumps instead of " + expected);
                }
              });
    }
    assertThat(wrong).as("%s", ledger).isEmpty();
  }
}
