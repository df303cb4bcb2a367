package io.walbeam.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.walbeam.change.TableId;
import io.walbeam.change.TablePatterns;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Kind;
import io.walbeam.sink.DumpEntry.Status;
import io.walbeam.sink.SlotState;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FinishedJobTest {
  private static final TablePatterns TABLES = TablePatterns.parse("public.*", "");

  private static void verify(long recorded, long confirmed, DumpEntry... ledger) {
    FinishedJob.verify(
        "s",
        TABLES,
        Optional.of(new SlotState("s", 0, "1", 1, recorded, 0, "i", 0)),
        List.of(ledger),
        () -> confirmed);
  }

  private static DumpEntry entry(String schema, Kind kind, Status status, String scope) {
    return new DumpEntry(
        new DumpEntry.Order(
            "s", new DumpEntry.Point(0, 1, 1, 0), new TableId(schema, "t"), kind, scope),
        status,
        DumpEntry.Course.NONE,
        "No grant. Grant it.");
  }

  @Test
  void aSlotThatStandsWhereEverythingIsWrittenIsTheEnd() {
    verify(100, 100);
    verify(100, 101, entry("public", Kind.INITIAL, Status.FINISHED, "{}"));
  }

  @Test
  void aSlotThatWasToldLessIsNotTheEndHoweverHighPositionsAre() {
    assertThatThrownBy(() -> verify(100, 99))
        .isInstanceOf(WalbeamException.class)
        .hasMessageContaining("0/64")
        .hasMessageContaining("0/63");
    assertThatThrownBy(() -> verify(0x8000_0000_0000_0000L, 0x7fff_ffff_ffff_ffffL))
        .as("positions have no sign")
        .isInstanceOf(WalbeamException.class);
  }

  @Test
  void beforeAnythingWasConfirmedTheSlotIsNotAsked() {
    AtomicInteger asked = new AtomicInteger();
    FinishedJob.verify("s", TABLES, Optional.empty(), List.of(), asked::incrementAndGet);
    assertThat(asked).hasValue(0);
  }

  @Test
  void aTableThatWasLetGoIsNoGoodEndUntilItHasComeBack() {
    DumpEntry open =
        entry("public", Kind.LET_GO, Status.REQUESTED, "{\"changes\":1200,\"whole\":false}");
    WalbeamException failure =
        catchThrowableOfType(WalbeamException.class, () -> verify(100, 100, open));
    assertThat(failure.kind()).isEqualTo(FailureKind.OPERATOR);
    assertThat(failure)
        .hasMessage(
            "Everything else is written and confirmed to slot s, but 1,200 changes are missing in"
                + " what was let go: public.t.");
    assertThat(failure.remedy()).startsWith("No grant. Grant it. Then start again");
    verify(100, 100, entry("public", Kind.LET_GO, Status.SUPERSEDED, "{}"));
  }

  @Test
  void whatAnotherJobLetGoIsNotThisOnesEnd() {
    verify(100, 100, entry("other", Kind.LET_GO, Status.REQUESTED, "{}"));
  }
}
