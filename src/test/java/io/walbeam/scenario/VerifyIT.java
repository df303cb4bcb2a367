package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.walbeam.change.Operation;
import io.walbeam.change.TableId;
import io.walbeam.change.Tuple;
import io.walbeam.command.CommandLine;
import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.Program;
import io.walbeam.local.demo.SourceServer;
import io.walbeam.postgres.DumpConnection;
import io.walbeam.postgres.PostgresSettings;
import io.walbeam.postgres.PublishedTable;
import io.walbeam.postgres.ReplicationSettings;
import io.walbeam.row.EncodedRow;
import io.walbeam.row.KeyColumns;
import io.walbeam.row.MappingSettings;
import io.walbeam.row.RowBuffer;
import io.walbeam.row.RowMeta;
import io.walbeam.row.SourceTypes;
import io.walbeam.row.Substitutions;
import io.walbeam.row.TableMapping;
import io.walbeam.row.TableNameTemplate;
import io.walbeam.secret.SecretReference;
import io.walbeam.sink.Sink;
import io.walbeam.sink.bigquery.BigQueryDestination;
import io.walbeam.sink.bigquery.BigQuerySettings;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What differs is found, all of it and nothing else, while rows change; and can be repaired. */
class VerifyIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Rows that nobody touches but this test's hand come before. */
  private static final int FIRST_WRITTEN = 1_000;

  private static Servers servers;

  private record Said(int exitCode, String out, String err) {
    List<JsonNode> tables() {
      return out.lines().map(VerifyIT::json).toList();
    }

    JsonNode table(String name) {
      return tables().stream()
          .filter(table -> table.path("table").asText().equals(name))
          .findFirst()
          .orElseThrow(() -> new AssertionError(name + " in " + out + err));
    }

    TreeSet<String> differences(String name) {
      TreeSet<String> found = new TreeSet<>();
      table(name)
          .path("differences")
          .forEach(
              each ->
                  found.add(
                      each.path("kind").asText() + " " + each.path("key").path("id").asText()));
      return found;
    }
  }

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
        scenario.await(run, "the dump is over", () -> isDumped(scenario));
        Said equal = verify(scenario);
        assertThat(equal.exitCode()).as("%s", equal).isZero();
        assertThat(equal.table("public.items").path("rows").asInt()).isEqualTo(3000);
        AtomicBoolean writing = new AtomicBoolean(true);
        Thread writer = new Thread(() -> write(scenario, writing), "verify-writer");
        writer.start();
        try {
          drift(scenario);
          Said found = verify(scenario);
          assertThat(found.exitCode()).as("%s", found).isEqualTo(3);
          assertThat(found.differences("public.items"))
              .containsExactly(
                  "changed 2", "changed 3", "changed 4", "changed 5", "extra 999999", "missing 1");
          assertThat(found.differences("public.Weird \"Name")).isEmpty();
        } finally {
          writing.set(false);
          writer.join();
        }
        assertThat(verify(scenario, "--repair").exitCode()).isEqualTo(3);
        Await.until(
            "the dump has repaired it", Scenario.DEADLINE, () -> verify(scenario).exitCode() == 0);
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
      assertThat(verify(scenario, "--within=PT1H").tables()).as("all of it is known").isEmpty();
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
      assertThat(verify(scenario).exitCode()).isZero();
      drift(scenario);
      Said found = verify(scenario);
      assertThat(found.exitCode()).as("%s", found).isEqualTo(3);
      assertThat(found.differences("public.items")).hasSize(6);
      scenario.execute("UPDATE items SET note = 'newer'");
      Said waiting = verify(scenario, "--patience=PT1S");
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
      drift(scenario);
      assertThat(verify(scenario).exitCode()).isEqualTo(3);
      try (Program run = scenario.start(scenario.command())) {
        Said made = say(scenario, "resync", "--tables=public.items");
        assertThat(made.exitCode()).as(made.err()).isZero();
        assertThat(made.out()).contains("public.items: made anew, 20 rows");
        assertThat(verify(scenario).exitCode()).isZero();
        scenario.assertRunning(run);
      }
      assertThat(say(scenario, "resync").exitCode()).as("of which tables?").isEqualTo(2);
    }
  }

  private static boolean isDumped(Scenario scenario) throws Exception {
    return scenario.ledgerExists()
        && scenario.ledger("status").size() == 2
        && scenario.ledger("status").stream().allMatch("FINISHED"::equals);
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

  /** What no run would write: rows of our own in the name of changes that never were. */
  private static void drift(Scenario scenario) throws Exception {
    PostgresSettings postgres =
        new PostgresSettings(
            "localhost",
            servers.source().port(),
            scenario.name(),
            SourceServer.SUPERUSER,
            new SecretReference("not-needed"));
    try (DumpConnection connection = new DumpConnection(postgres, "verify-drift");
        Sink sink =
            new BigQueryDestination(
                    new BigQuerySettings(
                        "demo",
                        scenario.name(),
                        "",
                        servers.endpoint(),
                        "_walbeam_dead_letters",
                        "walbeam:drift"))
                .open()) {
      PublishedTable table =
          connection
              .describe(
                  new ReplicationSettings(postgres, scenario.name(), scenario.name()),
                  new TableId("public", "items"))
              .orElseThrow();
      TableMapping mapping =
          TableMapping.compile(
              table.relation(),
              KeyColumns.of(table.relation(), Optional.empty()),
              new SourceTypes(table.types(), Map.of()),
              sink.existing().columns("public_items"),
              new MappingSettings(TableNameTemplate.DEFAULT, "PT10M"),
              Substitutions.UNTOLD);
      RowMeta meta =
          new RowMeta()
              .transaction(0, scenario.slot().confirmed().orElseThrow().value(), 1, 1)
              .change(1, 0, Operation.UPDATE);
      RowBuffer buffer = new RowBuffer();
      List<EncodedRow> rows = new ArrayList<>();
      rows.add(mapping.encodeDelete(row(1, ""), meta, buffer));
      rows.add(mapping.encodeUpsert(row(2, "something else"), meta, buffer));
      rows.add(mapping.encodeUpsert(row(3, "note 4"), meta, buffer));
      rows.add(mapping.encodeUpsert(row(4, "note 3"), meta, buffer));
      rows.add(mapping.encodeUpsert(row(5, "note 4"), meta, buffer)); // '5' and one bit
      rows.add(mapping.encodeUpsert(row(999_999, "never was"), meta, buffer));
      assertThat(sink.tables().write(mapping.destination(), rows)).isEmpty();
    }
  }

  private static Tuple row(int id, String note) {
    String at =
        java.time.OffsetDateTime.parse("2024-01-01T00:00:00Z")
            .plusSeconds(id)
            .format(java.time.format.DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss"));
    List<String> values = List.of(Integer.toString(id), at + "+00", "1.50", note);
    Tuple tuple = new Tuple();
    tuple.reset(String.join("", values).getBytes(StandardCharsets.UTF_8));
    int from = 0;
    for (String value : values) {
      tuple.addText(from, value.length());
      from += value.length();
    }
    return tuple;
  }

  private static JsonNode json(String line) {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new AssertionError(line, e);
    }
  }

  private static Said verify(Scenario scenario, String... more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("--format=json"));
    arguments.addAll(List.of(more));
    return say(scenario, "verify", arguments.toArray(String[]::new));
  }

  private static Said say(Scenario scenario, String word, String... more) throws Exception {
    PipelineCommand command = scenario.command().command(word).with("postgresPassword", "x");
    List<String> arguments = new ArrayList<>(command.arguments());
    arguments.addAll(List.of(more));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode =
        CommandLine.execute(
            arguments.toArray(String[]::new),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Said(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
