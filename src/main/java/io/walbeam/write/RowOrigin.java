package io.walbeam.write;

import io.walbeam.batch.BatchReader;
import io.walbeam.change.ChangePosition;
import io.walbeam.change.ColumnValue;
import io.walbeam.change.CommittedTransaction;
import io.walbeam.change.Operation;
import io.walbeam.change.Tuple;
import io.walbeam.row.Route;
import io.walbeam.row.RowMeta;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a row came from: enough to write a dead letter for it later.
 *
 * @param messages holds the message
 * @param entry offset of the message's payload in {@code messages}
 * @param length bytes of the payload
 * @param changeLsn see {@link ChangePosition}, as for {@code n}
 * @param incomplete the row, if it has columns whose value the stream did not carry: it is encoded
 *     once they are looked up; else null
 */
public record RowOrigin(
    byte[] messages,
    int entry,
    int length,
    Route route,
    Operation operation,
    CommittedTransaction transaction,
    long changeLsn,
    long n,
    @Nullable Tuple incomplete) {
  /** Where the mutation comes from that is being decoded. */
  static RowOrigin of(BatchReader reader, Route route, RowMeta meta, @Nullable Tuple incomplete) {
    return new RowOrigin(
        reader.batch().messages(),
        reader.payload(),
        reader.payloadLength(),
        route,
        meta.operation(),
        meta.transaction(),
        meta.changeLsn(),
        meta.n(),
        incomplete);
  }

  /** The same without the messages around its own. */
  RowOrigin detached() {
    return new RowOrigin(
        Arrays.copyOfRange(messages, entry, entry + length),
        0,
        length,
        route,
        operation,
        transaction,
        changeLsn,
        n,
        incomplete);
  }

  /** The same with these values, by column, of the row that is incomplete. */
  RowOrigin with(Map<Integer, ColumnValue> values) {
    return new RowOrigin(
        messages,
        entry,
        length,
        route,
        operation,
        transaction,
        changeLsn,
        n,
        Objects.requireNonNull(incomplete).copy(values));
  }

  /** What a row of this origin begins with. */
  RowMeta meta() {
    return new RowMeta().transaction(transaction).change(changeLsn, n, operation);
  }

  /**
   * Its place in the order of all changes; made anew by each call, as few rows are asked for it.
   */
  public ChangePosition position() {
    return transaction.at(changeLsn, n);
  }
}
