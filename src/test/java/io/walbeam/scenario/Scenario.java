package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.Lsn;
import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.ChildProcess;
import io.walbeam.local.demo.Destination;
import io.walbeam.local.demo.Installation;
import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.Program;
import io.walbeam.local.demo.ShopSchema;
import io.walbeam.local.demo.SlotView;
import io.walbeam.local.demo.SourceServer;
import io.walbeam.local.demo.StandIn;
import io.walbeam.local.demo.TableComparison;
import io.walbeam.local.demo.TextRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A database, a slot and a dataset of one test, all of one name, and what every scenario expects of
 * the pipeline between them.
 */
final class Scenario implements AutoCloseable {
  /** What a wait may take before it has failed; a busy machine is given more. */
  static final Duration DEADLINE = Duration.ofMinutes(Long.getLong("walbeam.scenario.minutes", 3L));

  private static final String PROJECT = "demo";

  private final Servers servers;
  private final String name;
  private final boolean ownsServers;
  private final Path directory;
  private final Destination destination;
  private final SlotView slot;

  /** What the slot confirms before the first state row exists: where it was created. */
  private Optional<Lsn> created = Optional.empty();

  private Scenario(Servers servers, String name, boolean ownsServers) throws Exception {
    this.servers = servers;
    this.name = name;
    this.ownsServers = ownsServers;
    // Of its own, so that nobody takes what another test's process said for its own.
    this.directory = Files.createDirectories(servers.directory().resolve("test_" + name));
    servers.source().execute("postgres", "CREATE DATABASE " + name);
    destination = new Destination(servers.endpoint(), PROJECT, name);
    destination.createDataset();
    slot = new SlotView(servers.source(), name, name);
  }

  /** An empty database on servers that the caller closes. */
  static Scenario on(Servers servers, String name) throws Exception {
    return new Scenario(servers, name, false);
  }

  /** The shop on servers that the caller closes. */
  static Scenario shop(Servers servers, String name) throws Exception {
    return on(servers, name).withShop();
  }

  /** The shop between processes of its own. */
  static Scenario start(Path directory) throws Exception {
    return start(directory, Map.of());
  }

  /** The same with settings of PostgreSQL. */
  static Scenario start(Path directory, Map<String, String> configuration) throws Exception {
    return shopOf(Servers.processes(directory, logical(configuration)));
  }

  /** The shop on a PostgreSQL of its own with these settings; programs can still be processes. */
  static Scenario startHere(Path directory, Map<String, String> configuration) throws Exception {
    return shopOf(Servers.here(directory, logical(configuration)));
  }

  private static Map<String, String> logical(Map<String, String> configuration) {
    Map<String, String> settings = new TreeMap<>(configuration);
    settings.put("wal_level", "logical");
    return settings;
  }

  private static Scenario shopOf(Servers servers) throws Exception {
    try {
      return new Scenario(servers, ShopSchema.DATABASE, true).withShop();
    } catch (Exception | AssertionError e) {
      servers.close();
      throw e;
    }
  }

  private Scenario withShop() throws Exception {
    try (Connection connection = connect()) {
      ShopSchema.create(connection);
    }
    return this;
  }

  /** The jars of the build under test. */
  static Installation installation() throws IOException {
    return Servers.installation();
  }

  SourceServer source() {
    return servers.source();
  }

  StandIn standIn() {
    return servers.standIn();
  }

  Destination destination() {
    return destination;
  }

  SlotView slot() {
    return slot;
  }

  /** The name of the database, the slot, the publication and the dataset. */
  String name() {
    return name;
  }

  /** Where the output of its processes goes. */
  Path directory() {
    return directory;
  }

  void execute(String... statements) throws SQLException {
    source().execute(name, statements);
  }

  Optional<String> query(String sql) throws SQLException {
    return source().query(name, sql);
  }

  Connection connect() throws SQLException {
    return source().connect(name);
  }

  PipelineCommand command() throws IOException {
    return PipelineCommand.run(
            installation(),
            source().url(name),
            SourceServer.SUPERUSER,
            "not-needed",
            PROJECT + "." + name,
            servers.endpoint())
        .with("slot", name)
        .with("publication", name);
  }

  Program start(PipelineCommand command) throws IOException {
    return servers.start(command, directory);
  }

  /** Starts a process, which can be killed. */
  ChildProcess startProcess(PipelineCommand command) throws IOException {
    return servers.startProcess(command, directory);
  }

  /** Runs to the end of the log. */
  void runToNow() throws Exception {
    runToNow(command());
  }

  void runToNow(PipelineCommand command) throws Exception {
    try (Program run = start(command.with("stopAt", "now"))) {
      assertThat(run.exitCode(DEADLINE)).as("it said: %s", run.errors()).isZero();
    }
  }

