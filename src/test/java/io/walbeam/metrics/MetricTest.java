package io.walbeam.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MetricTest {
  @Test
  void theDocumentListsExactlyTheMetricsThatThereAre() throws Exception {
    List<String> documented =
        Files.readAllLines(Path.of("docs", "metrics.md")).stream()
            .filter(line -> line.matches("\\| `[a-z_.<>]+` \\| (counter|distribution|gauge) \\|.*"))
            .toList();
    assertThat(documented)
        .isEqualTo(Arrays.stream(Metric.values()).map(MetricTest::documentation).toList());
  }

  private static String documentation(Metric metric) {
    return "| `"
        + metric.pattern()
        + "` | "
        + metric.kind().name().toLowerCase(Locale.ROOT)
        + " | "
        + metric.meaning()
        + " |";
  }

  @Test
  void eachUnitIsHandedToBeamOnce() {
    JobCounts counts = new JobCounts();
    counts.add("receipts", 2);
    counts.raiseTo("appended_rows", 10);
    assertThat(counts.takeAdded()).isEqualTo(Map.of("receipts", 2L, "appended_rows", 10L));
    counts.add("receipts", 3);
    counts.raiseTo("appended_rows", 10);
    assertThat(counts.takeAdded()).isEqualTo(Map.of("receipts", 3L));
    assertThat(counts.takeAdded()).isEmpty();
  }

  @Test
  void theNumberOfNamesIsBoundedAndNoChangeIsLost() {
    JobCounts counts = new JobCounts();
    int tables = JobCounts.MAX_TABLES + 50;
    for (int round = 0; round < 2; round++) {
      for (int table = 0; table < tables; table++) {
        counts.changed("public.t" + table, "insert", 1);
      }
    }
    assertThat(counts.total(Metric.CHANGES)).isEqualTo(2L * tables);
    Map<String, Long> added = counts.takeAdded();
    assertThat(added).hasSizeLessThanOrEqualTo(JobCounts.MAX_TABLES + 1);
    assertThat(added)
        .containsEntry("changes.insert.public.t0", 2L)
        .containsEntry("changes.insert.other", 100L);
  }
}
