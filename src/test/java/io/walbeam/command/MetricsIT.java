package io.walbeam.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.job.LocalRun;
import io.walbeam.job.ReplicationPipeline;
import io.walbeam.metrics.Metric;
import io.walbeam.options.OptionsReader;
import io.walbeam.options.WalbeamOptions;
import io.walbeam.testing.TestDatabase;
import io.walbeam.testing.TestPostgres;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.DistributionResult;
import org.apache.beam.sdk.metrics.GaugeResult;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricQueryResults;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.apache.beam.sdk.options.StreamingOptions;
import org.junit.jupiter.api.Test;

/** What Beam's metrics say of a run. */
class MetricsIT {
  /** In every row, the refused ones too. */
  private static final String VALUE = "MarkerValue4711";

  @Test
  void aRunCountsWhatItDidUnderTheDocumentedNames() throws Exception {
    try (LocalReplication ends = new LocalReplication();
        TestDatabase database = TestPostgres.shared().newDatabase()) {
      ends.createDataset(database);
      database.execute(
          "CREATE TABLE t (id int PRIMARY KEY, n numeric, v text DEFAULT '" + VALUE + "')",
          "CREATE TABLE u (id int PRIMARY KEY)");
      database.createPublicationAndSlot();
      database.execute(
          "INSERT INTO t SELECT g, g FROM generate_series(1, 10) g",
          "UPDATE t SET n = 'NaN' WHERE id <= 2",
          "DELETE FROM t WHERE id = 3",
          "INSERT INTO u VALUES (1)");

      MetricQueryResults metrics = run(ends, database);

      Map<String, Long> counters = new TreeMap<>();
      metrics
          .getCounters()
          .forEach(
              counter ->
                  counters.merge(counter.getName().getName(), counter.getCommitted(), Long::sum));
      assertThat(counters)
          .containsEntry("changes.insert.public.t", 10L)
          .containsEntry("changes.update.public.t", 2L)
          .containsEntry("changes.delete.public.t", 1L)
          .containsEntry("changes.insert.public.u", 1L)
          .hasEntrySatisfying(
              "dead_letters.numeric_not_finite",
              letters ->
                  assertThat(letters)
                      .as("those of the stream, and of the dump as far as it is reported")
                      .isBetween(2L, 4L));
      assertThat(counters.get("change_bytes")).isPositive();
      assertThat(counters.get("appended_rows")).isGreaterThanOrEqualTo(10L);
      assertThat(counters.get("appended_bytes")).isPositive();
      assertThat(counters.get("receipts")).isPositive();
      Map<String, DistributionResult> distributions = new TreeMap<>();
      metrics
          .getDistributions()
          .forEach(d -> distributions.put(d.getName().getName(), d.getCommitted()));
      assertThat(distributions).containsOnlyKeys("append_millis");
      assertThat(Objects.requireNonNull(distributions.get("append_millis")).getCount())
          .isPositive();
      Map<String, GaugeResult> gauges = new TreeMap<>();
      metrics.getGauges().forEach(g -> gauges.put(g.getName().getName(), g.getCommitted()));
      assertThat(gauges)
          .containsKeys(
              "stalls",
              "lag_bytes",
              "lag_seconds",
              "queue_bytes",
              "batches_outstanding",
              "confirmed_lsn");
      assertThat(Objects.requireNonNull(gauges.get("stalls")).getValue()).isZero();
      assertThat(Objects.requireNonNull(gauges.get("confirmed_lsn")).getValue()).isPositive();
      assertThat(metrics.toString()).contains("changes.insert").doesNotContain(VALUE);
      assertThat(Stream.of(counters.keySet(), gauges.keySet()).flatMap(Set::stream))
          .allSatisfy(
              name ->
                  assertThat(Arrays.stream(Metric.values()).filter(m -> m.matches(name)))
                      .hasSize(1));
    }
  }

  /** As the run command does it, with the result in hand. */
  private static MetricQueryResults run(LocalReplication ends, TestDatabase database)
      throws Exception {
    OptionsReader.Invocation invocation = OptionsReader.read(ends.arguments(database));
    WalbeamOptions options = invocation.options();
    options.as(StreamingOptions.class).setStreaming(true);
    DirectOptions direct = options.as(DirectOptions.class);
    direct.setTargetParallelism(1);
    direct.setBlockOnRun(false);
    try (LocalRun run = LocalRun.prepare(invocation.settings(), Duration.ZERO)) {
      PipelineResult result =
          ReplicationPipeline.build(options, invocation.settings(), OptionsReader::settings).run();
      assertThat(result.waitUntilFinish()).isEqualTo(PipelineResult.State.DONE);
      run.confirm();
      return result
          .metrics()
          .queryMetrics(
              MetricsFilter.builder()
                  .addNameFilter(MetricNameFilter.inNamespace(Metric.NAMESPACE))
                  .build());
    }
  }
}
