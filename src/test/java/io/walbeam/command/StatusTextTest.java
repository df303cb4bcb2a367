package io.walbeam.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.TableId;
import io.walbeam.doctor.StatusFacts;
import io.walbeam.row.TableNameTemplate;
import io.walbeam.sink.DumpEntry;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StatusTextTest {
  private static final TableNameTemplate NAMES = TableNameTemplate.DEFAULT;

  private static final DumpEntry REQUESTED =
      DumpEntry.requested(
          new DumpEntry.Order(
              "s",
              new DumpEntry.Point(0, 5, 0, 0),
              new TableId("public", "t"),
              DumpEntry.Kind.INITIAL,
              "{}"));

  private static StatusFacts facts(DumpEntry dump) {
    return new StatusFacts(
        "s",
        Optional.empty(),
        Optional.empty(),
        List.of(dump),
        List.of(),
        List.of(),
        List.of(),
        0,
        List.of());
  }

  @Test
  void whoDumpsATableIsShown() {
    StatusFacts facts = facts(REQUESTED.started(0, "process 17 on worker-2"));
    assertThat(new StatusText(200, NAMES).text(facts))
        .contains("dump of public.t running: 0 of ? chunks, 0 rows; by process 17 on worker-2");
    assertThat(StatusText.json(facts, NAMES)).contains("\"owner\":\"process 17 on worker-2\"");
  }

  @Test
  void nothingIsSaidOfADumpThatNobodyHasNoted() {
    StatusFacts facts = facts(REQUESTED);
    assertThat(new StatusText(200, NAMES).text(facts))
        .contains("dump of public.t requested: 0 of ? chunks, 0 rows")
        .doesNotContain("by");
    assertThat(StatusText.json(facts, NAMES)).doesNotContain("owner");
  }
}
