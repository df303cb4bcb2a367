package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.TableId;
import io.walbeam.local.demo.Program;
import io.walbeam.local.demo.TableComparison;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Tables of schema changes: made, changed, and compared with their copies. */
record SchemaTables(List<SchemaCase> cases) {
  void create(Scenario fixture) throws Exception {
    for (SchemaCase one : cases) {
      fixture.execute(one.setup().toArray(String[]::new));
    }
  }

  /** Changes all of them. */
  void change(Scenario fixture) throws Exception {
    change(fixture, cases);
  }

  /** Changes some of them. */
  void change(Scenario fixture, List<SchemaCase> some) throws Exception {
    for (SchemaCase one : some) {
      for (String statement : one.change()) {
        fixture.execute(statement.replace("$p", TableId.quote(fixture.name())));
      }
      fixture.execute(one.after().toArray(String[]::new));
    }
  }

  /** Returns when every table is equal to its copy. */
  void awaitEqual(Scenario fixture, Program run) throws Exception {
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

  /** Whether every published table has been dumped; a reader that was lost may have asked twice. */
  boolean isDumped(Scenario fixture) throws Exception {
    Set<String> published =
        fixture
            .query("SELECT string_agg(DISTINCT tablename, chr(10)) FROM pg_publication_tables")
            .orElse("")
            .lines()
            .collect(Collectors.toSet());
    if (published.isEmpty() || !fixture.ledgerExists()) {
      return false;
    }
    Set<String> dumped =
        fixture.ledger().stream()
            .filter(entry -> entry.endsWith(":FINISHED"))
            .map(entry -> entry.substring(0, entry.indexOf(':')))
            .collect(Collectors.toSet());
    return dumped.containsAll(published);
  }

  /** What is different between both sides, one line a case. */
  List<String> differences(Scenario fixture) throws Exception {
    List<String> different = new ArrayList<>();
    try (Connection connection = fixture.connect()) {
      for (SchemaCase one : cases) {
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
          // A table that goes into another copy has had a key all along.
          if (one.copy().isPresent()
              && fixture.destination().tables().contains("public_" + table + "_changelog")) {
            different.add(table + " has rows that were written without a key");
          }
        }
      }
    }
    return different;
  }

  /** Each was dumped as often as its case says. */
  void assertDumps(Scenario fixture) throws Exception {
    List<String> ledger = fixture.ledger();
    List<String> wrong = new ArrayList<>();
    for (SchemaCase one : cases) {
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
