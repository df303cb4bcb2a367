package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.ChildProcess;
import io.walbeam.local.demo.Destination;
import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.SourceServer;
import io.walbeam.local.demo.StandIn;
import io.walbeam.local.demo.TableComparison;
import io.walbeam.local.demo.TextRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Optional;

/** A database, a slot and a dataset of their own on servers that several tests share. */
final class DumpFixture {
  private static final String PROJECT = "demo";

  private final SourceServer source;
  private final StandIn standIn;
  private final Path directory;
  private final String name;
  private final Destination destination;

  DumpFixture(SourceServer source, StandIn standIn, Path directory, String name) throws Exception {
    this.source = source;
    this.standIn = standIn;
    // Of its own, so that nobody takes what another test's process said for its own.
    this.directory = Files.createDirectory(directory.resolve("test_" + name));
    this.name = name;
    source.execute("postgres", "CREATE DATABASE " + name);
    destination = new Destination(standIn.endpoint(), PROJECT, name);
    destination.createDataset();
  }

  /** Of database, slot, publication and dataset. */
  String name() {
    return name;
  }

  Destination destination() {
    return destination;
  }

  void execute(String... statements) throws Exception {
    source.execute(name, statements);
  }

  Optional<String> query(String sql) throws Exception {
    return source.query(name, sql);
  }

  Connection connect() throws Exception {
    return source.connect(name);
  }

  PipelineCommand command() throws Exception {
    return PipelineCommand.run(
            Scenario.installation(),
            source.url(name),
            SourceServer.SUPERUSER,
            "not-needed",
            PROJECT + "." + name,
            standIn.endpoint())
        .with("slot", name)
        .with("publication", name);
  }

  ChildProcess start(PipelineCommand command) throws Exception {
    return command.start(directory);
  }

  /** Runs to the end of the log. */
  void runToNow() throws Exception {
    runToNow(command());
  }

  void runToNow(PipelineCommand command) throws Exception {
    try (ChildProcess run = start(command.with("stopAt", "now"))) {
      assertThat(run.exitCode(Scenario.DEADLINE)).as("it said: %s", run.errors()).isZero();
    }
  }

  void awaitReading(ChildProcess pipeline) throws Exception {
    await(
        pipeline,
        "the pipeline reads the slot",
        () ->
            query("SELECT active FROM pg_replication_slots WHERE slot_name = '" + name + "'")
                .orElse("f")
                .equals("t"));
  }

  @FunctionalInterface
  interface Condition {
    boolean holds() throws Exception;
  }

  void await(ChildProcess pipeline, String what, Condition condition) throws Exception {
    Await.until(
        what,
        Scenario.DEADLINE,
        () -> {
          assertThat(pipeline.isAlive()).as("it said: %s", pipeline.errors()).isTrue();
          try {
            return condition.holds();
          } catch (InterruptedException | RuntimeException e) {
            throw e;
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }

  boolean ledgerExists() {
    return destination.tables().contains("_walbeam_backfills");
  }

  /** Ledger rows as {@code table:kind:status}. */
  List<String> ledger() throws Exception {
    return destination
        .query(
            "SELECT table_name, kind, status FROM `"
                + PROJECT
                + "."
                + name
                + "._walbeam_backfills` ORDER BY request, table_name")
        .stream()
        .map(row -> text(row, "table_name") + ":" + text(row, "kind") + ":" + text(row, "status"))
        .toList();
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

  void assertEqual() throws Exception {
    assertEqualApartFromDeadLetters();
    assertThat(destination.deadLetters()).as("dead letters").isEmpty();
  }

  void assertEqualApartFromDeadLetters() throws Exception {
    try (Connection connection = connect()) {
      assertThat(TableComparison.compareAll(connection, destination))
          .isNotEmpty()
          .allSatisfy(table -> assertThat(table.differences()).as("%s", table.table()).isEmpty());
    }
  }
}
