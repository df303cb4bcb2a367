package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.local.demo.ChildProcess;
import io.walbeam.local.demo.Program;
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

  private static final SchemaTables TABLES = new SchemaTables(CASES);

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
      fixture.await(run, "every table is dumped", () -> TABLES.isDumped(fixture));
      TABLES.change(fixture);
      TABLES.awaitEqual(fixture, run);
    }
    TABLES.assertDumps(fixture);
  }

  @Test
  void changesBetweenTwoRuns() throws Exception {
    Scenario fixture = prepared("between");
    fixture.runToNow();
    assertThat(TABLES.isDumped(fixture)).isTrue();
    TABLES.change(fixture);
    fixture.runToNow();
    assertThat(TABLES.differences(fixture)).isEmpty();
    TABLES.assertDumps(fixture);
    fixture.runToNow();
    assertThat(TABLES.differences(fixture)).as("it stays so").isEmpty();
    TABLES.assertDumps(fixture);
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
      fixture.await(run, "every table is dumped", () -> TABLES.isDumped(fixture));
      TABLES.change(fixture, CASES.subList(0, CASES.size() / 2));
      fixture.await(run, "a change is noticed", () -> run.errors().contains(" changed: "));
      run.kill();
    }
    TABLES.change(fixture, CASES.subList(CASES.size() / 2, CASES.size()));
    fixture.runToNow();
    assertThat(TABLES.differences(fixture)).isEmpty();
    TABLES.assertDumps(fixture);
  }

  private Scenario prepared(String name) throws Exception {
    Scenario fixture = Scenario.on(servers, name);
    TABLES.create(fixture);
    return fixture;
  }
}
