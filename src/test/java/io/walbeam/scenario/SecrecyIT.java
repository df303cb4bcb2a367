package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.local.demo.ChildProcess;
import io.walbeam.local.demo.LocalEnds;
import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.ShopSchema;
import io.walbeam.local.demo.SourceServer;
import io.walbeam.local.demo.StandIn;
import io.walbeam.local.demo.TextRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Neither the password nor a value of any row is in what the program prints, whatever happens to it
 * and also with {@code --debug}. Only a dead letter holds the columns of its own row.
 */
class SecrecyIT {
  private static final String ROLE = "replicator";
  private static final String PASSWORD = "Marker-Password-4711";

  /** Part of every value in every row; as a number, for columns that hold no text. */
  private static final String TEXT = "MarkerValue";

  private static final String NUMBER = "471147114711";

  private static final int OPERATOR = 3;

  /** Longer than the source carries, so that only the key and the size travel. */
  private static final int OVERSIZE_BYTES = 40 << 20;

  @Test
  void noOutputHoldsThePasswordOrAValue(@TempDir Path directory) throws Exception {
    try (LocalEnds ends = LocalEnds.start(Scenario.installation(), directory, StandIn::storing)) {
      prepare(ends);
      PipelineCommand command =
          ends.command().with("postgresUser", ROLE).withPassword(PASSWORD).with("debug", "true");

      runOnce(ends, command);
      changeEverything(ends);
      runThroughKills(ends, command);
      assertThat(ends.destination().deadLetterCount()).as("bad rows").isGreaterThanOrEqualTo(4);
      for (TextRow letter : ends.destination().deadLetters()) {
        for (String column : List.of("error_class", "error_message", "remedy", "stage")) {
          assertClean(column, letter.require(column));
        }
      }
      fail(ends, command.with("postgresPassword", PASSWORD + "x"), OPERATOR);
      fail(ends, command.with("postgresUrl", ends.source().url(TEXT.substring(0, 6))), OPERATOR);
      runOnce(
          ends,
          command
              .with("postgresPassword", PASSWORD)
              .with("quiet", "true")
              .with("writeMode", "changelog"));
      ends.source()
          .execute(
              ShopSchema.DATABASE, "SELECT pg_drop_replication_slot('" + LocalEnds.SLOT + "')");
      fail(ends, command, OPERATOR);
    }
    assertOutputIsClean(directory);
  }

  private static void prepare(LocalEnds ends) throws Exception {
    SourceServer source = ends.source();
    source.execute(
        ShopSchema.DATABASE,
        "CREATE ROLE " + ROLE + " LOGIN REPLICATION SUPERUSER PASSWORD '" + PASSWORD + "'",
        "CREATE TABLE secrets (k text PRIMARY KEY, n numeric, t timestamptz, body text)",
        "ALTER TABLE secrets ALTER body SET STORAGE EXTERNAL",
        "CREATE TABLE keyless (v text)",
        "ALTER TABLE keyless REPLICA IDENTITY FULL");
    Path hba = source.dataDirectory().resolve("pg_hba.conf");
    Files.writeString(
        hba, "host all " + SourceServer.SUPERUSER + " all trust\nhost all all all scram-sha-256\n");
    source.execute("postgres", "SELECT pg_reload_conf()");
  }

  /**
   * Good rows, values that BigQuery cannot hold, a long key, an oversize row, an unchanged value.
   */
  private static void changeEverything(LocalEnds ends) throws Exception {
    String key = "'" + TEXT + "-key-";
    ends.source()
        .execute(
            ShopSchema.DATABASE,
            "INSERT INTO secrets VALUES (" + key + "1', " + NUMBER + ", now(), '" + TEXT + "')",
            "INSERT INTO secrets VALUES (" + key + "nan', 'NaN', now(), '" + TEXT + "')",
            "INSERT INTO secrets VALUES (" + key + "time', 1, 'infinity', '" + TEXT + "')",
            "INSERT INTO secrets VALUES (" + key + "digits', " + NUMBER + "e60, now(), NULL)",
            "INSERT INTO secrets VALUES ("
                + key
                + "long', 1, now(), repeat('"
                + TEXT
                + "', "
                + OVERSIZE_BYTES / TEXT.length()
                + "))",
            "INSERT INTO secrets VALUES ("
                + key
                + "wide', 1, now(), repeat('"
                + TEXT
                + "', "
                + (11 << 20) / TEXT.length()
                + "))",
            "UPDATE secrets SET n = 2 WHERE k = " + key + "wide'",
            "UPDATE secrets SET k = k || '-moved' WHERE k = " + key + "1'",
            "DELETE FROM secrets WHERE k = " + key + "nan'",
            "INSERT INTO keyless VALUES ('" + TEXT + "')",
            "UPDATE keyless SET v = v || v",
            "SELECT pg_logical_emit_message(true, '" + TEXT + "', '" + TEXT + "')",
            "TRUNCATE keyless");
  }

  /** Connections that break, a stand-in that goes away, a signal. */
  private static void runThroughKills(LocalEnds ends, PipelineCommand command) throws Exception {
    try (ChildProcess pipeline = command.start(ends.directory())) {
      Scenario.awaitRunning(pipeline, "the slot is read", () -> ends.slot().active());
      ends.source()
          .execute(
              ShopSchema.DATABASE,
              "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots"
                  + " WHERE active_pid IS NOT NULL");
      ends.standIn().killAndRestart();
      ends.source()
          .execute(
              ShopSchema.DATABASE,
              "INSERT INTO secrets VALUES ('" + TEXT + "-last', 1, now(), '" + TEXT + "')");
      var end = ends.slot().serverPosition();
      Scenario.awaitRunning(
          pipeline, "everything is confirmed", () -> ends.slot().isConfirmedTo(end));
      pipeline.terminate();
      assertThat(pipeline.exitCode(Scenario.DEADLINE)).as(pipeline.errors()).isZero();
    }
  }

  private static void runOnce(LocalEnds ends, PipelineCommand command) throws Exception {
    fail(ends, command, 0);
  }

  private static void fail(LocalEnds ends, PipelineCommand command, int exitCode) throws Exception {
    try (ChildProcess pipeline = command.with("stopAt", "now").start(ends.directory())) {
      assertThat(pipeline.exitCode(Scenario.DEADLINE)).as(pipeline.errors()).isEqualTo(exitCode);
    }
  }

  /** The streams of every run, and whatever else the program wrote. */
  private static void assertOutputIsClean(Path directory) throws Exception {
    for (String file : List.of("walbeam.out", "walbeam.err")) {
      String printed = Files.readString(directory.resolve(file));
      assertThat(printed).as(file).isNotEmpty();
      assertClean(file, printed);
    }
  }

  private static void assertClean(String what, String text) {
    for (UnaryOperator<String> form :
        List.<UnaryOperator<String>>of(s -> s, String::toLowerCase, SecrecyIT::hex)) {
      for (String marker : List.of(PASSWORD, TEXT, NUMBER)) {
        int at = text.indexOf(form.apply(marker));
        String near =
            at < 0 ? "" : text.substring(Math.max(0, at - 300), Math.min(text.length(), at + 100));
        assertThat(near).as("%s near a marker", what).isEmpty();
      }
    }
  }

  private static String hex(String text) {
    return java.util.HexFormat.of()
        .formatHex(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }
}
