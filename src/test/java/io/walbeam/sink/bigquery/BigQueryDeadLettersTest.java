package io.walbeam.sink.bigquery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.deadletter.DeadLetter;
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import io.walbeam.sink.RejectedRow;
import io.walbeam.sink.TableSink;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class BigQueryDeadLettersTest {
  /** Rejects what the script says, call by call. */
  private static final class ScriptedSink implements TableSink {
    final Deque<List<Integer>> script = new ArrayDeque<>();
    final List<List<Integer>> sizes = new ArrayList<>();

    @Override
    public List<RejectedRow> write(DestinationTable table, List<EncodedRow> rows) {
      sizes.add(rows.stream().map(EncodedRow::length).toList());
      List<Integer> rejected = script.isEmpty() ? List.of() : script.removeFirst();
      return rejected.stream().map(index -> new RejectedRow(index, Rows.REFUSAL)).toList();
    }

    @Override
    public void close() {}
  }

  private final ScriptedSink sink = new ScriptedSink();
  private final BigQueryDeadLetters deadLetters = new BigQueryDeadLetters(sink, "dead");

  @Test
  void onlyTheRefusedOnesAreWrittenAgainWithLess() throws Exception {
    sink.script.add(List.of(1));

    deadLetters.write(List.of(letter(100), letter(5000), letter(100)));

    assertThat(sink.sizes).hasSize(2);
    assertThat(sink.sizes.get(1)).hasSize(1);
    assertThat(sink.sizes.get(1).get(0)).isLessThan(1000);
  }

  @Test
  void theKeyGoesLast() throws Exception {
    sink.script.add(List.of(0, 1));
    sink.script.add(List.of(1));

    deadLetters.write(List.of(letter(10), letter(20)));

    assertThat(sink.sizes).extracting(List::size).containsExactly(2, 2, 1);
  }

  @Test
  void aDeadLetterThatIsRefusedAltogetherIsNotLostSilently() {
    sink.script.add(List.of(0));
    sink.script.add(List.of(0));
    sink.script.add(List.of(0));

    assertThatThrownBy(() -> deadLetters.write(List.of(letter(10))))
        .isInstanceOf(WalbeamException.class)
        .hasMessageContaining("dead");
  }

  private static DeadLetter letter(int rowLength) {
    return BigQuerySinkStandInIT.deadLetter("x".repeat(rowLength));
  }
}
