package io.walbeam.local.chaos;

import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.Destination;
import io.walbeam.local.demo.SourceServer;
import io.walbeam.local.demo.Standby;
import io.walbeam.local.demo.WorkDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
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
 * go on in the next epoch. Only if nothing of its epoch was written may it begin that at the new
 * server. Not thread-safe.
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

  /** Whether the program has to notice one. */
  private boolean due;

  /** Whether anything of the program's epoch had been written when the source went away. */
  private boolean begun;

  /** What the new server is on. */
  private long timeline;

  /** Where its log ended before, bytes. */
  private long said;

  Promotion(ChaosEnds ends) {
    this.ends = ends;
  }

  void begin(Random random) throws IOException, SQLException, InterruptedException {
    promoted++;
    said = Files.exists(log()) ? Files.size(log()) : 0;
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
    begun = isBegun();
    standby.execute(POSTGRES, "SELECT pg_promote(true, 60)");
    timeline = timeline(standby);
    ends.source(standby);
    due = true;
    // Each has the whole data; its log stays.
    WorkDirectory.of(primary.dataDirectory()).close();
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
    if (!due) {
      return;
    }
    due = false;
    Await.until(
        "the program refuses the server that was promoted",
        NOTICING,
        () -> refuses() || (!begun && goesOn()));
    if (refuses()) {
      ends.raiseEpoch();
    }
  }

  private boolean isBegun() throws IOException, InterruptedException {
    boolean[] answer = new boolean[1];
    Await.until(
        "the state is read",
        NOTICING,
        () -> {
          try {
            answer[0] = state().isPresent();
            return true;
          } catch (RuntimeException e) {
            // A fault of the destination.
            return false;
          }
        });
    return answer[0];
  }

  private boolean goesOn() throws InterruptedException {
    try {
      return state().filter(row -> row.timeline() == timeline).isPresent();
    } catch (RuntimeException e) {
      return false;
    }
  }

  private Optional<Destination.StateRow> state() throws InterruptedException {
    return ends.destination().state(ChaosEnds.SLOT).filter(row -> row.epoch() == ends.epoch());
  }

  private static long timeline(SourceServer server) throws SQLException {
    String file = "SELECT pg_walfile_name(pg_current_wal_lsn())";
    return Long.parseLong(server.query(POSTGRES, file).orElseThrow().substring(0, 8), 16);
  }

  private boolean refuses() throws IOException {
    if (!Files.exists(log())) {
      return false;
    }
    try (FileChannel file = FileChannel.open(log())) {
      ByteBuffer bytes = ByteBuffer.allocate((int) Math.max(0, file.size() - said));
      int unused = file.read(bytes, said);
      // Wherever its lines are folded.
      return StandardCharsets.UTF_8
          .decode(bytes.flip())
          .toString()
          .replaceAll("\\s+", " ")
          .contains(REFUSAL);
    }
  }

  private Path log() {
    return ends.directory().resolve("walbeam.err");
  }
}
