package io.walbeam.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.TableId;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Kind;
import io.walbeam.sink.DumpEntry.Status;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class HandoverTest {
  private final Handover handover = new Handover(Duration.ofNanos(100), 1_000);

  @Test
  void aPurgeOfATableThatAnotherProcessWasDumpingWaitsForWhatThatHadSent() {
    handover.found(List.of(entry("a").started(1, "process 7"), entry("b")));
    for (String table : List.of("a", "b")) {
      assertThat(handover.isOver(table(table), 1_099)).as(table).isFalse();
      assertThat(handover.isOver(table(table), 1_100)).as(table).isTrue();
    }
  }

  @Test
  void nobodyWaitsForOtherTablesAndForDumpsThatHadEnded() {
    handover.found(List.of(entry("a").over(Status.FINISHED, 1, "")));
    assertThat(handover.isOver(table("a"), 1_000)).isTrue();
    assertThat(handover.isOver(table("never dumped"), 1_000)).isTrue();
  }

  private static TableId table(String name) {
    return new TableId("public", name);
  }

  private static DumpEntry entry(String table) {
    return DumpEntry.requested(
        new DumpEntry.Order(
            "s", new DumpEntry.Point(0, 1, 1, 0), table(table), Kind.REQUEST, "{}"));
  }
}
