package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.ChildProcess;
import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.ShopSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several runs on one slot, and servers that have room for one reader only. */
class CopiesIT {
  private static final int MAY_START_AGAIN = 1;
  private static final String WAITS = "This one waits until that has ended";

  private static final Map<String, String> ROOM_FOR_ONE =
      Map.of("max_wal_senders", "1", "max_replication_slots", "1");

  @Test
  void ofTwoCopiesStartedAtOnceExactlyOneRunsAndNothingIsLost(@TempDir Path directory)
      throws Exception {
    try (Scenario scenario = Scenario.startHere(directory, ROOM_FOR_ONE)) {
      createSlot(scenario);
      try (ChildProcess first = start(scenario, "first");
          ChildProcess second = start(scenario, "second")) {
        Await.until("one of them waits", Scenario.DEADLINE, () -> waits(first) != waits(second));
        ChildProcess running = waits(first) ? second : first;
        insert(scenario, 1);
        scenario.awaitConfirmation(running);
        scenario.assertSlotNotAheadOfState();
      }
    }
  }

  @Test
  void aNewerRunTakesTheSlotThoughTheServerHasRoomForOneAndTheOlderWaitsUntilThatHasEnded(
      @TempDir Path directory) throws Exception {
    try (Scenario scenario = Scenario.startHere(directory, ROOM_FOR_ONE)) {
      createSlot(scenario);
      try (ChildProcess older = start(scenario, "older")) {
        scenario.awaitReading(older);
        insert(scenario, 1);
        try (ChildProcess newer = start(scenario, "newer")) {
          Await.until("the older waits", Scenario.DEADLINE, () -> waits(older));
          insert(scenario, 2);
          scenario.awaitConfirmation(newer);
          assertThat(older.isAlive()).as("a supervisor has nothing to start").isTrue();
        }
        assertThat(older.exitCode(Scenario.DEADLINE)).as(older.errors()).isEqualTo(MAY_START_AGAIN);
        assertThat(older.errors())
            .contains("The newer run that read the slot", "has ended")
            .doesNotContain("\tat ");
      }
    }
  }

  private static boolean waits(ChildProcess run) throws IOException {
    return run.errors().contains(WAITS);
  }

  private static void createSlot(Scenario scenario) throws Exception {
    scenario.execute(
        "CREATE PUBLICATION " + ShopSchema.DATABASE + " FOR ALL TABLES",
        "SELECT pg_create_logical_replication_slot('" + ShopSchema.DATABASE + "', 'pgoutput')");
  }

  private static void insert(Scenario scenario, int id) throws Exception {
    scenario.execute("INSERT INTO customers (id, name) VALUES (" + id + ", 'someone')");
  }

  private static ChildProcess start(Scenario scenario, String name) throws Exception {
    PipelineCommand command = scenario.command();
    return command.start(Files.createDirectory(scenario.directory().resolve(name)));
  }
}
