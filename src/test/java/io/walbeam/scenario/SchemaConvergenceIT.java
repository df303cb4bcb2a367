package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.TableId;
import io.walbeam.local.demo.ChildProcess;
import io.walbeam.local.demo.SourceServer;
import io.walbeam.local.demo.StandIn;
import io.walbeam.local.demo.TableComparison;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

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

  private Path directory;
  private SourceServer source;
  private StandIn standIn;

  @BeforeAll
  void start(@TempDir Path shared) throws Exception {
    directory = shared;
    source = SourceServer.start(directory);
    standIn = StandIn.storing(Scenario.installation(), directory);
  }

  @AfterAll
  void stop() throws Exception {
    standIn.close();
    source.close();
  }

  @Test
  void changesWhileTheRunStreams() throws Exception {
    DumpFixture fixture = prepared("streaming");
    try (ChildProcess run = fixture.start(fixture.command())) {
      fixture.awaitReading(run);
      fixture.await(run, "every table is dumped", () -> isDumped(fixture));
      change(fixture, CASES);
      awaitEqual(fixture, run);
    }
    assertDumps(fixture);
  }

  @Test
  void changesBetweenTwoRuns() throws Exception {
    DumpFixture fixture = prepared("between");
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
  void changesAroundAKill() throws Exception {
    DumpFixture fixture = prepared("killed");
    try (ChildProcess run = fixture.start(fixture.command())) {
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

  private DumpFixture prepared(String name) throws Exception {
    DumpFixture fixture = new DumpFixture(source, standIn, directory, name);
    for (SchemaCase one : CASES) {
      fixture.execute(one.setup().toArray(String[]::new));
    }
    return fixture;
  }

  private static void change(DumpFixture fixture, List<SchemaCase> cases) throws Exception {
    for (SchemaCase one : cases) {
      for (String statement : one.change()) {
        fixture.execute(statement.replace("$p", TableId.quote(fixture.name())));
      }
      fixture.execute(one.after().toArray(String[]::new));
    }
  }

  private static void awaitEqual(DumpFixture fixture, ChildProcess run) throws Exception {
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

  private static boolean isDumped(DumpFixture fixture) throws Exception {
    int published =
        Integer.parseInt(fixture.query("SELECT count(*) FROM pg_publication_tables").orElse("0"));
    return published > 0
        && fixture.ledgerExists()
        && fixture.ledger().stream().filter(entry -> entry.endsWith(":FINISHED")).count()
            == published;
  }

  /** What is different between both sides, one line a case. */
  private static List<String> differences(DumpFixture fixture) throws Exception {
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

  private static void assertDumps(DumpFixture fixture) throws Exception {
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
