package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Values are compared as they are on both sides, of whatever type; and a comparison goes on. */
class VerifyValuesIT {
  private static final String ITEMS =
      "CREATE TABLE items (id bigint, at timestamptz, price numeric(10, 2), note text,"
          + " PRIMARY KEY (id, at))";

  private static Servers servers;

  @BeforeAll
  static void start() throws Exception {
    servers = Servers.here();
  }

  @AfterAll
  static void stop() throws Exception {
    servers.close();
  }

  private static String rows(int from, int to) {
    return "INSERT INTO items SELECT i, '2024-01-01'::timestamptz + i * interval '1 s', 1.50,"
        + " 'note ' || i FROM generate_series("
        + from
        + ", "
        + to
        + ") i";
  }

  @Test
  void valuesThatAreTheSameInEveryTypeAreNoDifference() throws Exception {
    try (Scenario scenario = Scenario.on(servers, "verify_types")) {
      scenario.execute(
          "CREATE TYPE mood AS ENUM ('sad', 'happy')",
          "CREATE TYPE pair AS (a int, b text)",
          """
          CREATE TABLE every_type (
            id bytea, day date, PRIMARY KEY (id, day),
            b bool, s int2, i int4, l int8, o oid, r float4, d float8, n numeric, p numeric(9, 3),
            m money, t text, c char(5), x bytea, ti time, tz timetz, ts timestamp, tt timestamptz,
            iv interval, j json, jb jsonb, u uuid, ip inet, bits bit(3), e mood, co pair,
            ia int[], ta text[], na numeric[], ra int4range, xm xml, pt point)
          """,
          """
          INSERT INTO every_type VALUES
            ('\\x00ff', '0001-01-01', true, -32768, 2147483647, -9223372036854775808, 4294967295,
             0.1, 1e-300, 12345678901234567890.123456789, 7.100, 1234.5, E'tab\\t"''\\\\ \\u00e4',
             'ab', '\\xdeadbeef', '23:59:59.999999', '12:00:00+05:30', '0001-01-01 00:00:00',
             '9999-12-31 23:59:59.999999+00', '1 year 2 mons -3 days 04:05:06.7',
             '{"z": 1.50, "a": [1, 2.0, null, true, "x"], "e": 1e2}', '{"z": 1.50, "a": {"q": 12}}',
             'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '10.0.0.0/8', B'101', 'happy',
             ROW(1, 'it''s "b", (c)'), '{1,NULL,3}', '{"a b",NULL,"NULL",""}', '{1.10,NaN}',
             '[1,5)', '<a>b</a>', '(1,2)'),
            ('\\x01', '9999-12-31', false, 0, 0, 0, 0, 'NaN', '-Infinity', -0.000, 0, '-0.01', '',
             '', '', '00:00', '00:00-12', '2024-02-29 12:00:00.5', '1883-11-18 12:03:57.123-05:50:36',
             '0', 'null', '[]', NULL, '::1', B'000', 'sad', ROW(NULL, NULL), '{}', '{}', NULL,
             'empty', NULL, NULL),
            ('\\x02', '2024-01-01', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
             NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
             NULL, NULL, NULL, NULL, NULL, NULL)
          """);
      scenario.runToNow();
      assertThat(scenario.destination().deadLetters()).isEmpty();
      Said equal = Said.verify(scenario, "--values");
      assertThat(equal.exitCode()).as("%s", equal).isZero();
      assertThat(equal.table("public.every_type").path("rows").asInt()).isEqualTo(3);
      Said sampled = Said.verify(scenario, "--sample=100");
      assertThat(sampled.exitCode()).as("%s", sampled).isZero();
    }
  }

  @Test
  void valuesThatWereEditedPastWalbeamAreFoundWithTheirColumnsAndRepaired() throws Exception {
    try (Scenario scenario = Scenario.on(servers, "verify_edited")) {
      scenario.execute(ITEMS, rows(1, 50));
      scenario.runToNow();
      WrongRows.edit(servers, scenario, 7, "somebody's secret");
      assertThat(Said.verify(scenario).exitCode()).as("by fingerprint").isZero();
      Said found = Said.verify(scenario, "--values");
      assertThat(found.exitCode()).as("%s", found).isEqualTo(3);
      assertThat(found.differences("public.items")).containsExactly("changed 7 [note]");
      Said sampled = Said.verify(scenario, "--sample=50");
      assertThat(sampled.exitCode()).as("%s", sampled).isEqualTo(3);
      assertThat(sampled.differences("public.items")).containsExactly("changed 7 [note]");
      Said read = Said.by(scenario, "verify", "--values", "--repair");
      assertThat(read.out())
          .contains("changed {\"id\":\"7\",\"at\":\"2024-01-01 00:00:07+00\"} in note")
          .doesNotContain("secret");
      scenario.runToNow();
      assertThat(Said.verify(scenario, "--values").exitCode()).isZero();
    }
  }

