package io.walbeam.sink.bigquery;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.services.bigquery.model.Table;
import io.walbeam.row.DestinationType;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class OutdatedRowsTest {
  @Test
  void theStalenessThatWeSetIsRead() {
    for (String text : new String[] {"PT10M", "PT3S", "PT24H", "PT1H2M3S"}) {
      Duration duration = Duration.parse(text);
      Table table = new Table().setMaxStaleness(TableDefinitions.interval(duration));
      // A second more, for fractions that are left out.
      assertThat(BigQueryOutdatedRows.staleness(table)).hasValue(duration.plusSeconds(1));
    }
  }

  @Test
  void aTableWithoutStalenessAnswersWithWhatIsThere() {
    assertThat(BigQueryOutdatedRows.staleness(new Table())).hasValue(Duration.ZERO);
  }

  @Test
  void anUnknownFormLeavesTheWatermarkAlone() {
    Table table = new Table().setMaxStaleness("1-2 3 4:5:6");
    assertThat(BigQueryOutdatedRows.staleness(table)).isEmpty();
  }

  @Test
  void keysComeBackAsPostgresWritesThem() {
    assertThat(BigQueryOutdatedRows.text("true", DestinationType.BOOL)).isEqualTo("t");
    assertThat(BigQueryOutdatedRows.text("AAH/", DestinationType.BYTES)).isEqualTo("\\x0001ff");
    assertThat(BigQueryOutdatedRows.text("1767225600000001", DestinationType.TIMESTAMP))
        .isEqualTo("2026-01-01 00:00:00.000001+00");
    assertThat(BigQueryOutdatedRows.text("2026-01-01T10:11:12.5", DestinationType.DATETIME))
        .isEqualTo("2026-01-01 10:11:12.5");
  }
}
