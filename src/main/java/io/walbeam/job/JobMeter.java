package io.walbeam.job;

import io.walbeam.change.Operation;
import io.walbeam.change.TableId;
import io.walbeam.dump.DumpsOverview;
import io.walbeam.metrics.JobCounts;
import io.walbeam.metrics.Metric;
import io.walbeam.sink.CountingSinkMetrics;
import io.walbeam.sink.Stalls;
import io.walbeam.write.WriteMeter;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What one job counts in this JVM behind the source, and how Beam gets to know it. Thread-safe;
 * {@link #report} works on threads of Beam only.
 */
final class JobMeter implements WriteMeter {
  private final JobCounts counts;
  private final CountingSinkMetrics sink;
  private final Stalls stalls;
  private final Supplier<Optional<DumpsOverview>> dumps;
  private final Supplier<MissingChanges> missing;

  /**
   * @param counts of the job, dead letters among them
   * @param dumps how far they are, empty if they run in another process
   * @param missing what tables miss that were let go, as far as this process knows
   */
  JobMeter(
      JobCounts counts,
      CountingSinkMetrics sink,
      Stalls stalls,
      Supplier<Optional<DumpsOverview>> dumps,
      Supplier<MissingChanges> missing) {
    this.counts = counts;
    this.sink = sink;
    this.stalls = stalls;
    this.dumps = dumps;
    this.missing = missing;
  }

  @Override
  public void decoded(TableId table, Operation operation, long changes, long bytes) {
    counts.changed(table.toString(), operation.name().toLowerCase(Locale.ROOT), changes);
    counts.add(Metric.CHANGE_BYTES.named(), bytes);
  }

  /** So many batches got their receipt. */
  void receipts(int number) {
    counts.add(Metric.RECEIPTS.named(), number);
  }

  long changes() {
    return counts.total(Metric.CHANGES);
  }

  long deadLetters() {
    return counts.total(Metric.DEAD_LETTERS);
  }

  @Override
  public void report() {
    CountingSinkMetrics.Totals totals = sink.totals();
    counts.raiseTo(Metric.APPENDED_ROWS.named(), totals.rows());
    counts.raiseTo(Metric.APPENDED_BYTES.named(), totals.bytes());
    counts.raiseTo(
        Metric.READ_BACKS.named(),
        totals.readBacks().values().stream().mapToLong(Long::longValue).sum());
    totals
        .retries()
        .forEach((errorClass, sum) -> counts.raiseTo(Metric.RETRIES.named(errorClass), sum));
    totals
        .substitutions()
        .forEach((errorClass, sum) -> counts.raiseTo(Metric.SUBSTITUTED.named(errorClass), sum));
    dumps.get().ifPresent(this::report);
    for (Map.Entry<String, Long> added : counts.takeAdded().entrySet()) {
      Metric.counter(added.getKey()).inc(added.getValue());
    }
    CountingSinkMetrics.Latency latency = sink.takeLatency();
    if (latency.count() > 0) {
      Metric.APPEND_MILLIS
          .distribution()
          .update(latency.sum(), latency.count(), latency.shortest(), latency.longest());
    }
    Metric.STALLS
        .gauge()
        .set(stalls.current().stream().map(Stalls.Stall::table).distinct().count());
  }

  private void report(DumpsOverview overview) {
    counts.raiseTo(Metric.DUMPED_TABLES.named(), overview.finished());
    counts.raiseTo(Metric.DUMPED_CHUNKS.named(), overview.chunks());
    counts.raiseTo(Metric.DUMPED_ROWS.named(), overview.rows());
    counts.raiseTo(Metric.DUMPED_BYTES.named(), overview.bytes());
    Metric.DUMPS_LEFT.gauge().set(overview.left());
    Metric.DUMP_SECONDS_LEFT.gauge().set(overview.secondsLeft().orElse(0));
    // Whoever dumps knows what every process has let go.
    MissingChanges letGo = missing.get();
    Metric.TABLES_LET_GO.gauge().set(letGo.tables().size());
    Metric.MISSING_CHANGES.gauge().set(letGo.changes());
  }
}
