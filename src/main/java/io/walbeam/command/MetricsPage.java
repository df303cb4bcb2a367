package io.walbeam.command;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.walbeam.job.RunProgress;
import io.walbeam.metrics.Metric;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What {@code /metrics} answers: the documented metrics of a run in Prometheus' text format. */
final class MetricsPage {
  static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

  private static final PrometheusTextFormatWriter FORMAT = PrometheusTextFormatWriter.create();

  private MetricsPage() {}

  /** Nothing before the run has begun. */
  static String of(Optional<RunProgress> now) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try {
      FORMAT.write(text, now.map(MetricsPage::snapshots).orElseGet(MetricSnapshots::of));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString(StandardCharsets.UTF_8);
  }

  private static MetricSnapshots snapshots(RunProgress run) {
    return MetricSnapshots.of(
        snapshot(Metric.CHANGES, run.changes()),
        snapshot(Metric.DEAD_LETTERS, run.deadLetters()),
        snapshot(Metric.DUMPED_TABLES, run.dumps().finished()),
        snapshot(Metric.DUMPED_CHUNKS, run.dumps().chunks()),
        snapshot(Metric.DUMPED_ROWS, run.dumps().rows()),
        snapshot(Metric.DUMPED_BYTES, run.dumps().bytes()),
        snapshot(Metric.DUMPS_LEFT, run.dumps().left()),
        snapshot(Metric.DUMP_SECONDS_LEFT, run.dumps().secondsLeft().orElse(0)),
        snapshot(Metric.STALLS, run.stalls().size()),
        snapshot(Metric.TABLES_LET_GO, run.missing().tables().size()),
        snapshot(Metric.MISSING_CHANGES, run.missing().changes()),
        snapshot(Metric.LAG_BYTES, run.lag().bytes()),
        snapshot(Metric.LAG_SECONDS, run.lag().seconds()),
        snapshot(Metric.LAG_AGE_SECONDS, run.lag().ageSeconds()),
        snapshot(Metric.QUEUE_BYTES, run.lag().queueBytes()),
        snapshot(Metric.BATCHES_OUTSTANDING, run.lag().batches()),
        snapshot(Metric.CONFIRMED_LSN, run.lag().confirmedLsn()));
  }

  /** The format knows doubles only; of positions beyond 2^53 the last bytes are lost. */
  private static MetricSnapshot snapshot(Metric metric, long value) {
    String name = Metric.NAMESPACE + "_" + metric.named();
    return metric.kind() == Metric.Kind.COUNTER
        ? CounterSnapshot.builder()
            .name(name)
            .help(metric.meaning())
            .dataPoint(CounterDataPointSnapshot.builder().value((double) value).build())
            .build()
        : GaugeSnapshot.builder()
            .name(name)
            .help(metric.meaning())
            .dataPoint(GaugeDataPointSnapshot.builder().value((double) value).build())
            .build();
  }
}
