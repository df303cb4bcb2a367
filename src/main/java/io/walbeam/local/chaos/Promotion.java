package io.walbeam.local.chaos;

import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.SourceServer;
import io.walbeam.local.demo.Standby;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * A physical standby of the source is made, the source goes away for good, by a shutdown or by a
 * crash that may lose what the standby had not received, and the standby is promoted. A slot that
 * was kept over a failover comes along if it can. The program must refuse to go on by itself, and
 * go on in the next epoch. Not thread-safe.
 */
final class Promotion {
  private static final String POSTGRES = "postgres";

  /** For the standby to follow. */
  private static final Duration FOLLOWING = Duration.ofMinutes(3);

  /** For the slot to come along; the program may be frozen, and then it does not. */
  private static final Duration SYNCHRONIZING = Duration.ofSeconds(30);

  /** For the program to notice: it may be frozen, or about to start. */
  private static final Duration NOTICING = Duration.ofMinutes(10);

  /** What it says then, in each of its forms. */
  private static final String REFUSAL = "after a failover or a restore";

  private final ChaosEnds ends;
  private int promoted;

  /** Refusals that were said before. */
  private int said;

  Promotion(ChaosEnds ends) {
    this.ends = ends;
  }

  void begin(Random random) throws IOException, SQLException, InterruptedException {
    promoted++;
    said = refusals();
    SourceServer primary = ends.source();
    boolean keeps = ends.keepsSlot();
    String name = "standby_" + promoted;
    TreeMap<String, String> settings = new TreeMap<>(ChaosEnds.SETTINGS);
    settings.put("primary_slot_name", name);
    settings.put("hot_standby_feedback", "on");
    if (keeps) {
      settings.put("sync_replication_slots", "on");
    }
    primary.execute(POSTGRES, "SELECT pg_create_physical_replication_slot('" + name + "', true)");
    Path files = Files.createDirectories(ends.directory().resolve(name));
    SourceServer standby = Standby.of(primary, files, settings);
    Await.until(
        "the standby follows",
        FOLLOWING,
        () ->
            primary
                .query(
                    POSTGRES,
                    "SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'"
                        + " AND application_name = 'walreceiver'")
                .isPresent());
    if (keeps) {
      awaitSlot(primary, standby);
    }
    if (random.nextBoolean()) {
      primary.close();
    } else {
      primary.crashForGood();
    }
    standby.execute(POSTGRES, "SELECT pg_promote(true, 60)");
    ends.source(standby);
  }

  private static void awaitSlot(SourceServer primary, SourceServer standby)
      throws IOException, InterruptedException {
    try {
      Await.until(
          "the slot is at the standby",
          SYNCHRONIZING,
          () -> {
            primary.execute(POSTGRES, "SELECT pg_log_standby_snapshot()");
            Optional<String> slot =
                standby.query(
                    POSTGRES,
                    "SELECT 1 FROM pg_replication_slots WHERE slot_name = '"
                        + ChaosEnds.SLOT
                        + "' AND synced AND NOT temporary");
            return slot.isPresent();
          });
    } catch (IllegalStateException e) {
      // It does not come along: the program makes another one.
    }
  }

  /** The program has refused; the operator raises the epoch. */
  void end(Random random) throws IOException, InterruptedException {
    Await.until(
        "the program refuses the server that was promoted", NOTICING, () -> refusals() > said);
    ends.raiseEpoch();
  }

  private int refusals() throws IOException {
    Path log = ends.directory().resolve("walbeam.err");
    if (!Files.exists(log)) {
      return 0;
    }
    try (var lines = Files.lines(log)) {
      return (int) lines.filter(line -> line.contains(REFUSAL)).count();
    }
  }
}
