package io.walbeam.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.TableId;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Course;
import io.walbeam.sink.DumpEntry.Kind;
import io.walbeam.sink.DumpEntry.Status;
import java.util.List;
import org.junit.jupiter.api.Test;

class VanishedTablesTest {
  private static final String ALL = "{}";

  @Test
  void theLastFinishedDumpOfAWholeTableSaysThatItsDestinationWasThere() {
    DumpEntry first = entry("a", 10, Kind.INITIAL, Status.FINISHED, ALL, 5);
    DumpEntry second = entry("a", 20, Kind.REQUEST, Status.FINISHED, ALL, 7);
    DumpEntry other = entry("b", 5, Kind.INITIAL, Status.FINISHED, ALL, 1);

    assertThat(VanishedTables.lastDumps(List.of(second, first, other), 0))
        .containsExactly(second, other);
  }

  @Test
  void whatWroteNoRowsOrIsNotTheWholeTableOrHasNotEndedSaysNothing() {
    assertThat(
            VanishedTables.lastDumps(
                List.of(
                    entry("empty", 1, Kind.INITIAL, Status.FINISHED, ALL, 0),
                    entry("failed", 1, Kind.INITIAL, Status.FAILED, ALL, 5),
                    entry("superseded", 1, Kind.INITIAL, Status.SUPERSEDED, ALL, 5),
                    entry("truncated", 1, Kind.TRUNCATE, Status.FINISHED, ALL, 5),
                    entry("partly", 1, Kind.REQUEST, Status.FINISHED, part(), 5)),
                0))
        .isEmpty();
  }

  @Test
  void aTableThatIsBeingDumpedIsLeftAlone() {
    assertThat(
            VanishedTables.lastDumps(
                List.of(
                    entry("a", 1, Kind.INITIAL, Status.FINISHED, ALL, 5),
                    entry("a", 2, Kind.REQUEST, Status.RUNNING, ALL, 0)),
                0))
        .isEmpty();
  }

  @Test
  void anEarlierEpochSaysNothing() {
    assertThat(
            VanishedTables.lastDumps(
                List.of(entry("a", 1, Kind.INITIAL, Status.FINISHED, ALL, 5)), 1))
        .isEmpty();
  }

  private static String part() {
    return new DumpScope(List.of("1"), List.of(), List.of(), List.of(), "", false).toJson();
  }

  private static DumpEntry entry(
      String table, long lsn, Kind kind, Status status, String scope, long rows) {
    return new DumpEntry(
        new DumpEntry.Order(
            "s", new DumpEntry.Point(0, lsn, lsn, 0), new TableId("public", table), kind, scope),
        status,
        new Course(1, status.isOver() ? 2 : 0, 1, new DumpEntry.Sums(1, rows, 1), ""),
        "");
  }
}
