package io.walbeam.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.TableId;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Course;
import io.walbeam.sink.DumpEntry.Kind;
import io.walbeam.sink.DumpEntry.Status;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class NewTablesTest {
  private static final TableId TABLE = new TableId("public", "t");
  private static final long ASKED = 1_000;
  private static final long FAILED = 2_000;
  private static final long TEN_MINUTES = Duration.ofMinutes(10).toNanos() / 1_000;

  @Test
  void aDumpThatFailedIsAskedForAgainAfterAWhile() {
    List<DumpEntry> known = List.of(entry(Status.FAILED));

    assertThat(NewTables.isDueAgain(TABLE, known, ASKED, FAILED + TEN_MINUTES)).isTrue();
    assertThat(NewTables.isDueAgain(TABLE, known, ASKED, FAILED + TEN_MINUTES - 1)).isFalse();
  }

  @Test
  void aDumpThatWasAskedForSinceIsWaitedFor() {
    assertThat(
            NewTables.isDueAgain(
                TABLE, List.of(entry(Status.FAILED)), FAILED + 1, FAILED + 2 * TEN_MINUTES))
        .isFalse();
  }

  @Test
  void anotherTableOrAnotherEndIsNoReason() {
    assertThat(
            NewTables.isDueAgain(
                new TableId("public", "other"),
                List.of(entry(Status.FAILED)),
                ASKED,
                FAILED + TEN_MINUTES))
        .isFalse();
    assertThat(
            NewTables.isDueAgain(
                TABLE, List.of(entry(Status.SUPERSEDED)), ASKED, FAILED + TEN_MINUTES))
        .isFalse();
  }

  private static DumpEntry entry(Status status) {
    return new DumpEntry(
        new DumpEntry.Order("s", new DumpEntry.Point(0, 1, 1, 0), TABLE, Kind.INITIAL, "{}"),
        status,
        new Course(ASKED, FAILED, 1, new DumpEntry.Sums(0, 0, 0), ""),
        "");
  }
}