  /** Returns when the pipeline reads the slot. */
  void awaitReading(Program pipeline) throws Exception {
    await(pipeline, "the pipeline reads the slot", slot::active);
  }

  /** Returns when the pipeline has confirmed everything written so far. */
  void awaitConfirmation(Program pipeline) throws Exception {
    Lsn end = slot.serverPosition();
    await(pipeline, "the slot is confirmed up to " + end, () -> slot.isConfirmedTo(end));
  }

  /** Waits for a condition while the pipeline runs. */
  void await(Program pipeline, String what, Await.Condition condition)
      throws IOException, InterruptedException {
    awaitRunning(pipeline, what, condition);
  }

  /** The same of a program without a scenario; what it said is in the failure. */
  static void awaitRunning(Program pipeline, String what, Await.Condition condition)
      throws IOException, InterruptedException {
    try {
      Await.until(
          what,
          DEADLINE,
          () -> {
            assertAlive(pipeline);
            return condition.holds();
          });
    } catch (IllegalStateException e) {
      throw new IllegalStateException(e.getMessage() + " It said: " + pipeline.errors(), e);
    }
  }

  void assertRunning(Program pipeline) throws IOException {
    assertAlive(pipeline);
  }

  private static void assertAlive(Program pipeline) throws IOException {
    assertThat(pipeline.isAlive()).as("still running; it said: %s", pipeline.errors()).isTrue();
  }

  boolean ledgerExists() {
    return destination.tables().contains("_walbeam_backfills");
  }

  /** Whether so many dumps were asked for, and all of them have ended well. */
  boolean areDumped(int dumps) throws Exception {
    return ledgerExists() && ledger("status").equals(Collections.nCopies(dumps, "FINISHED"));
  }

  /** Ledger rows as {@code table:kind:status}. */
  List<String> ledger() throws Exception {
    return ledger("CONCAT(table_name, ':', kind, ':', status)");
  }

  /** One column of every ledger row, the oldest request first. */
  List<String> ledger(String column) throws Exception {
    return destination
        .query(
            "SELECT "
                + column
                + " AS v FROM `"
                + PROJECT
                + "."
                + name
                + "._walbeam_backfills` ORDER BY request, table_name")
        .stream()
        .map(row -> text(row, "v"))
        .toList();
  }

  static String text(TextRow row, String column) {
    return row.get(column).orElse("");
  }

  /** The slot is read first: the state row may only run ahead in between. */
  void assertSlotNotAheadOfState() throws SQLException, InterruptedException {
    Optional<Lsn> confirmed = slot.confirmed();
    Optional<Lsn> state = destination.state(name).map(Destination.StateRow::confirmed);
    if (state.isEmpty() && created.isEmpty()) {
      created = confirmed;
    }
    Optional<Lsn> limit = state.or(() -> created);
    if (confirmed.isPresent()) {
      assertThat(confirmed)
          .as("confirmed by the slot, state row says %s", state)
          .hasValueSatisfying(lsn -> assertThat(lsn).isLessThanOrEqualTo(limit.orElseThrow()));
    }
  }

  /** The slot has confirmed everything before {@code position}. */
  void assertConfirmedTo(Lsn position) throws SQLException {
    assertThat(slot.confirmed())
        .as("confirmed by the slot")
        .hasValueSatisfying(lsn -> assertThat(lsn).isGreaterThanOrEqualTo(position));
  }

  /** A last run to the end of the log; then both sides must be equal. */
  void finishAndCompare() throws Exception {
    Lsn end = slot.serverPosition();
    runToNow();
    assertConfirmedTo(end);
    assertSlotNotAheadOfState();
    assertEqual();
  }

  /** Every table of the source is equal to its copy, and there are no dead letters. */
  void assertEqual() throws Exception {
    assertEqualApartFromDeadLetters();
    assertThat(destination.deadLetters()).as("dead letters").isEmpty();
  }

  void assertEqualApartFromDeadLetters() throws Exception {
    try (Connection connection = connect()) {
      assertEqualTo(connection);
    }
  }

  /** The same with the database of another server. */
  void assertEqualTo(Connection connection) throws Exception {
    assertThat(TableComparison.compareAll(connection, destination))
        .isNotEmpty()
        .allSatisfy(table -> assertThat(table.differences()).as("%s", table.table()).isEmpty());
  }

  /** Servers of its own go; on shared ones only the database and its slot do. */
  @Override
  public void close() throws IOException, SQLException {
    if (ownsServers) {
      servers.close();
      return;
    }
    source()
        .execute(
            "postgres",
            "SELECT pg_terminate_backend(active_pid, 5000) FROM pg_replication_slots"
                + " WHERE database = '"
                + name
                + "' AND active_pid IS NOT NULL",
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
                + " WHERE database = '"
                + name
                + "'",
            "DROP DATABASE " + name + " WITH (FORCE)");
  }
}
