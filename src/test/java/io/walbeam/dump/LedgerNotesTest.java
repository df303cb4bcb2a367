package io.walbeam.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.change.TableId;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Status;
import io.walbeam.sink.DumpLedger;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LedgerNotesTest {
  private final List<List<DumpEntry>> writes = new ArrayList<>();
  private final List<Long> versions = new ArrayList<>();
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch go = new CountDownLatch(1);
  private int failures;

  private final class Ledger implements DumpLedger {
    @Override
    public String name() {
      return "ledger";
    }

    @Override
    public List<DumpEntry> read(String slot) {
      return List.of();
    }

    /** One at a time, as the notes are written. */
    @Override
    public void write(List<DumpEntry> entries, long version) throws InterruptedException {
      begun.countDown();
      go.await();
      if (failures-- > 0) {
        throw new WalbeamException(FailureKind.OPERATOR, "No.", "Mend it.");
      }
      writes.add(entries);
      versions.add(version);
    }
  }

  private final LedgerNotes notes = new LedgerNotes(new Ledger(), new AtomicLong());

  private static DumpEntry entry(int table) {
    return DumpEntry.requested(
        new DumpEntry.Order(
            "slot",
            new DumpEntry.Point(0, 10, 0, 0),
            new TableId("public", "t" + table),
            DumpEntry.Kind.INITIAL,
            "{}"));
  }

  @Test
  void whatComesWhileOthersAreWrittenGoesOutTogether() throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      List<Future<?>> all = new ArrayList<>();
      long first = notes.add(entry(0));
      all.add(threads.submit(() -> await(first)));
      begun.await();
      for (int i = 1; i <= 100; i++) {
        long note = notes.add(entry(i));
        all.add(threads.submit(() -> await(note)));
      }
      go.countDown();
      for (Future<?> one : all) {
        one.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(writes).hasSize(2);
    assertThat(writes.get(1)).hasSize(100);
    assertThat(versions).isSorted();
  }

  private Void await(long note) throws InterruptedException {
    notes.await(note);
    return null;
  }

  @Test
  void ofOneEntryTheLastStateIsWritten() throws Exception {
    go.countDown();
    long early = notes.add(entry(1).started(1, "x"));
    DumpEntry last = entry(1).over(Status.FINISHED, 2, "");
    long late = notes.add(last);
    notes.await(early);
    notes.await(late);
    assertThat(writes).containsExactly(List.of(last));
  }

  @Test
  void aNoteThatIsRefusedIsNotTakenForWritten() throws Exception {
    go.countDown();
    failures = 1;
    long one = notes.add(entry(1));
    assertThatThrownBy(() -> notes.await(one)).isInstanceOf(WalbeamException.class);
    DumpEntry newer = entry(1).started(1, "x");
    notes.add(newer);
    long other = notes.add(entry(2));
    notes.await(other);
    assertThat(writes).hasSize(1);
    assertThat(writes.get(0)).as("in its newest state").containsExactlyInAnyOrder(newer, entry(2));
  }
}
