package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.local.demo.ChildProcess;
import io.walbeam.local.demo.ShopWorkload;
import io.walbeam.local.demo.WorkloadRunner;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * The pipeline is killed again and again while rows change; nothing may be lost.
 *
 * <p>The seed of the kill moments and of the workload is in every failure; {@code
 * -Dwalbeam.scenario.seed=N} repeats it, {@code -Dwalbeam.scenario.kills=N} makes the loop longer.
 */
class KillLoopIT {
  private static final long SEED = Long.getLong("walbeam.scenario.seed", System.nanoTime());
  private static final int KILLS = Integer.getInteger("walbeam.scenario.kills", 4);
  private static final int CHANGES_PER_SECOND = 400;

  /** Set for the servers that are not the newest. */
  private static final String BRIEF = "walbeam.scenario.brief";

  private static final String WHY_BRIEF = "The kills at random moments show what differs by server";

  /** Latest moment of a kill, milliseconds after the start or after the reader is connected. */
  private static final int LATEST_KILL_MILLIS = 3_000;

  /** As the runtime reports the end by {@code SIGKILL}, and as a fail point ends the process. */
  private static final int KILLED = 137;

  @Test
  void everyTableIsEqualAfterKillsAtRandomMoments() throws Exception {
    Random random = new Random(SEED);
    try (Servers servers = Servers.here();
        Scenario scenario = Scenario.shop(servers, "killed_at_random")) {
      startOnce(scenario);
      try (WorkloadRunner workload = workload(scenario)) {
        for (int kill = 1; kill <= KILLS; kill++) {
          try (ChildProcess pipeline = scenario.startProcess(scenario.command())) {
            // Now and then in the middle of the start, mostly in the middle of the work.
            if (random.nextInt(4) > 0) {
              scenario.awaitReading(pipeline);
            }
            TimeUnit.MILLISECONDS.sleep(random.nextInt(LATEST_KILL_MILLIS));
            scenario.assertRunning(pipeline);
            scenario.assertSlotNotAheadOfState();
            pipeline.kill();
          }
          scenario.assertSlotNotAheadOfState();
        }
        assertThat(workload.changes()).as("seed %d", SEED).isPositive();
      }
      scenario.finishAndCompare();
    } catch (AssertionError | Exception e) {
      throw new AssertionError("Failed with -Dwalbeam.scenario.seed=" + SEED, e);
    }
  }

  @Test
  @DisabledIfSystemProperty(named = BRIEF, matches = "true", disabledReason = WHY_BRIEF)
  void everyTableIsEqualAfterKillsAtTheWorstMoments() throws Exception {
    try (Servers servers = Servers.here();
        Scenario scenario = Scenario.shop(servers, "killed_at_worst")) {
      runUntilKilledAt(scenario, "slot-created");
      assertThat(scenario.slot().exists()).isTrue();
      try (WorkloadRunner workload = workload(scenario)) {
        for (String point : List.of("rows-appended", "state-written", "slot-moved:3")) {
          runUntilKilledAt(scenario, point);
        }
        assertThat(workload.changes()).isPositive();
      }
      scenario.finishAndCompare();
    } catch (AssertionError | Exception e) {
      throw new AssertionError("Failed with -Dwalbeam.scenario.seed=" + SEED, e);
    }
  }

  @Test
  @DisabledIfSystemProperty(named = BRIEF, matches = "true", disabledReason = WHY_BRIEF)
  void theSameRunSurvivesARestartOfEitherEnd(@TempDir Path directory) throws Exception {
    try (Scenario scenario = Scenario.start(directory)) {
      startOnce(scenario);
      try (ChildProcess pipeline = scenario.startProcess(scenario.command())) {
        scenario.awaitReading(pipeline);
        try (WorkloadRunner workload = workload(scenario)) {
          scenario.awaitConfirmation(pipeline);
          scenario.standIn().killAndRestart();
          scenario.awaitConfirmation(pipeline);
          scenario.source().restart();
          scenario.awaitConfirmation(pipeline);
          assertThat(workload.changes()).isPositive();
        }
        scenario.awaitConfirmation(pipeline);
        scenario.assertSlotNotAheadOfState();
      }
      scenario.finishAndCompare();
    } catch (AssertionError | Exception e) {
      throw new AssertionError("Failed with -Dwalbeam.scenario.seed=" + SEED, e);
    }
  }

  /** Rows that are older than the slot are not copied, so it must exist before the workload. */
  private static void startOnce(Scenario scenario) throws Exception {
    scenario.runToNow();
    assertThat(scenario.slot().exists()).isTrue();
  }

  private static void runUntilKilledAt(Scenario scenario, String point) throws Exception {
    try (ChildProcess pipeline =
        scenario.startProcess(scenario.command().withEnvironment("WALBEAM_FAILPOINT", point))) {
      assertThat(pipeline.exitCode(Scenario.DEADLINE))
          .as("killed at %s; it said: %s", point, pipeline.errors())
          .isEqualTo(KILLED);
    }
    scenario.assertSlotNotAheadOfState();
  }

  private static WorkloadRunner workload(Scenario scenario) {
    return WorkloadRunner.start(
        scenario.source(), scenario.name(), new ShopWorkload(SEED), CHANGES_PER_SECOND);
  }
}
