package io.walbeam.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.TableId;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Course;
import io.walbeam.sink.DumpEntry.Kind;
import io.walbeam.sink.DumpEntry.Status;
import java.util.List;
import org.junit.jupiter.api.Test;

class NewTablesTest {
  private static final TableId TABLE = new TableId("public", "t");
  private static final long ASKED = 1_000;
  private static final long FAILED = 2_000;

  @Test
  void aDumpThatEndedWithoutSayingWhatItCoveredCoversNothing() {
    for (Status status : Status.values()) {
      assertThat(NewTables.isCovered(List.of(entry(status, 1, "{}", "")), 0))
          .as("%s", status)
          .isEqualTo(!status.isOver());
      assertThat(NewTables.isCovered(List.of(entry(status, 1, "{}", "covered=16384")), 0))
          .as("%s that says what it covered", status)
          .isTrue();
    }
    assertThat(NewTables.isCovered(List.of(entry(Status.SUPERSEDED, 1, "{}", "chunk=3")), 0))
        .as("how far it came is not what it covered")
        .isFalse();
  }

  @Test
  void anotherEpochAndAPartCoverNoTable() {
    assertThat(NewTables.isCovered(List.of(entry(Status.FINISHED, 1, "{}", "covered=1")), 1))
        .isFalse();
    for (String part :
        List.of("{\"keyFrom\":[\"1\"]}", "{\"keyTo\":[\"1\"]}", "{\"partitions\":[\"p\"]}")) {
      assertThat(NewTables.isCovered(List.of(entry(Status.FINISHED, 1, part, "covered=1")), 0))
          .as(part)
          .isFalse();
    }
  }

  @Test
  void aSupersededDumpCoversThePartitionsThatItNamesAndNoOther() {
    NewTables.Coverage truncated =
        NewTables.Coverage.of(List.of(entry(Status.SUPERSEDED, 1, "{}", "covered=7,9")), 0);
    assertThat(truncated.wasDumped()).isTrue();
    assertThat(truncated.partitions()).containsExactlyInAnyOrder(7L, 9L);

    NewTables.Coverage given =
        NewTables.Coverage.of(
            List.of(
                entry(Status.FINISHED, 1, "{}", "covered=7"),
                entry(Status.SUPERSEDED, 2, "{\"partitions\":[\"p\"]}", ""),
                entry(Status.REQUESTED, 3, "{\"partitions\":[\"q\"]}", "")),
            0);
    assertThat(given.partitions()).containsExactly(7L);
    assertThat(given.pending()).containsExactly("q");
    assertThat(NewTables.Coverage.of(List.of(entry(Status.SUPERSEDED, 1, "{}", "")), 0).wasDumped())
        .isFalse();
  }

  @Test
  void aDumpOfSomeKeysCoversNoPartition() {
    assertThat(
            NewTables.Coverage.of(
                    List.of(
                        entry(Status.FINISHED, 1, "{}", "covered=7"),
                        entry(Status.FINISHED, 2, "{\"keys\":[[\"1\"]]}", "covered=7,9"),
                        entry(Status.FINISHED, 3, "{\"keyFrom\":[\"1\"]}", "covered=7,9")),
                    0)
                .partitions())
        .containsExactly(7L);
  }

  private static DumpEntry entry(Status status, long request, String scope, String resume) {
    return new DumpEntry(
        new DumpEntry.Order("s", new DumpEntry.Point(0, request, 1, 0), TABLE, Kind.INITIAL, scope),
        status,
        new Course(ASKED, FAILED, 1, new DumpEntry.Sums(0, 0, 0), resume),
        "");
  }
}
