package io.walbeam.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.local.StandInOptions;
import io.walbeam.local.StandInServer;
import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.Destination;
import io.walbeam.postgres.PostgresConnections;
import io.walbeam.postgres.ReplicationStream;
import io.walbeam.testing.TestDatabase;
import io.walbeam.testing.TestPostgres;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What {@code setup} prints or does is enough for a run, is done once, and goes again. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SetupIT {
  private StandInServer standIn;
  private TestDatabase database;
  private Destination destination;
  private String role;
  private String owner;

  private record Said(int exitCode, String out, String err) {}

  @BeforeAll
  void start() throws Exception {
    standIn = StandInServer.start(StandInOptions.inMemory());
  }

  @AfterAll
  void stop() throws Exception {
    standIn.close();
  }

  @BeforeEach
  void prepare() throws Exception {
    database = TestPostgres.shared().newDatabase();
    destination = new Destination(standIn.endpoint(), "p1", database.name());
    destination.createDataset();
    role = "run \"" + database.name();
    owner = "owner_" + database.name();
    database.execute(
        "CREATE ROLE " + owner + " LOGIN CREATEROLE REPLICATION",
        "GRANT CREATE ON DATABASE " + database.name() + " TO " + owner,
        "CREATE SCHEMA \"sa.les\" AUTHORIZATION " + owner);
    asOwner(
        "CREATE TABLE \"sa.les\".\"Weird \"\"Name\" (\"order\" int PRIMARY KEY, f text)",
        "INSERT INTO \"sa.les\".\"Weird \"\"Name\" SELECT i, 'x' FROM generate_series(1, 100) i",
        "CREATE TABLE \"sa.les\".log (line text)",
        "CREATE TABLE \"sa.les\".events (id int, at date, PRIMARY KEY (id, at))"
            + " PARTITION BY RANGE (at)",
        "CREATE TABLE \"sa.les\".events_1 PARTITION OF \"sa.les\".events"
            + " FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')",
        "INSERT INTO \"sa.les\".events VALUES (1, '2024-05-05')");
  }

  @AfterEach
  void drop() throws Exception {
    database.execute(
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
            + " WHERE slot_name = '"
            + database.slot()
            + "'",
        "DROP OWNED BY " + owner + " CASCADE");
    if (exists(role)) {
      database.execute("DROP OWNED BY " + quoted() + " CASCADE", "DROP ROLE " + quoted());
    }
    database.execute("DROP ROLE " + owner);
    database.close();
  }

  @Test
  void whatIsPrintedIsObeyedAndARunWorksAsThatRole() throws Exception {
    Said printed = setup("postgres", "--print");
    assertThat(printed.exitCode()).as(printed.out()).isZero();
    assertThat(exists(role)).as("printing changes nothing").isFalse();
    assertThat(printed.out()).contains("bq mk --force --dataset", "roles/bigquery.jobUser");
    obey(printed.out());
    assertNothingToDo(setup("postgres", "--print"));
    Said check = say("check", role);
    assertThat(check.exitCode()).as(check.out()).isLessThan(3);
    assertThat(check.out()).contains("inserts_only").doesNotContain("ACT ");
    asOwner("INSERT INTO \"sa.les\".log VALUES ('later')");
    Said run = say("run", role, "--stopAt=now", "--quiet", "--writeMode=both");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(destination.rows("sa_les_Weird__Name")).hasSize(100);
    assertThat(destination.rows("sa_les_events")).hasSize(1);
    assertThat(destination.rows("sa_les_log_changelog"))
        .as("by the stream; a dump of a table without a key may add it once more")
        .anyMatch(row -> row.toString().contains("operation=Optional[INSERT]"));
  }

  @Test
  void anOwnerWhoIsNoSuperuserAppliesItLaterTablesJoinAndNothingIsLeftAfterwards(
      @TempDir Path directory) throws Exception {
    Path password = Files.writeString(directory.resolve("password"), "s3cret");
    Said applied = setup(owner, "--apply", "--rolePassword=file:" + password);
    assertThat(applied.exitCode()).as(applied.out() + applied.err()).isZero();
    assertThat(applied.out()).contains("CREATE ROLE", "-- Done.").doesNotContain("s3cret");
    assertThat(database.query("SELECT rolpassword FROM pg_authid WHERE rolname = '" + role + "'"))
        .startsWith("SCRAM-SHA-256$");
    assertNothingToDo(setup(owner, "--apply"));
    asOwner("CREATE TABLE \"sa.les\".later (id int PRIMARY KEY)");
    Said more = setup(owner, "--apply");
    assertThat(more.exitCode()).as(more.err()).isZero();
    assertThat(more.out())
        .contains("ADD TABLE ONLY \"sa.les\".\"later\"")
        .doesNotContain("GRANT SELECT");
    assertNothingToDo(setup(owner, "--apply"));
    assertThat(say("check", role).exitCode()).isLessThan(3);
    Said removed = setup(owner, "--remove");
    assertThat(removed.exitCode()).as(removed.out() + removed.err()).isZero();
    assertThat(left()).isEqualTo("0 slots, 0 publications, 0 defaults");
    assertThat(exists(role)).isFalse();
    assertNothingToDo(setup(owner, "--remove"));
  }

  @Test
  void statementsAreToldOnceTheTriggerIsThereUntilItIsTakenBack() throws Exception {
    Said applied = setup("postgres", "--apply", "--captureDdl");
    assertThat(applied.exitCode()).as(applied.out() + applied.err()).isZero();
    assertThat(applied.out()).contains("CREATE EVENT TRIGGER walbeam_ddl");
    assertNothingToDo(setup("postgres", "--apply", "--captureDdl"));
    asOwner("ALTER TABLE \"sa.les\".\"Weird \"\"Name\" ADD COLUMN more int");
    Said run = say("run", role, "--stopAt=now", "--quiet");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(destination.rows("_walbeam_schema_changes"))
        .anyMatch(
            row ->
                row.require("done").equals("CAPTURED")
                    && row.require("table_name").equals("Weird \"Name")
                    && row.require("statement").endsWith("ADD COLUMN more int"));
    Said removed = setup("postgres", "--remove");
    assertThat(removed.exitCode()).as(removed.out() + removed.err()).isZero();
    assertThat(database.query("SELECT count(*) FROM pg_event_trigger")).isEqualTo("0");
    assertNothingToDo(setup("postgres", "--remove"));
  }

  @Test
  void aLockThatIsNotFreeUndoesEverythingAndAnIdentityMovesTheTable() throws Exception {
    try (Connection other = database.connect();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("INSERT INTO \"sa.les\".log VALUES ('not yet')");
      Said refused = setup("postgres", "--apply", "--identityFull=\"sa.les\".log");
      assertThat(refused.exitCode()).isEqualTo(3);
      assertThat(refused.err()).contains("Nothing was done", "sa.les");
      assertThat(exists(role)).isFalse();
      assertThat(left()).isEqualTo("0 slots, 0 publications, 0 defaults");
      other.rollback();
    }
    Said applied = setup("postgres", "--apply", "--identityFull=\"sa.les\".log");
    assertThat(applied.exitCode()).as(applied.err()).isZero();
    assertThat(database.query("SELECT pubname FROM pg_publication_tables WHERE tablename = 'log'"))
        .isEqualTo(database.publication());
    assertNothingToDo(setup("postgres", "--apply", "--identityFull=\"sa.les\".log"));
  }

  @Test
  void whatIsNotOursOrInUseStays() throws Exception {
    asOwner("CREATE PUBLICATION " + database.publication() + " FOR TABLE \"sa.les\".events");
    database.execute("CREATE ROLE " + quoted() + " LOGIN");
    Said stranger = setup("postgres", "--print");
    assertThat(stranger.out())
        .contains("somebody else's", "REPLICATION")
        .doesNotContain("ALTER PUBLICATION", "CREATE PUBLICATION", "CREATE ROLE");
    assertThat(setup("postgres", "--apply").exitCode()).isZero();
    try (ReplicationStream reader =
        new PostgresConnections(database.settings()).openReplication("somebody")) {
      assertThat(reader.start(database.slot(), List.of(database.publication()), 0)).isTrue();
      Said busy = setup("postgres", "--remove");
      assertThat(busy.exitCode()).isEqualTo(3);
      assertThat(busy.out()).contains("In the way: Somebody reads the slot");
      assertThat(left()).startsWith("1 slots, 1 publications");
    }
    Await.until(
        "nobody reads the slot", () -> setup("postgres", "--print", "--remove").exitCode() == 0);
    assertThat(setup("postgres", "--remove").exitCode()).isZero();
    assertThat(left()).startsWith("0 slots, 1 publications");
    assertThat(exists(role)).as("setup did not make it").isTrue();
  }

  @Test
  void whoMayNotIsToldBeforeAnythingIsDone() throws Exception {
    database.execute("CREATE ROLE " + quoted() + " LOGIN");
    Said refused = setup(role, "--apply", "--tables=\"sa.les\".*");
    assertThat(refused.exitCode()).isEqualTo(3);
    assertThat(refused.out()).contains("In the way: ", owner);
    assertThat(left()).isEqualTo("0 slots, 0 publications, 0 defaults");
    assertThat(setup("postgres").exitCode()).as("neither print nor apply").isEqualTo(2);
    assertThat(setup("postgres", "--apply", "--print").exitCode()).isEqualTo(2);
  }

  private void asOwner(String... statements) throws Exception {
    List<String> all = new ArrayList<>(List.of("SET ROLE " + owner));
    all.addAll(List.of(statements));
    database.execute(all.toArray(new String[0]));
  }

  /** As psql does: one statement after the other, comments left out. */
  private void obey(String script) throws Exception {
    String statements =
        script.lines().filter(line -> !line.startsWith("--")).collect(Collectors.joining("\n"));
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      for (String sql : statements.split(";\n", -1)) {
        if (!sql.isBlank()) {
          statement.execute(sql);
        }
      }
    }
  }

  private static void assertNothingToDo(Said said) {
    assertThat(said.exitCode()).as(said.err()).isZero();
    assertThat(said.out()).contains("Nothing is to be done in PostgreSQL.");
  }

  private String left() throws Exception {
    return database.query(
        "SELECT (SELECT count(*) FROM pg_replication_slots WHERE database = current_database())"
            + " || ' slots, ' || (SELECT count(*) FROM pg_publication) || ' publications, '"
            + " || (SELECT count(*) FROM pg_default_acl) || ' defaults'");
  }

  private boolean exists(String name) throws Exception {
    return database
        .query("SELECT count(*) FROM pg_roles WHERE rolname = '" + name + "'")
        .equals("1");
  }

  private String quoted() {
    return "\"" + role.replace("\"", "\"\"") + "\"";
  }

  private Said setup(String administrator, String... more) {
    List<String> arguments = new ArrayList<>(List.of("--role=" + role));
    arguments.addAll(List.of(more));
    return say("setup", administrator, arguments.toArray(new String[0]));
  }

  private Said say(String command, String user, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                command,
                "--postgresUrl=postgresql://localhost:"
                    + database.server().port()
                    + "/"
                    + database.name(),
                "--postgresUser=" + user,
                "--slot=" + database.slot(),
                "--publication=" + database.publication(),
                "--dataset=p1." + database.name(),
                "--bigQueryEndpoint=" + standIn.endpoint()));
    arguments.addAll(List.of(more));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode =
        CommandLine.execute(
            arguments,
            Map.of(),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Said(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
