package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.gson.JsonObject;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.walbeam.local.demo.FileCopy;
import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.Program;
import io.walbeam.local.demo.Replay;
import io.walbeam.local.demo.TableComparison;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.Conversions;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.beam.sdk.extensions.gcp.auth.NoopCredentialFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files instead of BigQuery: what they say is what the source is. */
class FileDestinationIT {
  private static Servers servers;

  @TempDir private Path directory;

  @BeforeAll
  static void start() throws Exception {
    servers = Servers.here();
  }

  @AfterAll
  static void stop() throws Exception {
    servers.close();
  }

  private PipelineCommand command(Scenario fixture) throws Exception {
    return fixture
        .command()
        .without("dataset")
        .without("bigQueryEndpoint")
        .with("destination", "file://" + directory)
        .with("fileInterval", "PT1S");
  }

  private Replay assertEqual(Scenario fixture) throws Exception {
    Replay replay = new FileCopy(directory).replay();
    assertThat(replay.contradictions()).isEmpty();
    try (Connection connection = fixture.connect()) {
      assertThat(TableComparison.compareAll(connection, replay))
          .isNotEmpty()
          .allSatisfy(table -> assertThat(table.differences()).as("%s", table.table()).isEmpty());
    }
    return replay;
  }

  @Test
  void dumpAndStreamReplayedAreTheSource() throws Exception {
    try (Scenario fixture = Scenario.on(servers, "files")) {
      fixture.execute(
          "CREATE TABLE \"Weird \"\"Name\" (\"order\" int PRIMARY KEY, f numeric, at timestamptz,"
              + " ok bool, tags text[], doc jsonb, raw bytea, big text)",
          "INSERT INTO \"Weird \"\"Name\" SELECT i, i / 7.0, '2026-01-02 03:04:05.6+00', i % 2 = 0,"
              + " ARRAY['a', NULL, E'x\\ny'], '{\"n\": [1, 2.50]}', '\\x00ff', repeat('x', 10)"
              + " FROM generate_series(1, 500) i",
          "CREATE TABLE gone (id int PRIMARY KEY, v text)",
          "INSERT INTO gone SELECT i, 'v' FROM generate_series(1, 20) i");
      fixture.runToNow(command(fixture));
      assertEqual(fixture);
      fixture.execute(
          "INSERT INTO \"Weird \"\"Name\" VALUES (501, 'NaN', 'infinity', NULL, '{}', '[null]', '',"
              + " (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 1000) i))",
          "UPDATE \"Weird \"\"Name\" SET f = 1 WHERE \"order\" = 501",
          "UPDATE \"Weird \"\"Name\" SET \"order\" = 1000 WHERE \"order\" = 1",
          "DELETE FROM \"Weird \"\"Name\" WHERE \"order\" = 2",
          "TRUNCATE gone",
          "INSERT INTO gone VALUES (1, E'line\\nbreak')");
      fixture.runToNow(command(fixture));
      Replay replay = assertEqual(fixture);
      assertThat(replay.changes().stream().map(change -> change.get("operation").getAsString()))
          .contains("READ", "INSERT", "UPDATE", "DELETE", "TRUNCATE");
      assertThat(
              replay.changes().stream()
                  .filter(change -> !change.get("unchanged").isJsonNull())
                  .map(change -> change.get("unchanged").toString()))
          .containsExactly("[\"big\"]");
    }
  }

  @Test
  void aFileIsSeenWholeAndTheSlotIsConfirmedOnlyToWhatCanBeSeen() throws Exception {
    try (Scenario fixture = Scenario.on(servers, "whole")) {
      fixture.execute("CREATE TABLE t (id int PRIMARY KEY)");
      FileCopy copy = new FileCopy(directory);
      PipelineCommand slow =
          command(fixture).with("fileInterval", "PT1H").with("snapshot", "never");
      try (Program run = fixture.start(slow)) {
        fixture.awaitReading(run);
        fixture.execute("INSERT INTO t SELECT generate_series(1, 100)");
        fixture.await(run, "rows are taken", () -> hasHidden(directory.resolve("public_t")));
        assertThat(copy.files("public_t")).isEmpty();
        assertThat(fixture.slot().isConfirmedTo(fixture.slot().serverPosition())).isFalse();
      }
      fixture.runToNow(command(fixture).with("snapshot", "never"));
      assertThat(assertEqual(fixture).changes()).hasSize(100);
      assertThat(hasHidden(directory.resolve("public_t"))).isFalse();
    }
  }

