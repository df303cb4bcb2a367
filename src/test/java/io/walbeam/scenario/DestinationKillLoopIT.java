package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.ChildProcess;
import io.walbeam.local.demo.CopiedTables;
import io.walbeam.local.demo.FileCopy;
import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.Replay;
import io.walbeam.local.demo.ShopWorkload;
import io.walbeam.local.demo.TableComparison;
import io.walbeam.local.demo.TopicCopy;
import io.walbeam.local.demo.WorkloadRunner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The pipeline into files and into Pub/Sub is killed while rows change: what its readers replay is
 * the source, every change is there under one position however often, and no file is half.
 *
 * <p>The seed is in every failure; {@code -Dwalbeam.scenario.seed=N} repeats it, {@code
 * -Dwalbeam.scenario.destinationKills=N} kills at every named place and N times at random moments.
 */
class DestinationKillLoopIT {
  private static final long SEED = Long.getLong("walbeam.scenario.seed", System.nanoTime());
  private static final int KILLS = Integer.getInteger("walbeam.scenario.destinationKills", 0);
  private static final int CHANGES_PER_SECOND = 200;

  /** Latest moment of a kill, milliseconds after the reader is connected. */
  private static final int LATEST_KILL_MILLIS = 3_000;

  /** As a fail point ends the process. */
  private static final int KILLED = 137;

  private static Servers servers;

  @TempDir private Path target;

  @BeforeAll
  static void start() throws Exception {
    servers = Servers.here();
  }

  @AfterAll
  static void stop() throws Exception {
    servers.close();
  }

  @Test
  void filesReplayedAreTheSourceAfterKillsAtTheWorstMoments() throws Exception {
    try (Scenario scenario = Scenario.shop(servers, "killed_files")) {
      PipelineCommand command =
          local(scenario).with("destination", "file://" + target).with("fileInterval", "PT1S");
      long changes =
          killAndFinish(
              scenario,
              command,
              List.of("file-written:2", "file-published:2"),
              List.of("rows-appended:3", "state-written", "slot-moved"));

      assertWholeFiles();
      Replay replay = new FileCopy(target).replay();
      assertComplete(replay, changes);
      assertThat(differences(scenario, replay)).isEmpty();
    } catch (AssertionError | Exception e) {
      throw new AssertionError("Failed with -Dwalbeam.scenario.seed=" + SEED, e);
    }
  }

  @Test
  void messagesReplayedAreTheSourceAfterKillsAtTheWorstMoments() throws Exception {
    try (Scenario scenario = Scenario.shop(servers, "killed_messages");
        TopicCopy copy = TopicCopy.start("demo", "killed", servers.endpoint())) {
      PipelineCommand command =
          local(scenario)
              .with("destination", "pubsub:" + copy.topic())
              .with("pubsubRootUrl", servers.endpoint())
              .with("stateDirectory", "file://" + target);
      long changes =
          killAndFinish(
              scenario,
              command,
              List.of("rows-appended:3"),
              List.of("rows-appended", "state-written:2", "slot-moved:2"));

      Await.until(
          "the subscriber's replay is the source",
          Scenario.DEADLINE,
          () -> differences(scenario, copy.replay()).isEmpty());
      assertComplete(copy.replay(), changes);
    } catch (AssertionError | Exception e) {
      throw new AssertionError("Failed with -Dwalbeam.scenario.seed=" + SEED, e);
    }
  }

  private static PipelineCommand local(Scenario scenario) throws Exception {
    return scenario.command().without("dataset").without("bigQueryEndpoint");
  }

  /**
   * A run, kills while rows change, and a last run to the end of the log.
   *
   * @param always places to kill at
   * @param more places of the long form
   * @return how many rows were changed since the first run
   */
  private static long killAndFinish(
      Scenario scenario, PipelineCommand command, List<String> always, List<String> more)
      throws Exception {
    Random random = new Random(SEED);
    scenario.runToNow(command);
    scenario.execute(
        "SELECT pg_create_logical_replication_slot('" + oracle(scenario) + "', 'pgoutput')");
    try (WorkloadRunner workload =
        WorkloadRunner.start(
            scenario.source(), scenario.name(), new ShopWorkload(SEED), CHANGES_PER_SECOND)) {
      List<String> points = new ArrayList<>(always);
      points.addAll(KILLS == 0 ? List.of() : more);
      for (String point : points) {
        try (ChildProcess pipeline =
            scenario.startProcess(command.withEnvironment("WALBEAM_FAILPOINT", point))) {
          assertThat(pipeline.exitCode(Scenario.DEADLINE))
              .as("killed at %s; it said: %s", point, pipeline.errors())
              .isEqualTo(KILLED);
        }
      }
      for (int kill = 0; kill < KILLS; kill++) {
        try (ChildProcess pipeline = scenario.startProcess(command)) {
          scenario.awaitReading(pipeline);
          TimeUnit.MILLISECONDS.sleep(random.nextInt(LATEST_KILL_MILLIS));
          scenario.assertRunning(pipeline);
          pipeline.kill();
        }
      }
      assertThat(workload.changes()).isPositive();
    }
    scenario.runToNow(command);
    return changes(scenario);
  }

  /** A slot that nobody reads: PostgreSQL's own word of what was changed. */
  private static String oracle(Scenario scenario) {
    return scenario.name() + "_oracle";
  }

  private static long changes(Scenario scenario) throws Exception {
    return Long.parseLong(
        scenario
            .query(
                "SELECT count(*) FROM pg_logical_slot_peek_binary_changes('"
                    + oracle(scenario)
                    + "', NULL, NULL, 'proto_version', '1', 'publication_names',"
                    + " (SELECT string_agg(pubname, ',') FROM pg_publication))"
                    + " WHERE chr(get_byte(data, 0)) IN ('I', 'U', 'D')")
            .orElseThrow());
  }

  /** Nothing is missing, nothing is there under two positions, nothing differs under one. */
  private static void assertComplete(Replay replay, long changes) {
    assertThat(replay.contradictions()).isEmpty();
    assertThat(
            replay.changes().stream()
                .map(change -> change.get("operation").getAsString())
                .filter(operation -> !operation.equals("READ") && !operation.equals("TRUNCATE")))
        .as("changes by position")
        .hasSize(Math.toIntExact(changes));
  }

  /** Every file that is seen ends with a whole line, and no other file is left. */
  private void assertWholeFiles() throws Exception {
    try (Stream<Path> found = Files.walk(target)) {
      List<Path> files = found.filter(Files::isRegularFile).toList();
      assertThat(files).isNotEmpty();
      for (Path file : files) {
        assertThat(file.getFileName().toString()).doesNotStartWith(".");
        assertThat(Files.readString(file)).as("%s", file).endsWith("}\n");
      }
    }
  }

  private static List<String> differences(Scenario scenario, CopiedTables copy) throws Exception {
    try (Connection connection = scenario.connect()) {
      List<TableComparison> compared = TableComparison.compareAll(connection, copy);
      assertThat(compared).isNotEmpty();
      return compared.stream()
          .filter(table -> !table.differences().isEmpty())
          .map(table -> table.table() + ": " + table.differences())
          .toList();
    }
  }
}
