package io.walbeam.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.TableId;
import io.walbeam.postgres.PhysicalTable;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Kind;
import io.walbeam.sink.DumpEntry.Status;
import java.util.List;
import org.junit.jupiter.api.Test;

class DumpProgressTest {
  private static final TableId TABLE = new TableId("public", "t");

  private final DumpProgress progress =
      new DumpProgress(
          DumpQueueTest.context(new DumpQueue(3, 1)),
          DumpEntry.requested(
              new DumpEntry.Order(
                  "slot", new DumpEntry.Point(3, 10, 0, 0), TABLE, Kind.INITIAL, "{}")));

  @Test
  void aDumpThatIsFinishedOrTruncatedSaysWhatItCovered() throws Exception {
    begin();
    assertThat(progress.end(Status.FINISHED, "").resume()).isEqualTo("covered=7,9");
    begin();
    assertThat(progress.end(Status.SUPERSEDED, "").resume()).isEqualTo("covered=7,9");
  }

  @Test
  void aDumpThatEndsForAnotherReasonCoversNothing() throws Exception {
    begin();
    assertThat(progress.end(Status.SUPERSEDED, "It was let go.").resume()).isEmpty();
    begin();
    assertThat(progress.end(Status.FAILED, "No grant.").resume()).isEmpty();
  }

  @Test
  void aTruncationBeforeTheTableWasLookedAtCoversNothing() throws Exception {
    assertThat(progress.end(Status.SUPERSEDED, "").resume()).isEmpty();
  }

  private void begin() throws InterruptedException {
    progress.covers(List.of(leaf(7), leaf(9)));
    progress.startOver();
    progress.begin(1);
  }

  private static PhysicalTable leaf(long oid) {
    return new PhysicalTable(oid, new TableId("public", "t_" + oid), true, oid, 1, 1);
  }
}
