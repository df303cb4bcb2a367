package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.local.demo.LocalEnds;
import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.Program;
import io.walbeam.local.demo.ShopSchema;
import io.walbeam.local.demo.SourceServer;
import io.walbeam.local.demo.StandIn;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.PGConnection;
import org.postgresql.replication.PGReplicationStream;

/**
 * Every way to start the pipeline wrongly: one sentence that says what is wrong and one that says
 * what to do, the right exit code, and nothing left behind.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputIT {
  private static final int COMMAND_LINE = 2;
  private static final int OPERATOR = 3;

  /** It may pass by itself, so a supervisor may start it again. */
  private static final int AGAIN = 1;

  /** Must not be in anything that the program prints. */
  private static final String PASSWORD = "Marker-4711-Secret";

  private static final String ROLE = "replicator";
  private static final String PLAIN_ROLE = "plain";

  private static final String LEFT_BEHIND =
      """
      SELECT (SELECT coalesce(string_agg(slot_name || database, ',' ORDER BY slot_name), '')
              FROM pg_replication_slots)
          || ' ' || (SELECT coalesce(string_agg(pubname, ',' ORDER BY pubname), '')
                     FROM pg_publication)
          || ' ' || (SELECT count(*) FROM pg_class WHERE relkind = 'r')\
      """;

  private Path directory;
  private LocalEnds ends;
  private SourceServer replicaLevel;

  /**
   * One wrong start.
   *
   * @param change makes a right command wrong
   * @param mentions what the message must name, ignoring case
   */
  private record Mistake(
      String name, int exitCode, UnaryOperator<PipelineCommand> change, List<String> mentions) {
    @Override
    public String toString() {
      return name;
    }
  }

  @BeforeAll
  void start(@TempDir Path shared) throws Exception {
    directory = shared;
    ends = LocalEnds.start(Scenario.installation(), directory, StandIn::storing);
    SourceServer source = ends.source();
    prepareRoles(source, ShopSchema.DATABASE);
    // A stranger that died without a word would be gone after this time; walbeam waits it out.
    source.execute("postgres", "ALTER SYSTEM SET wal_sender_timeout = '5s'");
    source.execute("postgres", "SELECT pg_reload_conf()");
    source.execute(
        ShopSchema.DATABASE,
        "SELECT pg_create_logical_replication_slot('decoding_slot', 'test_decoding')",
        "SELECT pg_create_logical_replication_slot('no_publication', 'pgoutput')",
        "SELECT pg_create_logical_replication_slot('too_early', 'pgoutput')",
        "INSERT INTO customers (id, name) VALUES (1, 'before the publication')",
        "CREATE PUBLICATION too_late FOR ALL TABLES",
        "CREATE PUBLICATION taken FOR ALL TABLES",
        "SELECT pg_create_logical_replication_slot('taken', 'pgoutput')");
    source.execute(
        "postgres", "SELECT pg_create_logical_replication_slot('elsewhere', 'pgoutput')");
    Path replica = Files.createDirectory(directory.resolve("replica-level"));
    replicaLevel = SourceServer.start(replica, Map.of("wal_level", "replica"));
    prepareRoles(replicaLevel, "postgres");
  }

  @AfterAll
  void stop() throws Exception {
    replicaLevel.close();
    ends.close();
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void aMistakeIsNamedWithItsRemedyAndLeavesNothingBehind(Mistake mistake) throws Exception {
    String before = leftBehind();
    Run run = run(mistake.change().apply(rightCommand()));
    assertThat(run.exitCode()).as(run.errors()).isEqualTo(mistake.exitCode());
    assertThat(run.errors())
        .as("names what is wrong")
        .satisfies(
            errors ->
                assertThat(mistake.mentions())
                    .allSatisfy(word -> assertThat(errors).containsIgnoringCase(word)));
    assertReadable(run);
    assertThat(run.errors().strip().lines()).as(run.errors()).hasSizeLessThanOrEqualTo(3);
    assertThat(leftBehind()).isEqualTo(before);
  }

  @Test
  void everyProblemOfACommandLineIsReportedAtOnce() throws Exception {
    String before = leftBehind();
    Run run =
        run(
            rightCommand()
                .without("dataset")
                .without("postgresUser")
                .with("slot", "Not A Slot")
                .with("stopAt", "later")
                .with("colour", "blue"));
    assertThat(run.exitCode()).as(run.errors()).isEqualTo(COMMAND_LINE);
    assertThat(run.errors()).contains("dataset", "postgresUser", "--slot", "stopAt", "colour");
    assertReadable(run);
    assertThat(leftBehind()).isEqualTo(before);
  }

  @Test
  void aSlotThatAStrangerReadsIsLeftToTheStranger() throws Exception {
    Properties properties = new Properties();
    properties.put("user", SourceServer.SUPERUSER);
    properties.put("replication", "database");
    properties.put("assumeMinServerVersion", "14");
    properties.put("preferQueryMode", "simple");
    properties.put("ApplicationName", "a stranger");
    String before = leftBehind();
    try (Connection connection =
            DriverManager.getConnection(ends.source().url(ShopSchema.DATABASE), properties);
        PGReplicationStream stream =
            connection
                .unwrap(PGConnection.class)
                .getReplicationAPI()
                .replicationStream()
                .logical()
                .withSlotName("taken")
                .withSlotOption("proto_version", 1)
                .withSlotOption("publication_names", "taken")
                .withStatusInterval(1, TimeUnit.SECONDS)
                .start();
        Reading stranger = new Reading(stream)) {
      Run run = run(rightCommand().with("slot", "taken").with("publication", "taken"));
      assertThat(run.exitCode()).as(run.errors()).isEqualTo(OPERATOR);
      assertThat(run.errors()).contains("taken").containsIgnoringCase("in use");
      assertReadable(run);
      assertThat(stranger.reads()).as("the stranger still reads").isTrue();
    }
    assertThat(leftBehind()).isEqualTo(before);
  }

  /** Keeps a replication stream alive in a thread of its own, as a reader does. */
  private static final class Reading implements AutoCloseable {
    private final PGReplicationStream stream;
    private final Thread thread = new Thread(this::read, "stranger");
    private volatile boolean closed;

    Reading(PGReplicationStream stream) {
      this.stream = stream;
      thread.start();
    }

    boolean reads() {
      return thread.isAlive();
    }

    private void read() {
      try {
        while (!closed) {
          stream.readPending();
          TimeUnit.MILLISECONDS.sleep(20);
        }
      } catch (SQLException | InterruptedException e) {
        // Ends the thread, which the test finds.
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() {
      closed = true;
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Stream<Mistake> mistakes() throws Exception {
    String nowhere = "localhost:" + unusedPort();
    return Stream.of(
        unreachable(
            "wrong host",
            "postgresUrl",
            "jdbc:postgresql://no-such-host.invalid:5432/shop",
            "no-such-host.invalid"),
        unreachable("wrong port", "postgresUrl", "jdbc:postgresql://" + nowhere + "/shop", nowhere),
        new Mistake(
            "wrong password",
            OPERATOR,
            command -> command.withPassword(PASSWORD + "-wrong"),
            List.of("password", ROLE)),
        operator(
            "wrong database",
            "postgresUrl",
            ends.source().url("no_such_database"),
            "no_such_database"),
        operator("role without REPLICATION", "postgresUser", PLAIN_ROLE, "REPLICATION", PLAIN_ROLE),
        operator("wal_level not logical", "postgresUrl", replicaLevel.url("postgres"), "wal_level"),
        operator(
            "slot of another plugin", "slot", "decoding_slot", "decoding_slot", "test_decoding"),
        operator("slot of another database", "slot", "elsewhere", "elsewhere", "postgres"),
        new Mistake(
            "slot without publication",
            OPERATOR,
            command -> command.with("slot", "no_publication").with("publication", "missing"),
            List.of("no_publication", "publication missing")),
        new Mistake(
            "publication created after the slot",
            OPERATOR,
            command -> command.with("slot", "too_early").with("publication", "too_late"),
            List.of("too_early", "too_late")),
        operator("dataset missing", "dataset", LocalEnds.PROJECT + ".nothing", "nothing"),
        unreachable("endpoint refusing", "bigQueryEndpoint", "http://" + nowhere, nowhere),
        new Mistake(
            "no such option",
            COMMAND_LINE,
            command -> command.with("slotName", "walbeam"),
            List.of("slotName")),
        new Mistake(
            "password variable not set",
            COMMAND_LINE,
            command -> command.with("postgresPassword", "env:WALBEAM_NO_SUCH_VARIABLE"),
            List.of("WALBEAM_NO_SUCH_VARIABLE")),
        new Mistake(
            "password in the URL",
            COMMAND_LINE,
            command ->
                command.with(
                    "postgresUrl", "postgresql://" + ROLE + ":" + PASSWORD + "@localhost:1/shop"),
            List.of("password")));
  }

  private static Mistake operator(String name, String option, String value, String... mentions) {
    return new Mistake(name, OPERATOR, command -> command.with(option, value), List.of(mentions));
  }

  private static Mistake unreachable(String name, String option, String value, String... mentions) {
    return new Mistake(
        name,
        AGAIN,
        command -> command.with(option, value).with("startPatience", "PT0S"),
        List.of(mentions));
  }

  private PipelineCommand rightCommand() {
    return ends.command()
        .with("postgresUser", ROLE)
        .withPassword(PASSWORD)
        .with("quiet", "true")
        .with("stopAt", "now");
  }

  private record Run(int exitCode, String output, String errors) {}

  private Run run(PipelineCommand command) throws Exception {
    try (Program pipeline = ProgramHere.start(command)) {
      int exitCode = pipeline.exitCode(Scenario.DEADLINE);
      return new Run(exitCode, pipeline.output(), pipeline.errors());
    }
  }

  private static void assertReadable(Run run) {
    String printed = run.output() + run.errors();
    assertThat(printed).doesNotContain(PASSWORD);
    assertThat(printed).doesNotContain("\tat ").doesNotContain("Exception");
    assertThat(run.errors().lines())
        .isNotEmpty()
        .allSatisfy(
            line ->
                assertThat(line).matches("(walbeam: [A-Z-]|         [A-Z]|\\S+ WARN  [A-Z]).+"));
  }

  private String leftBehind() throws Exception {
    Set<String> tables = new TreeSet<>(ends.destination().tables());
    return ends.source().query(ShopSchema.DATABASE, LEFT_BEHIND).orElseThrow() + tables;
  }

  private static void prepareRoles(SourceServer server, String database) throws Exception {
    server.execute(
        database,
        "CREATE ROLE " + ROLE + " LOGIN REPLICATION SUPERUSER PASSWORD '" + PASSWORD + "'",
        "CREATE ROLE " + PLAIN_ROLE + " LOGIN PASSWORD '" + PASSWORD + "'");
    Path hba = server.dataDirectory().resolve("pg_hba.conf");
    Files.writeString(
        hba, "host all " + SourceServer.SUPERUSER + " all trust\nhost all all all scram-sha-256\n");
    server.execute(database, "SELECT pg_reload_conf()");
  }

  private static int unusedPort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
