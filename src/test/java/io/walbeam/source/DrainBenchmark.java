package io.walbeam.source;

import io.walbeam.batch.ChangeBatch;
import io.walbeam.change.JobRun;
import io.walbeam.change.Lsn;
import io.walbeam.postgres.PostgresSettings;
import io.walbeam.postgres.ReplicationSettings;
import io.walbeam.secret.SecretReference;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.beam.sdk.io.UnboundedSource.UnboundedReader;
import org.jspecify.annotations.Nullable;

/**
 * Drains an existing slot through the real session, source and reader, the way a runner drives
 * them, and acknowledges it. Run by {@code scripts/bench drain}; settings come from the
 * environment.
 */
final class DrainBenchmark {
  /** Elements between two checkpoint marks, as many as the DirectRunner's bundle holds. */
  private static final int BUNDLE = 10;

  /** Longest wait for the slot to be confirmed. */
  private static final Duration CONFIRMATION = Duration.ofSeconds(30);

  /** A WAL position right behind a page header means the end of the page before. */
  private static final long PAGE = 8192;

  private static final long PAGE_HEADER = 40;

  private final SourceSettings settings;
  private final long end;
  private long events;
  private long bytes;
  private long batches;
  private long complete;
  private @Nullable SlotMark previous;

  private DrainBenchmark(SourceSettings settings, long end) {
    this.settings = settings;
    this.end = (end & (PAGE - 1)) <= PAGE_HEADER ? end - (end & (PAGE - 1)) : end;
  }

  public static void main(String[] arguments) throws Exception {
    Map<String, String> environment = System.getenv();
    SourceSettings settings =
        new SourceSettings(
            new ReplicationSettings(
                new PostgresSettings(
                    environment.getOrDefault("PGHOST", "localhost"),
                    Integer.parseInt(environment.getOrDefault("PGPORT", "5432")),
                    environment.getOrDefault("PGDATABASE", "postgres"),
                    environment.getOrDefault("PGUSER", "postgres"),
                    new SecretReference(environment.getOrDefault("PGPASSWORD", ""))),
                environment.getOrDefault("SLOT", "walbeam"),
                environment.getOrDefault("PUBLICATION", "walbeam")),
            List.of(),
            new JobRun(0, System.currentTimeMillis(), "", false),
            slot -> Optional.empty(),
            StreamHook.NONE,
            ConfirmationChannel.inJvm());
    String end = environment.get("END_LSN");
    if (end == null) {
      System.err.println("Set END_LSN to where to stop, for example pg_current_wal_flush_lsn().");
      System.exit(2);
      return;
    }
    new DrainBenchmark(settings, Lsn.parse(end).value()).run();
  }

  private void run() throws Exception {
    long begin = System.nanoTime();
    // The reader itself: making pipeline options would load every runner's first.
    UnboundedReader<ChangeBatch> reader =
        new PostgresReader(new PostgresSource(settings), settings, null);
    boolean available = reader.start();
    long first = 0;
    while (Long.compareUnsigned(complete, end) < 0) {
      if (available) {
        first = first == 0 ? System.nanoTime() : first;
        take(reader.getCurrent());
        if (batches % BUNDLE == 0) {
          mark(reader);
        }
      } else {
        mark(reader);
      }
      available = reader.advance();
    }
    long last = System.nanoTime();
    mark(reader);
    mark(reader);
    boolean confirmed = LocalJob.of(settings.slotKey()).shutdown(CONFIRMATION);
    reader.close();
    report(first == 0 ? begin : first, last, confirmed);
  }

  private void mark(UnboundedReader<ChangeBatch> reader) {
    SlotMark finalized = previous;
    if (finalized != null) {
      finalized.finalizeCheckpoint();
    }
    previous = (SlotMark) reader.getCheckpointMark();
  }

  private void take(ChangeBatch batch) {
    events += batch.changes();
    bytes += batch.length();
    batches++;
    complete = batch.completeLsn();
    LocalJob.of(settings.slotKey()).positions().publish(complete);
  }

  private void report(long begin, long last, boolean confirmed) {
    double seconds = (last - begin) / 1e9;
    double cpu =
        ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1e3;
    System.out.printf(
        "seconds=%.2f changes/s=%.0f MB/s=%.1f batches=%d cpu-seconds=%.2f cpu/million=%.2f%n",
        seconds, events / seconds, bytes / seconds / 1e6, batches, cpu, cpu / (events / 1e6));
    System.out.println("confirmed=" + confirmed + " at=" + Lsn.format(complete));
    System.out.println("events=" + events);
    System.out.flush();
    System.exit(confirmed ? 0 : 1);
  }
}