  @Test
  void aRowThatIsADeadLetterIsADifferenceOfValuesToo() throws Exception {
    try (Scenario scenario = Scenario.on(servers, "verify_letters")) {
      scenario.execute(
          "CREATE TABLE items (id bigint PRIMARY KEY, day date)",
          "INSERT INTO items VALUES (1, '2024-01-01'), (2, '2024-01-01')");
      scenario.runToNow();
      scenario.execute(
          "UPDATE items SET day = 'infinity' WHERE id = 1",
          "INSERT INTO items VALUES (3, '0009-01-01 BC')");
      scenario.runToNow();
      for (String how : new String[] {"--values", "--sample=10"}) {
        assertThat(Said.verify(scenario, how).differences("public.items"))
            .as(how)
            .containsExactly("changed 1 [day]", "missing 3");
      }
    }
  }

  @Test
  void aVerificationThatWasEndedGoesOnInTheMiddleOfItsTable(@TempDir Path directory)
      throws Exception {
    Path file = directory.resolve("verify.state");
    try (Scenario scenario = Scenario.on(servers, "verify_resumed")) {
      scenario.execute(
          ITEMS + " PARTITION BY RANGE (id)",
          "CREATE TABLE items_1 PARTITION OF items FOR VALUES FROM (0) TO (2001)",
          "CREATE TABLE items_2 PARTITION OF items FOR VALUES FROM (2001) TO (100000000)",
          rows(1, 4_000),
          "CREATE TABLE earlier (id int PRIMARY KEY)");
      scenario.runToNow();
      WrongRows.write(servers, scenario);
      WrongRows.edit(servers, scenario, 3_000, "somebody's secret");
      AtomicReference<Said> ended = new AtomicReference<>();
      Thread reader =
          new Thread(
              () -> {
                try {
                  // Two seconds for each thousand rows, of which two thousand are in a partition.
                  ended.set(
                      Said.verify(
                          scenario,
                          "--values",
                          "--tables=public.items",
                          "--rowsPerSecond=500",
                          "--resumeFile=" + file));
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              },
              "verify-reader");
      reader.start();
      Await.until("a partition was read", Scenario.DEADLINE, () -> Files.exists(file));
      reader.interrupt();
      reader.join();
      Said goesOn = Said.by(scenario, "verify", "--values", "--resumeFile=" + file);
      assertThat(goesOn.out())
          .startsWith("public.items: goes on behind 2,000 rows")
          .contains("public.items: 4,000 rows, 1 missing, 1 extra, 5 changed")
          .contains("public.earlier: 0 rows, equal");
      assertThat(file).doesNotExist();
    }
  }

  @Test
  void anotherKindOfComparisonDoesNotGoOnWithTheNumbersOfOne(@TempDir Path directory)
      throws Exception {
    Path file = directory.resolve("verify.state");
    Files.writeString(file, "something else");
    try (Scenario scenario = Scenario.on(servers, "verify_other")) {
      scenario.execute(ITEMS, rows(1, 5));
      scenario.runToNow();
      Said refused = Said.by(scenario, "verify", "--resumeFile=" + file);
      assertThat(refused.exitCode()).as("%s", refused).isNotZero();
      assertThat(refused.err()).contains("Cannot read --resumeFile " + file).contains("delete it");
      assertThat(Said.by(scenario, "verify", "--sample=-1").exitCode()).isEqualTo(2);
    }
  }

  @Test
  void whatARunBringsMeanwhileIsNoDifferenceOfValues() throws Exception {
    try (Scenario scenario = Scenario.on(servers, "verify_busy")) {
      scenario.execute(ITEMS, rows(1, 500));
      try (Program run = scenario.start(scenario.command())) {
        scenario.awaitReading(run);
        scenario.awaitConfirmation(run);
        scenario.execute(
            "UPDATE items SET note = 'newer', price = 2 WHERE id < 100", rows(501, 900));
        Said said = Said.verify(scenario, "--values", "--sample=3");
        assertThat(said.exitCode()).as("%s", said).isZero();
        scenario.assertRunning(run);
      }
    }
  }
}
