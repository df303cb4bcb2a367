package io.walbeam.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.TableId;
import io.walbeam.failure.ScriptedPauses;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpLedger;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a person hears who waits for a table to be made anew. */
class ResyncCommandTest {
  private static final TableId ITEMS = new TableId("public", "items");
  private static final DumpEffect TABLES = new DumpEffect(true, "BigQuery", "table ledger");
  private static final DumpEffect MESSAGES = new DumpEffect(false, "Pub/Sub", "folder ledger");
  private static final String NOBODY = "No run has taken it up yet. Start one for slot s";

  private final ScriptedPauses pauses = new ScriptedPauses();
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  /** A run that takes the request up after some time, and ends its dump at once. */
  private final class Ledger implements DumpLedger {
    private final Duration taken;
    private final DumpEntry.Status end;

    Ledger(Duration taken, DumpEntry.Status end) {
      this.taken = taken;
      this.end = end;
    }

    @Override
    public String name() {
      return "ledger";
    }

    @Override
    public List<DumpEntry> read(String slot) {
      return pauses.passed().compareTo(taken) < 0 ? List.of() : List.of(answer().over(end, 1, ""));
    }

    private static DumpEntry answer() {
      return DumpEntry.requested(
          new DumpEntry.Order(
              "s",
              new DumpEntry.Point(0, 1, 1, 1),
              ITEMS,
              DumpEntry.Kind.REQUEST,
              "{\"asked\":\"me\"}"));
    }

    @Override
    public void write(List<DumpEntry> entries, long version) {
      throw new UnsupportedOperationException();
    }
  }

  private int follow(Duration taken, DumpEntry.Status end) throws InterruptedException {
    return follow(taken, end, TABLES);
  }

  private int follow(Duration taken, DumpEntry.Status end, DumpEffect effect)
      throws InterruptedException {
    try (PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
      return new ResyncCommand(new Ledger(taken, end), "s", new Lines(out, Folding.none()), pauses)
          .follow(new BackfillCommand.Asked("me", List.of(ITEMS), effect));
    }
  }

  private String printed() {
    return printed.toString(StandardCharsets.UTF_8);
  }

  @Test
  void thatNoRunHasTakenItUpIsSaidOnceAfterHalfAMinuteAndWaitedOn() throws Exception {
    assertThat(follow(Duration.ofMinutes(5), DumpEntry.Status.FINISHED)).isZero();
    assertThat(printed()).containsOnlyOnce(NOBODY).contains("public.items: made anew");
    assertThat(pauses.passed()).isGreaterThanOrEqualTo(Duration.ofMinutes(5));
  }

  @Test
  void aRunThatIsThereIsNotMissed() throws Exception {
    assertThat(follow(Duration.ofSeconds(25), DumpEntry.Status.FINISHED)).isZero();
    assertThat(printed()).doesNotContain(NOBODY);
  }

  @Test
  void aDumpThatWasGivenUpIsForAPerson() throws Exception {
    assertThat(follow(Duration.ZERO, DumpEntry.Status.FAILED)).isEqualTo(3);
    assertThat(printed()).contains("public.items: given up");
  }

  @Test
  void whereEachChangeStaysNothingIsMadeAnewAndNobodyHearsThatRowsGo() throws Exception {
    assertThat(follow(Duration.ZERO, DumpEntry.Status.FINISHED, MESSAGES)).isZero();
    assertThat(printed()).contains("public.items: written again").doesNotContain("anew");
    assertThat(TABLES.ofWhatIsGone()).isEqualTo("What is gone at the source goes too.");
    assertThat(MESSAGES.ofWhatIsGone())
        .contains("READ")
        .contains("nothing is deleted in Pub/Sub")
        .doesNotContain("goes too");
  }
}
