package io.walbeam.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.TableId;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Status;
import org.junit.jupiter.api.Test;

class TruncationEntryTest {
  private static final TableId TABLE = new TableId("public", "Weird \"Name\"");

  private static Truncation truncation(long changeLsn) {
    return new Truncation(TABLE, new ChangePosition(3, 900, changeLsn, 2), 4711, 1_000_000);
  }

  @Test
  void theLedgerGivesBackTheTruncationThatItWasGiven() {
    assertThat(TruncationEntry.read(TruncationEntry.of("slot", truncation(-5))))
        .isEqualTo(truncation(-5));
  }

  @Test
  void aTableThatOneTransactionTruncatesTwiceHasTwoEntries() {
    LedgerEntries entries = new LedgerEntries(3);
    entries.learn(TruncationEntry.of("slot", truncation(700)));
    entries.learn(TruncationEntry.of("slot", truncation(800)));
    entries.learn(TruncationEntry.of("slot", truncation(800)));
    assertThat(entries.unfinishedTruncations())
        .extracting(entry -> entry.order().point().changeLsn())
        .containsExactly(700L, 800L);
  }

  @Test
  void whatIsOverIsNotBegunAgainWhenTheLedgerShowsAnOlderState() {
    LedgerEntries entries = new LedgerEntries(3);
    DumpEntry entry = TruncationEntry.of("slot", truncation(700));
    entries.learn(entry);
    entries.put(entry.over(Status.FINISHED, 1, ""));
    entries.learn(entry);
    assertThat(entries.unfinishedTruncations()).isEmpty();
    assertThat(new LedgerEntries(4).unfinishedTruncations()).isEmpty();
  }
}
