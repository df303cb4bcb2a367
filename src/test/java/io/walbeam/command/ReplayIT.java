package io.walbeam.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.walbeam.testing.TestDatabase;
import io.walbeam.testing.TestPostgres;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Dead letters are open until a dump that was asked for after them has brought their table. */
class ReplayIT {
  private static final String OPEN =
      "SELECT error_class, TO_JSON_STRING(key) FROM %s._walbeam_dead_letters_open ORDER BY 2";

  private static final String LATEST =
      "SELECT id FROM %1$s.public_t WHERE _walbeam.commit_lsn ="
          + " (SELECT MAX(_walbeam.commit_lsn) FROM %1$s.public_t)";

  @Test
  void whatIsMendedAtTheSourceIsSettledByTheReplay() throws Exception {
    try (LocalReplication local = new LocalReplication();
        TestDatabase database = TestPostgres.shared().newDatabase()) {
      local.createDataset(database);
      database.execute("CREATE TABLE t (id int PRIMARY KEY, v numeric)");
      database.createPublicationAndSlot();
      database.execute("INSERT INTO t VALUES (1, 1.5), (2, 2.5)");
      local.replicate(database);
      database.execute("UPDATE t SET v = 'NaN' WHERE id = 1");
      local.replicate(database);
      assertThat(local.rows(database, "SELECT id, v FROM %s.public_t ORDER BY id"))
          .as("the image before stays")
          .isEqualTo("1|1.5\n2|2.5");
      assertThat(local.rows(database, OPEN)).isEqualTo("numeric_not_finite|{\"id\":\"1\"}");

      assertThat(replay(local, database, "--dryRun"))
          .contains("public.t: 1 open of class numeric_not_finite")
          .contains("Would ask for a dump of public.t (keys: 1).");
      assertThat(replay(local, database, "--errorClass=let_go"))
          .isEqualTo("No open dead letter is meant.\n");
      assertThat(local.rows(database, OPEN)).isNotEmpty();

      database.execute("UPDATE t SET v = 3.5 WHERE id = 1");
      JsonNode asked = new ObjectMapper().readTree(replay(local, database, "--format=json"));
      assertThat(asked.path("asked").asBoolean()).isTrue();
      assertThat(asked.path("tables").path(0).asText()).isEqualTo("public.t");
      assertThat(asked.path("keys").path("public.t").asInt()).isEqualTo(1);
      assertThat(asked.path("deadLetters").path(0).path("count").asInt()).isEqualTo(1);
      // Committed before the position that the request gets, and none of its keys.
      database.execute("UPDATE t SET v = 'NaN' WHERE id = 2");
      local.replicate(database);

      assertThat(local.rows(database, "SELECT id, v FROM %s.public_t ORDER BY id"))
          .isEqualTo("1|3.5\n2|2.5");
      assertThat(local.rows(database, LATEST)).as("only that key was dumped").isEqualTo("1");
      assertThat(local.rows(database, OPEN))
          .as("nothing else is settled")
          .isEqualTo("numeric_not_finite|{\"id\":\"2\"}");

      database.execute("DELETE FROM t WHERE id = 2");
      assertThat(replay(local, database)).contains("Asked for a dump of public.t (keys: 1).");
      local.replicate(database);
      assertThat(local.rows(database, "SELECT id, v FROM %s.public_t ORDER BY id"))
          .isEqualTo("1|3.5");
      assertThat(local.rows(database, OPEN)).isEmpty();
      assertThat(replay(local, database)).isEqualTo("No open dead letter is meant.\n");
    }
  }

  @Test
  void whatIsStillRefusedStaysOpen() throws Exception {
    try (LocalReplication local = new LocalReplication();
        TestDatabase database = TestPostgres.shared().newDatabase()) {
      local.createDataset(database);
      database.execute("CREATE TABLE t (id int PRIMARY KEY, v numeric)");
      database.createPublicationAndSlot();
      database.execute("INSERT INTO t VALUES (1, 'NaN')");
      local.replicate(database);
      assertThat(replay(local, database, "--since=2000-01-01T00:00:00Z"))
          .contains("Asked for a dump of public.t (keys: 1).");
      local.replicate(database);
      assertThat(local.rows(database, OPEN))
          .as("of the dump's own position")
          .isEqualTo("numeric_not_finite|{\"id\":\"1\"}");
    }
  }

  @Test
  void aLetterIsSupersededOnceItsRowHasALaterImage() throws Exception {
    try (LocalReplication local = new LocalReplication();
        TestDatabase database = TestPostgres.shared().newDatabase()) {
      local.createDataset(database);
      database.execute(
          "CREATE TABLE t (\"The id\" int, day date, v numeric, PRIMARY KEY (\"The id\", day))");
      database.createPublicationAndSlot();
      database.execute("INSERT INTO t VALUES (1, '2026-01-01', 1), (2, '2026-01-01', 2)");
      local.replicate(database);
      database.execute("UPDATE t SET v = 'NaN'", "INSERT INTO t VALUES (3, '2026-01-01', 'NaN')");
      local.replicate(database);
      assertThat(command("status", local, database)).doesNotContain("superseded");
      database.execute("UPDATE t SET v = 5 WHERE \"The id\" = 1");
      local.replicate(database);
      assertThat(command("status", local, database))
          .contains("3 dead letters are open, 1 of them superseded by a later image.");
      JsonNode letters =
          new ObjectMapper()
              .readTree(command("status", local, database, "--format=json"))
              .path("deadLetters")
              .path(0);
      assertThat(letters.path("superseded").asLong()).isEqualTo(1);
    }
  }

  private static String replay(LocalReplication local, TestDatabase database, String... more) {
    return command("replay", local, database, more);
  }

  private static String command(
      String name, LocalReplication local, TestDatabase database, String... more) {
    List<String> arguments = new ArrayList<>(List.of(name));
    arguments.addAll(local.arguments(database, more));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode =
        CommandLine.execute(
            arguments.toArray(String[]::new),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    assertThat(exitCode).as(err.toString(StandardCharsets.UTF_8)).isIn(0, 1);
    return out.toString(StandardCharsets.UTF_8);
  }
}