  @Test
  void duckDbReadsTheLinesAsTheyAre() throws Exception {
    try (Scenario fixture = Scenario.on(servers, "ducks")) {
      fixture.execute(
          "CREATE TABLE t (id int PRIMARY KEY, price numeric(10, 2), paid bool, at timestamptz)",
          "INSERT INTO t SELECT i, i * 1.25, i % 2 = 0, '2026-01-02 03:04:05+00'"
              + " FROM generate_series(1, 100) i");
      fixture.runToNow(command(fixture));
      fixture.execute("UPDATE t SET price = 0 WHERE id <= 10", "DELETE FROM t WHERE id > 90");
      fixture.runToNow(command(fixture));
      String state =
          "WITH changes AS (SELECT * FROM read_json('"
              + directory
              + "/public_t/*.jsonl', format = 'newline_delimited'))"
              + ", latest AS (SELECT key, arg_max(after, position) AS after,"
              + " arg_max(operation, position) AS operation FROM changes GROUP BY key)"
              + " SELECT count(*), sum(after.price), count(*) FILTER (after.paid),"
              + " max(CAST(after.at AS TIMESTAMPTZ)) = TIMESTAMPTZ '2026-01-02 03:04:05+00'"
              + " FROM latest WHERE operation <> 'DELETE'";
      try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
          Statement statement = duck.createStatement();
          ResultSet row = statement.executeQuery(state)) {
        row.next();
        assertThat(row.getInt(1)).isEqualTo(90);
        assertThat(row.getDouble(2)).isEqualTo(1.25 * (90 * 91 / 2 - 10 * 11 / 2));
        assertThat(row.getInt(3)).isEqualTo(45);
        assertThat(row.getBoolean(4)).isTrue();
      }
    }
  }

  @Test
  void filesOfAvroHaveATypedFieldForEachColumnAndAnAlteredTableBeginsAnother() throws Exception {
    try (Scenario fixture = Scenario.on(servers, "typed")) {
      fixture.execute(
          "CREATE TABLE t (id int PRIMARY KEY, price numeric(10, 2), at timestamptz)",
          "INSERT INTO t SELECT i, i * 1.25, '1970-01-01 00:00:01+00'"
              + " FROM generate_series(1, 100) i");
      PipelineCommand command = command(fixture).with("fileFormat", "avro");
      fixture.runToNow(command);
      fixture.execute(
          "UPDATE t SET price = 0 WHERE id = 1",
          "ALTER TABLE t ADD COLUMN note text DEFAULT 'x'",
          "INSERT INTO t VALUES (101, 'NaN', 'infinity', 'new')",
          "DELETE FROM t WHERE id = 2");
      fixture.runToNow(command);
      List<GenericRecord> changes = avro(directory.resolve("public_t"));
      Map<Object, GenericRecord> rows = new TreeMap<>();
      for (GenericRecord change : changes) {
        Object id = ((GenericRecord) change.get("key")).get("id");
        if (change.get("after") instanceof GenericRecord after) {
          rows.put(id, after);
        } else {
          rows.remove(id);
        }
      }
      assertThat(rows).hasSize(100).doesNotContainKey(2L);
      assertThat((BigDecimal) Objects.requireNonNull(rows.get(1L)).get("price"))
          .isEqualByComparingTo("0");
      assertThat((BigDecimal) Objects.requireNonNull(rows.get(100L)).get("price"))
          .isEqualByComparingTo("125");
      assertThat(Objects.requireNonNull(rows.get(100L)).get("at")).isEqualTo(1_000_000L);
      assertThat(Objects.requireNonNull(rows.get(101L)).get("price")).isNull();
      assertThat(Objects.requireNonNull(rows.get(101L)).get("note")).hasToString("new");
      assertThat(Objects.requireNonNull(rows.get(101L)).get("_walbeam_texts").toString())
          .contains("NaN", "infinity");
      assertThat(changes.stream().map(change -> change.getSchema()).distinct()).hasSize(2);
    }
  }

  /** The records of a folder's files in the order of their positions, decimals as numbers. */
  private static List<GenericRecord> avro(Path folder) throws Exception {
    GenericData model = new GenericData();
    model.addLogicalTypeConversion(new Conversions.DecimalConversion());
    List<GenericRecord> records = new ArrayList<>();
    try (var files = Files.newDirectoryStream(folder, "[0-9]*.avro")) {
      for (Path file : files) {
        try (DataFileReader<GenericRecord> reader =
            new DataFileReader<>(file.toFile(), new GenericDatumReader<>(null, null, model))) {
          reader.forEach(records::add);
        }
      }
    }
    records.sort(Comparator.comparing(change -> change.get("position").toString()));
    return records;
  }

  @Test
  void aTransactionsContextIsInItsChangesAndInAFileOfItsOwn() throws Exception {
    try (Scenario fixture = Scenario.on(servers, "said")) {
      fixture.execute("CREATE TABLE t (id int PRIMARY KEY)");
      fixture.runToNow(command(fixture));
      fixture.execute(
          "BEGIN; SELECT pg_logical_emit_message(true, 'walbeam.context', E'{\"user\":\\n17}');"
              + " INSERT INTO t VALUES (1); COMMIT");
      fixture.runToNow(command(fixture));
      FileCopy copy = new FileCopy(directory);
      List<JsonObject> contexts = copy.envelopes("_walbeam_contexts");
      assertThat(contexts).hasSize(1);
      assertThat(contexts.get(0).get("content").toString()).isEqualTo("{\"user\":17}");
      JsonObject change = copy.envelopes("public_t").get(0);
      assertThat(change.get("context").toString()).isEqualTo("{\"user\":17}");
      assertThat(change.get("position").getAsString())
          .startsWith(contexts.get(0).get("commit_position").getAsString());
    }
  }

  @Test
  void aDirectoryThatIsMissingIsNamedAndMakingItIsAllThatIsToBeDone() throws Exception {
    try (Scenario fixture = Scenario.on(servers, "nowhere")) {
      fixture.execute("CREATE TABLE t (id int PRIMARY KEY)");
      Path missing = directory.resolve("missing");
      try (Program run = fixture.start(command(fixture).with("destination", "file://" + missing))) {
        assertThat(run.exitCode(Scenario.DEADLINE)).isEqualTo(3);
        assertThat(run.errors()).contains("no directory " + missing).contains("Create it");
      }
      assertThat(fixture.slot().confirmed()).isEmpty();
      assertThat(missing).doesNotExist();
      Files.createDirectory(missing);
      fixture.runToNow(command(fixture).with("destination", "file://" + missing));
      assertThat(fixture.slot().confirmed()).isPresent();
    }
  }

  /** No account may write there, not even the one that may do everything else. */
  private static final Path SYSTEM = Path.of("/sys");

  @Test
  void aDirectoryThatIsForbiddenEndsARunWithItsRemedy() throws Exception {
    assumeThat(SYSTEM).isDirectory();
    try (Scenario fixture = Scenario.on(servers, "not_mine")) {
      fixture.execute("CREATE TABLE t (id int PRIMARY KEY)");
      refused(
          fixture,
          command(fixture).with("destination", "file://" + SYSTEM),
          "may not write to /sys",
          "belong to the account that runs walbeam");
    }
  }

  @Test
  void aBucketThatIsMissingOrForbiddenEndsARunWithItsRemedy() throws Exception {
    HttpServer storage = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
    AtomicInteger status = new AtomicInteger();
    storage.createContext("/", exchange -> answer(exchange, status.get()));
    storage.start();
    try (Scenario fixture = Scenario.on(servers, "buckets")) {
      fixture.execute("CREATE TABLE t (id int PRIMARY KEY)");
      PipelineCommand command =
          command(fixture)
              .with("destination", "gs://no-bucket-of-mine/changes")
              .with("gcsEndpoint", "http://localhost:" + storage.getAddress().getPort())
              .with("credentialFactoryClass", NoopCredentialFactory.class.getName());
      status.set(HttpURLConnection.HTTP_NOT_FOUND);
      refused(fixture, command, "no bucket for gs://no-bucket-of-mine/changes", "Create it");
      status.set(HttpURLConnection.HTTP_FORBIDDEN);
      refused(fixture, command, "may not write to gs://no-bucket-of-mine", "objectUser");
    } finally {
      storage.stop(0);
    }
  }

  /** A request of Cloud Storage, refused as it refuses. */
  private static void answer(HttpExchange exchange, int status) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      byte[] error =
          ("{\"error\":{\"code\":" + status + ",\"message\":\"refused\",\"errors\":[]}}")
              .getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(status, error.length);
      exchange.getResponseBody().write(error);
    }
  }

  private static void refused(Scenario fixture, PipelineCommand command, String... said)
      throws Exception {
    try (Program run = fixture.start(command)) {
      assertThat(run.exitCode(Scenario.DEADLINE)).as(run.errors()).isEqualTo(3);
      assertThat(run.errors()).contains(said).doesNotContain("BigQuery");
    }
    assertThat(fixture.slot().confirmed()).isEmpty();
  }

  private static boolean hasHidden(Path folder) throws Exception {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (var files = Files.list(folder)) {
      return files.anyMatch(
          file -> file.getFileName().toString().startsWith(".") && file.toFile().length() > 0);
    }
  }
}
