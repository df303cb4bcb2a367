package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.Program;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What differs is found, all of it and nothing else, while rows change; and can be repaired. */
class VerifyIT {
  /** Rows that nobody touches but this test's hand come before. */
  private static final int FIRST_WRITTEN = 1_000;

  private static Servers servers;

  @BeforeAll
  static void start() throws Exception {
    servers = Servers.here();
  }

  @AfterAll
  static void stop() throws Exception {
    servers.close();
  }

  @Test
  void driftOfEveryKindIsFoundAndNothingElseWhileWritesRunAndIsRepaired() throws Exception {
    try (Scenario scenario = Scenario.on(servers, "verify_drift")) {
      scenario.execute(
          "CREATE TABLE items (id bigint, at timestamptz, price numeric(10, 2), note text,"
              + " PRIMARY KEY (id, at))",
          "INSERT INTO items SELECT i, '2024-01-01'::timestamptz + i * interval '1 s', 1.50,"
              + " 'note ' || i FROM generate_series(1, 3000) i",
          "CREATE TABLE \"Weird \"\"Name\" (\"order\" text PRIMARY KEY, f int)",
          "INSERT INTO \"Weird \"\"Name\" VALUES ('it''s \\', 1), (E'two\\nlines', 2)");
      try (Program run = scenario.start(scenario.command())) {
        scenario.await(run, "the dump is over", () -> scenario.areDumped(2));
        Said equal = Said.verify(scenario);
        assertThat(equal.exitCode()).as("%s", equal).isZero();
        assertThat(equal.table("public.items").path("rows").asInt()).isEqualTo(3000);
        AtomicBoolean writing = new AtomicBoolean(true);
        Thread writer = new Thread(() -> write(scenario, writing), "verify-writer");
        writer.start();
        try {
          WrongRows.write(servers, scenario);
          Said found = Said.verify(scenario);
          assertThat(found.exitCode()).as("%s", found).isEqualTo(3);
          assertThat(found.differences("public.items"))
              .containsExactly(
                  "changed 2", "changed 3", "changed 4", "changed 5", "extra 999999", "missing 1");
          assertThat(found.differences("public.Weird \"Name")).isEmpty();
          Said byValue = Said.verify(scenario, "--values");
          assertThat(byValue.exitCode()).as("%s", byValue).isEqualTo(3);
          assertThat(byValue.differences("public.items"))
              .containsExactly(
                  "changed 2 [note]",
                  "changed 3 [note]",
                  "changed 4 [note]",
                  "changed 5 [note]",
                  "extra 999999",
                  "missing 1");
          assertThat(byValue.differences("public.Weird \"Name")).isEmpty();
        } finally {
          writing.set(false);
          writer.join();
        }
        assertThat(Said.verify(scenario, "--repair").exitCode()).isEqualTo(3);
        Await.until(
            "the dump has repaired it",
            Scenario.DEADLINE,
            () -> Said.verify(scenario).exitCode() == 0);
        assertThat(scenario.ledger("scope"))
            .as("by a dump of the keys, the one that was too many among them")
            .anyMatch(scope -> scope.contains("\"keys\":[[") && scope.contains("999999"));
      }
      assertThat(
              scenario
                  .destination()
                  .query(
                      "SELECT COUNT(*) AS n FROM `demo.verify_drift._walbeam_verifications`"
                          + " WHERE verified_until IS NOT NULL")
                  .get(0)
                  .get("n"))
          .hasValue("2");
      assertThat(Said.verify(scenario, "--within=PT1H").tables())
          .as("all of it is known")
          .isEmpty();
    }
  }

  @Test
  void withoutARunOnlyWhatWaitsInTheSlotIsUndecided() throws Exception {
    try (Scenario scenario = Scenario.on(servers, "verify_idle")) {
      scenario.execute(
          "CREATE TABLE items (id bigint, at timestamptz, price numeric(10, 2), note text,"
              + " PRIMARY KEY (id, at))",
          "INSERT INTO items SELECT i, '2024-01-01'::timestamptz + i * interval '1 s', 1.50,"
              + " 'note ' || i FROM generate_series(1, 20) i");
      scenario.runToNow();
      assertThat(Said.verify(scenario).exitCode()).isZero();
      Said mistyped = Said.verify(scenario, "--tables=public.itms");
      assertThat(mistyped.exitCode()).as("%s", mistyped).isEqualTo(3);
      assertThat(mistyped.err()).contains("holds no table that --tables names");
      WrongRows.write(servers, scenario);
      Said found = Said.verify(scenario);
      assertThat(found.exitCode()).as("%s", found).isEqualTo(3);
      assertThat(found.differences("public.items")).hasSize(6);
      scenario.execute("UPDATE items SET note = 'newer'");
      Said waiting = Said.verify(scenario, "--patience=PT1S");
      assertThat(waiting.exitCode()).as("%s", waiting).isEqualTo(1);
      assertThat(waiting.differences("public.items")).isEmpty();
      assertThat(waiting.table("public.items").path("undecided").asInt()).isEqualTo(21);
    }
  }

  @Test
  void aTableIsMadeAnewInOneCommandThatSaysHowItEnded() throws Exception {
    try (Scenario scenario = Scenario.on(servers, "verify_resync")) {
      scenario.execute(
          "CREATE TABLE items (id bigint, at timestamptz, price numeric(10, 2), note text,"
              + " PRIMARY KEY (id, at))",
          "INSERT INTO items SELECT i, '2024-01-01'::timestamptz + i * interval '1 s', 1.50,"
              + " 'note ' || i FROM generate_series(1, 20) i");
      scenario.runToNow();
      WrongRows.write(servers, scenario);
      assertThat(Said.verify(scenario).exitCode()).isEqualTo(3);
      try (Program run = scenario.start(scenario.command())) {
        Said made = Said.by(scenario, "resync", "--tables=public.items");
        assertThat(made.exitCode()).as(made.err()).isZero();
        assertThat(made.out()).contains("public.items: made anew, 20 rows");
        assertThat(Said.verify(scenario).exitCode()).isZero();
        scenario.assertRunning(run);
      }
      assertThat(Said.by(scenario, "resync").exitCode()).as("of which tables?").isEqualTo(2);
    }
  }

  /** Updates, deletions and insertions of random rows, as fast as it goes. */
  private static void write(Scenario scenario, AtomicBoolean writing) {
    Random random = new Random(1);
    try (Connection connection = scenario.connect();
        Statement statement = connection.createStatement()) {
      while (writing.get()) {
        int id = FIRST_WRITTEN + random.nextInt(2_000);
        statement.execute(
            switch (random.nextInt(4)) {
              case 0 -> "DELETE FROM items WHERE id = " + id;
              case 1 ->
                  "INSERT INTO items VALUES ("
                      + id
                      + ", '2024-02-01', 2, 'n')"
                      + " ON CONFLICT DO NOTHING";
              default -> "UPDATE items SET note = note || 'x', price = 3 WHERE id = " + id;
            });
      }
    } catch (java.sql.SQLException e) {
      throw new AssertionError(e);
    }
  }
}
