package io.walbeam.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.dump.DumpsOverview;
import io.walbeam.metrics.JobCounts;
import io.walbeam.metrics.Metric;
import io.walbeam.sink.CountingSinkMetrics;
import io.walbeam.sink.Stalls;
import java.io.Closeable;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.beam.runners.core.metrics.MetricsContainerImpl;
import org.apache.beam.sdk.metrics.MetricName;
import org.apache.beam.sdk.metrics.MetricsEnvironment;
import org.junit.jupiter.api.Test;

class JobMeterTest {
  private final MetricsContainerImpl beam = new MetricsContainerImpl("step");
  private Optional<DumpsOverview> dumps = Optional.empty();
  private MissingChanges missing = MissingChanges.NONE;
  private final JobMeter meter =
      new JobMeter(
          new JobCounts(), new CountingSinkMetrics(), new Stalls(), () -> dumps, () -> missing);

  @Test
  void whatDumpsDidIsReportedOnceAndWhatIsLeftAsItIsNow() throws Exception {
    report();
    assertThat(beam.tryGetCounter(name(Metric.DUMPED_ROWS))).isNull();
    dumps = Optional.of(new DumpsOverview(2, 3, 40, 1_000, 50_000, OptionalLong.of(90)));
    report();
    report();
    dumps = Optional.of(new DumpsOverview(5, 0, 70, 1_500, 60_000, OptionalLong.empty()));
    report();
    assertThat(counter(Metric.DUMPED_TABLES)).isEqualTo(5);
    assertThat(counter(Metric.DUMPED_CHUNKS)).isEqualTo(70);
    assertThat(counter(Metric.DUMPED_ROWS)).isEqualTo(1_500);
    assertThat(counter(Metric.DUMPED_BYTES)).isEqualTo(60_000);
    assertThat(gauge(Metric.DUMPS_LEFT)).isZero();
    assertThat(gauge(Metric.DUMP_SECONDS_LEFT)).isZero();
  }

  @Test
  void whatIsMissingIsReportedUntilItIsBack() throws Exception {
    dumps = Optional.of(DumpsOverview.NONE);
    missing = new MissingChanges(Map.of("public.a", "No grant.", "public.b", "No grant."), 300);
    report();
    assertThat(gauge(Metric.TABLES_LET_GO)).isEqualTo(2);
    assertThat(gauge(Metric.MISSING_CHANGES)).isEqualTo(300);
    missing = MissingChanges.NONE;
    report();
    assertThat(gauge(Metric.TABLES_LET_GO)).isZero();
    assertThat(gauge(Metric.MISSING_CHANGES)).isZero();
  }

  private void report() throws Exception {
    try (Closeable scope = MetricsEnvironment.scopedMetricsContainer(beam)) {
      assertThat(scope).isNotNull();
      meter.report();
    }
  }

  private long counter(Metric metric) {
    return beam.getCounter(name(metric)).getCumulative();
  }

  private long gauge(Metric metric) {
    return beam.getGauge(name(metric)).getCumulative().value();
  }

  private static MetricName name(Metric metric) {
    return MetricName.named(Metric.NAMESPACE, metric.named());
  }
}
