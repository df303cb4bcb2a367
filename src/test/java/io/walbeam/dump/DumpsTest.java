package io.walbeam.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.TableId;
import io.walbeam.local.bench.KeyedEnds;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpLedger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What anybody who can log in may cost. */
class DumpsTest {
  private static final int FLOOD = 100_000;

  private final Counting ledger = new Counting();

  @Test
  void aFloodOfMalformedRequestsCostsNoWriteAndIsNotKept() throws Exception {
    try (Dumps dumps = dumps(DumpQueueTest.settings())) {
      dumps.record(
          IntStream.range(0, FLOOD).mapToObj(i -> asked(10, 10 + i, "{\"table\":[]}")).toList());
    }
    assertThat(ledger.writes).isEmpty();
  }

  @Test
  void requestsThatCameTogetherAreOneWrite() throws Exception {
    try (Dumps dumps = dumps(DumpQueueTest.settings())) {
      dumps.record(
          IntStream.range(0, 50).mapToObj(i -> asked(100 + i, 100 + i, table(i))).toList());
    }
    assertThat(ledger.writes).singleElement().satisfies(one -> assertThat(one).hasSize(50));
  }

  @Test
  void oneTransactionOfSomebodyElseAsksForAHundredTablesAtMostHoweverItComes() throws Exception {
    try (Dumps dumps = dumps(DumpQueueTest.settings())) {
      dumps.record(IntStream.range(0, 80).mapToObj(i -> asked(10, 10 + i, table(i))).toList());
      dumps.record(IntStream.range(80, 160).mapToObj(i -> asked(10, 10 + i, table(i))).toList());
      assertThat(ledger.writes.stream().mapToInt(List::size).sum()).isEqualTo(100);
      dumps.record(List.of(asked(1_000, 1_000, table(7))));
    }
    assertThat(ledger.writes.stream().mapToInt(List::size).sum())
        .as("the next transaction")
        .isEqualTo(101);
  }

  @Test
  void whereOnlyOwnRequestsCountThoseOfOthersCostNoWrite() throws Exception {
    DumpSettings any = DumpQueueTest.settings();
    DumpOptions options = any.options();
    DumpSettings own =
        new DumpSettings(
            any.replication(),
            any.tables(),
            any.run(),
            new DumpOptions(
                options.initial(),
                false,
                options.parallelism(),
                options.chunkRows(),
                options.standbyOrNull(),
                options.applyTruncations(),
                options.truncateLimit(),
                options.schemas()),
            any.pace());
    try (Dumps dumps = dumps(own)) {
      dumps.record(IntStream.range(0, 1_000).mapToObj(i -> asked(10, 10 + i, table(i))).toList());
      assertThat(ledger.writes).isEmpty();
      dumps.record(
          List.of(
              asked(
                  20,
                  20,
                  DumpRequest.own(List.of(new TableId("public", "t")), any.run().token()))));
    }
    assertThat(ledger.writes).hasSize(1);
  }

  private Dumps dumps(DumpSettings settings) {
    return new Dumps(settings, KeyedEnds.of(new PurgeTest.Deletes(), ledger));
  }

  private static String table(int number) {
    return DumpRequest.of(List.of(new TableId("public", "t" + number)), List.of(), List.of());
  }

  private static Dumps.Asked asked(long commitLsn, long lsn, String content) {
    return new Dumps.Asked(
        new ChangePosition(3, commitLsn, lsn, 0), 0, content.getBytes(StandardCharsets.UTF_8));
  }

  /** Keeps each write. */
  private static final class Counting implements DumpLedger {
    private final List<List<DumpEntry>> writes = new ArrayList<>();

    @Override
    public String name() {
      return "ledger";
    }

    @Override
    public List<DumpEntry> read(String slot) {
      return List.of();
    }

    @Override
    public void write(List<DumpEntry> entries, long version) {
      writes.add(List.copyOf(entries));
    }
  }
}
