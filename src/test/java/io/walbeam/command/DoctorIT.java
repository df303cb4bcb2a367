package io.walbeam.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.walbeam.local.StandInOptions;
import io.walbeam.local.StandInServer;
import io.walbeam.local.demo.Await;
import io.walbeam.local.standin.Fault;
import io.walbeam.local.standin.FaultKind;
import io.walbeam.postgres.PostgresConnections;
import io.walbeam.postgres.ReplicationStream;
import io.walbeam.testing.TestDatabase;
import io.walbeam.testing.TestPostgres;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * What {@code check} prints is obeyed, and the finding goes; {@code status} tells how a run was.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DoctorIT {
  private static final String ROLE = "checked";
  private static final ObjectMapper JSON = new ObjectMapper();

  private TestPostgres server;
  private StandInServer standIn;
  private TestDatabase database;

  private record Outcome(int exitCode, Map<String, JsonNode> findings, String text) {
    String remedy(String check) {
      return Objects.requireNonNull(findings.get(check), check).path("remedy").asText();
    }
  }

  @BeforeAll
  void start() throws Exception {
    server = TestPostgres.start(Map.of("max_slot_wal_keep_size", "1GB"));
    standIn = StandInServer.start(StandInOptions.inMemory());
  }

  @AfterAll
  void stop() throws Exception {
    standIn.close();
    server.close();
  }

  @BeforeEach
  void prepare() throws Exception {
    database = server.newDatabase();
    database.execute("CREATE ROLE " + ROLE + " LOGIN");
  }

  @AfterEach
  void drop() throws Exception {
    database.execute("DROP OWNED BY " + ROLE + " CASCADE", "DROP ROLE " + ROLE);
    database.close();
  }

  @Test
  void everythingIsFoundAtOnceAndGoesWhenTheRemediesAreObeyed() throws Exception {
    database.execute(
        "CREATE TABLE orders (id int PRIMARY KEY, note text)",
        "CREATE TABLE \"we\"\"ird\" (id int PRIMARY KEY)",
        "CREATE TABLE log (line text)",
        "CREATE UNLOGGED TABLE cache (id int PRIMARY KEY)",
        "CREATE PUBLICATION " + database.publication() + " FOR TABLE orders, \"we\"\"ird\", log");
    Outcome before = check();
    assertThat(before.exitCode()).isEqualTo(3);
    assertThat(before.findings())
        .containsOnlyKeys(
            "replication", "select", "identity", "unlogged", "destination", "large_values");
    createDataset();
    List<String> obeyed = new ArrayList<>();
    for (String check : List.of("replication", "select", "identity", "unlogged")) {
      String remedy = before.remedy(check);
      obeyed.add(remedy);
      database.execute(remedy);
    }
    Outcome after = check();
    assertThat(after.findings())
        .as("obeyed %s", obeyed)
        .containsOnlyKeys("large_values", "identity_full");
    assertThat(after.exitCode()).isZero();
    database.execute("UPDATE log SET line = 'the application may'");
  }

  @Test
  void beforeTheFirstStartItSaysWhatTheOwnerMustDo() throws Exception {
    createDataset();
    database.execute(
        "ALTER ROLE " + ROLE + " REPLICATION",
        "GRANT USAGE ON SCHEMA public TO " + ROLE,
        "CREATE TABLE orders (id int PRIMARY KEY)",
        "GRANT SELECT ON orders TO " + ROLE);
    Outcome before = check("--tables=public.*");
    assertThat(before.findings()).containsOnlyKeys("publish", "create_publication");
    database.execute(before.remedy("publish"));
    Outcome after = check("--tables=public.*");
    assertThat(after.findings()).as(after.text()).isEmpty();
    assertThat(after.exitCode()).isZero();
    Outcome wrong = check("--tables=public.oders");
    assertThat(wrong.exitCode()).isEqualTo(3);
    assertThat(wrong.remedy("no_tables")).contains("public.orders");
  }

  @Test
  void aSlotThatNobodyReadsIsWarnedOfInTime() throws Exception {
    createDataset();
    database.execute(
        "ALTER ROLE " + ROLE + " REPLICATION",
        "CREATE TABLE orders (id int PRIMARY KEY)",
        "GRANT SELECT ON orders TO " + ROLE);
    database.createPublicationAndSlot();
    assertThat(check().findings()).isEmpty();
    database.execute("SELECT pg_drop_replication_slot('" + database.slot() + "')");
    database.execute(
        "SELECT pg_create_logical_replication_slot('" + database.slot() + "', 'test_decoding')");
    assertThat(check().findings()).containsOnlyKeys("slot");
  }

  @Test
  void aColumnThatNoLongerHoldsItsSourceAndAPartitionThatMayNotBeReadAreNamed() throws Exception {
    createDataset();
    database.execute(
        "ALTER ROLE " + ROLE + " REPLICATION SUPERUSER",
        "CREATE TABLE orders (id int PRIMARY KEY, note int, price numeric(9, 2), tags text[])",
        "INSERT INTO orders VALUES (1, 1, 1, '{a}')");
    assertThat(say(arguments("run", "--stopAt=now", "--quiet")).exitCode()).isZero();
    assertThat(check().findings()).doesNotContainKey("type_drift");
    database.execute("ALTER TABLE orders ALTER note TYPE text, ALTER price TYPE numeric(12, 2)");
    Outcome drifted = check();
    assertThat(drifted.findings()).containsKey("type_drift");
    assertThat(
            Objects.requireNonNull(drifted.findings().get("type_drift")).path("meaning").asText())
        .contains("note is INT64 and needs STRING, in note__string")
        .doesNotContain("price is");
    database.execute(
        "CREATE TABLE parted (id int PRIMARY KEY) PARTITION BY RANGE (id)",
        "CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10)",
        "CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (10) TO (20)",
        "ALTER PUBLICATION " + database.publication() + " ADD TABLE parted",
        "ALTER ROLE " + ROLE + " NOSUPERUSER",
        "GRANT SELECT ON orders, parted, parted_1 TO " + ROLE);
    Outcome hidden = check();
    assertThat(hidden.findings()).containsKey("select");
    assertThat(Objects.requireNonNull(hidden.findings().get("select")).path("remedy").asText())
        .contains("GRANT SELECT ON TABLE public.parted_2 TO")
        .doesNotContain("parted_1");
  }

  @Test
  void ofAPartitionedTableTheKeyAndTheIdentitiesOfPartitionsAreLookedAt() throws Exception {
    createDataset();
    database.execute(
        "ALTER ROLE " + ROLE + " REPLICATION SUPERUSER",
        "CREATE TABLE parted (id int, region int, v int NOT NULL, PRIMARY KEY (id, region))"
            + " PARTITION BY LIST (region)",
        "CREATE TABLE north PARTITION OF parted FOR VALUES IN (1) PARTITION BY RANGE (id)",
        "CREATE TABLE north_1 PARTITION OF north FOR VALUES FROM (0) TO (100)",
        "CREATE TABLE south (v int NOT NULL, region int NOT NULL, id int NOT NULL)",
        "ALTER TABLE parted ATTACH PARTITION south FOR VALUES IN (2)",
        "INSERT INTO parted VALUES (1, 1, 1), (1, 2, 1)");
    assertThat(check().findings()).as("before the first run").isEmpty();
    assertThat(say(arguments("run", "--stopAt=now", "--quiet")).exitCode()).isZero();
    assertThat(check().findings()).as("after it").isEmpty();

    database.execute(
        "ALTER TABLE parted DROP CONSTRAINT parted_pkey," + " ADD PRIMARY KEY (id, region, v)");
    Outcome drifted = check();
    assertThat(drifted.findings()).containsOnlyKeys("primary_key_drift");
    assertThat(drifted.text().replaceAll("\\s+", " "))
        .contains("The table public_parted has the primary key (id, region), and its source now")
        .contains("public_parted__2");
    database.execute(
        "ALTER TABLE parted DROP CONSTRAINT parted_pkey, ADD PRIMARY KEY (id, region)",
        "ALTER TABLE north_1 REPLICA IDENTITY NOTHING");
    Outcome refused = check();
    assertThat(refused.findings()).containsOnlyKeys("identity_of_partitions");
    assertThat(refused.remedy("identity_of_partitions"))
        .isEqualTo(
            "For each such partition: ALTER TABLE ... REPLICA IDENTITY DEFAULT; (of"
                + " public.parted)");
    database.execute(
        "ALTER TABLE north_1 REPLICA IDENTITY DEFAULT",
        "CREATE TABLE loose (id int, v int) PARTITION BY RANGE (id)",
        "CREATE TABLE loose_1 PARTITION OF loose FOR VALUES FROM (0) TO (100)",
        "ALTER PUBLICATION " + database.publication() + " ADD TABLE loose");
    Outcome keyless = check();
    assertThat(keyless.findings()).containsOnlyKeys("identity_of_partitions");
    assertThat(keyless.remedy("identity_of_partitions"))
        .isEqualTo("Add a primary key to public.loose.");
    database.execute("ALTER TABLE loose ADD PRIMARY KEY (id)");
    assertThat(check().findings()).as("all is obeyed").isEmpty();
  }

  @Test
  void withoutTheRunsProcessItIsKnownHowFarItCame() throws Exception {
    createDataset();
    database.execute(
        "ALTER ROLE " + ROLE + " REPLICATION SUPERUSER",
        "CREATE TABLE orders (id int PRIMARY KEY, at date)",
        "INSERT INTO orders VALUES (1, '2024-01-01'), (2, 'infinity')");
    Said before = say(arguments("status"));
    assertThat(before.exitCode()).isEqualTo(3);
    assertThat(before.out()).contains("There is no replication slot " + database.slot());
    assertThat(say(arguments("run", "--stopAt=now", "--quiet")).exitCode()).isZero();
    JsonNode status = JSON.readTree(say(arguments("status", "--format=json")).out());
    assertThat(status.path("exitCode").asInt()).as("nobody reads the slot").isEqualTo(1);
    assertThat(status.path("active").asBoolean()).isFalse();
    assertThat(status.path("completeUntil").asText()).isNotEmpty();
    assertThat(status.path("recordedLsn").asText()).isNotEmpty();
    assertThat(status.path("bytesToInvalidation").asLong()).isPositive();
    assertThat(status.path("dumps")).isEmpty();
    assertThat(status.path("deadLetters")).hasSize(1);
    assertThat(status.path("deadLetters").path(0).path("count").asInt()).isEqualTo(1);
    database.execute(
        "INSERT INTO orders SELECT i, '2024-01-01' FROM generate_series(10, 100000) i");
    JsonNode behind = JSON.readTree(say(arguments("status", "--format=json")).out());
    assertThat(behind.path("lagBytes").path("notSent").asLong())
        .isGreaterThan(status.path("lagBytes").path("notSent").asLong() + 1_000_000);
    AtomicBoolean writing = new AtomicBoolean(true);
    Thread writer =
        new Thread(
            () -> {
              while (writing.get()) {
                try {
                  database.execute("UPDATE orders SET at = at + 1 WHERE id BETWEEN 1000 AND 1100");
                } catch (java.sql.SQLException e) {
                  throw new AssertionError(e);
                }
              }
            },
            "doctor-writer");
    writer.start();
    try {
      Await.until(
          "the table that is written to is named, with its rate and what is applied",
          () -> {
            JsonNode busy =
                JSON.readTree(say(arguments("status", "--format=json")).out())
                    .path("tables")
                    .path(0);
            return busy.path("table").asText().equals("public.orders")
                && busy.path("rowsPerSecond").asDouble() > 0
                && busy.has("appliedSecondsAgo");
          });
    } finally {
      writing.set(false);
      writer.join();
    }
    Said text = say(arguments("status"));
    assertThat(text.exitCode()).isEqualTo(1);
    assertThat(text.out())
        .contains("Nobody reads the slot", "complete until 20", "dead letters: 1");
    assertThat(check("--tables=public.*").findings()).doesNotContainKeys("slot", "destination");
  }

  @Test
  void aPermissionThatIsMissingIsNamedAndNothingElse() throws Exception {
    createDataset();
    database.execute(
        "ALTER ROLE " + ROLE + " REPLICATION SUPERUSER",
        "CREATE TABLE orders (id int PRIMARY KEY)");
    assertThat(say(arguments("run", "--stopAt=now", "--quiet")).exitCode()).isZero();
    assertThat(check().findings()).isEmpty();
    standIn.faults().add(Fault.of(FaultKind.PERMISSION_DENIED, "_walbeam_state", 0));
    standIn.faults().add(Fault.rest("tables.patch", "*", 403, 0));
    try {
      Outcome denied = check();
      assertThat(denied.findings()).containsOnlyKeys("permissions");
      assertThat(
              Objects.requireNonNull(denied.findings().get("permissions")).path("meaning").asText())
          .endsWith(": bigquery.tables.update, bigquery.tables.updateData.");
    } finally {
      standIn.faults().clear();
    }
  }

  @Test
  void whatARunLeavesGoesWhenEachPartIsAskedFor() throws Exception {
    createDataset();
    database.execute(
        "ALTER ROLE " + ROLE + " REPLICATION SUPERUSER",
        "CREATE TABLE orders (id int PRIMARY KEY)");
    assertThat(say(arguments("run", "--stopAt=now", "--quiet")).exitCode()).isZero();
    assertThat(say(arguments("remove")).exitCode()).as("nothing was asked for").isEqualTo(2);
    assertThat(say(arguments("remove", "--drop=everything")).exitCode()).isEqualTo(2);
    assertThat(say(arguments("remove", "--drop=publications")).exitCode())
        .as("the slot still needs them")
        .isEqualTo(3);
    assertThat(left()).isEqualTo("1 slots, 2 publications");
    Said said = say(arguments("remove", "--drop=slot,publications,tables"));
    assertThat(said.exitCode()).isZero();
    assertThat(said.out())
        .contains(
            "Dropped the slot", "Dropped the publication", "Dropped the table _walbeam_state");
    assertThat(left()).isEqualTo("0 slots, 0 publications");
    assertThat(say(arguments("status")).out()).doesNotContain("complete until");
    assertThat(say(arguments("remove", "--drop=slot,publications,tables")).exitCode())
        .as("again is harmless")
        .isZero();
  }

  @Test
  void aPublicationOfSomebodyElseAndASlotThatIsReadStay() throws Exception {
    createDataset();
    database.execute(
        "ALTER ROLE " + ROLE + " REPLICATION SUPERUSER",
        "CREATE TABLE orders (id int PRIMARY KEY)");
    database.createPublicationAndSlot();
    try (ReplicationStream reader =
        new PostgresConnections(database.settings()).openReplication("somebody")) {
      assertThat(reader.start(database.slot(), List.of(database.publication()), 0)).isTrue();
      Said said = say(arguments("remove", "--drop=slot,publications"));
      assertThat(said.exitCode()).isEqualTo(3);
      assertThat(left()).isEqualTo("1 slots, 1 publications");
    }
    Await.until(
        "nobody reads the slot",
        () ->
            database
                .query(
                    "SELECT active FROM pg_replication_slots WHERE slot_name = '"
                        + database.slot()
                        + "'")
                .equals("f"));
    Said said = say(arguments("remove", "--drop=slot,publications"));
    assertThat(said.exitCode()).isZero();
    assertThat(said.out()).contains("walbeam did not make it");
    assertThat(left()).isEqualTo("0 slots, 1 publications");
  }

  private String left() throws Exception {
    return database.query(
        "SELECT (SELECT count(*) FROM pg_replication_slots WHERE database = current_database())"
            + " || ' slots, ' || (SELECT count(*) FROM pg_publication) || ' publications'");
  }

  private String[] arguments(String command, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                command,
                "--postgresUrl=postgresql://"
                    + ROLE
                    + "@localhost:"
                    + server.port()
                    + "/"
                    + database.name(),
                "--slot=" + database.slot(),
                "--publication=" + database.publication(),
                "--dataset=p1." + database.name(),
                "--bigQueryEndpoint=" + standIn.endpoint()));
    arguments.addAll(List.of(more));
    return arguments.toArray(new String[0]);
  }

  @Test
  void anUnreachableServerIsAFindingAndTheRestIsNotChecked() throws Exception {
    createDataset();
    Said said =
        say(
            "check",
            "--postgresUrl=postgresql://" + ROLE + "@localhost:1/nowhere",
            "--dataset=p1." + database.name(),
            "--bigQueryEndpoint=" + standIn.endpoint());
    assertThat(said.exitCode()).isEqualTo(3);
    assertThat(said.out())
        .contains("ACT      ", "localhost:1", "Not checked: everything about the source")
        .contains("BigQuery dataset p1." + database.name());
  }

  private record Said(int exitCode, String out) {}

  private Outcome check(String... more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(arguments("check")));
    if (more.length == 0) {
      arguments.add("--tables=public.*");
    }
    arguments.addAll(List.of(more));
    Said text = say(arguments.toArray(new String[0]));
    arguments.add("--format=json");
    Said json = say(arguments.toArray(new String[0]));
    assertThat(json.exitCode()).isEqualTo(text.exitCode());
    JsonNode report = JSON.readTree(json.out());
    assertThat(report.path("exitCode").asInt()).isEqualTo(json.exitCode());
    Map<String, JsonNode> findings = new TreeMap<>();
    for (JsonNode finding : report.path("findings")) {
      findings.put(finding.path("check").asText(), finding);
      assertThat(text.out())
          .contains(finding.path("remedy").asText().split("(?<=;) (?=[A-Z])", -1));
    }
    return new Outcome(json.exitCode(), findings, text.out());
  }

  private static Said say(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int exitCode =
        CommandLine.execute(
            List.of(arguments),
            Map.of(),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            System.err);
    return new Said(exitCode, out.toString(StandardCharsets.UTF_8));
  }

  private void createDataset() throws Exception {
    java.net.http.HttpResponse<String> response =
        java.net.http.HttpClient.newHttpClient()
            .send(
                java.net.http.HttpRequest.newBuilder(
                        java.net.URI.create(
                            standIn.endpoint() + "/bigquery/v2/projects/p1/datasets"))
                    .header("Content-Type", "application/json")
                    .POST(
                        java.net.http.HttpRequest.BodyPublishers.ofString(
                            "{\"datasetReference\":{\"projectId\":\"p1\",\"datasetId\":\""
                                + database.name()
                                + "\"}}"))
                    .build(),
                java.net.http.HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
  }
}
