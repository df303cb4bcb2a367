package io.walbeam.dump;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.Operation;
import io.walbeam.change.Tuple;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import io.walbeam.row.RowBuffer;
import io.walbeam.row.RowMeta;
import io.walbeam.row.RowRejectedException;
import io.walbeam.row.TableMapping;
import io.walbeam.sink.OutdatedRows;
import io.walbeam.sink.RejectedRow;
import io.walbeam.sink.Stalls;
import io.walbeam.sink.TableSink;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Deletes the rows of a destination table that are older than a position.
 *
 * <p>A key is deleted by a row that is itself older than everything that may stay, so a query that
 * shows old data can never cost a newer row. Old data can hide a row, though: so every query waits
 * until it shows what was acknowledged before it, and is repeated until nothing is left: once,
 * unless old data hid something. The keys of one answer come in pages, so that millions need no
 * memory. Thread-safe.
 */
final class Purge {
  /** Between two looks whether changes show, milliseconds: each is a query that is paid for. */
  private static final long APPLY_PAUSE = 2_000;

  private final OutdatedRows outdated;
  private final TableSink tables;
  private final Stalls stalls;

  Purge(OutdatedRows outdated, TableSink tables, Stalls stalls) {
    this.outdated = outdated;
    this.tables = tables;
    this.stalls = stalls;
  }

  /**
   * One purge.
   *
   * @param below rows at a lower position go
   * @param at position of their deletes, at most {@code below}
   * @param commitMicros of the transaction that is the reason
   * @param operation what is the reason
   * @param limit most rows to delete; with more, none are
   */
  record Order(
      TableMapping mapping,
      ChangePosition below,
      ChangePosition at,
      long commitMicros,
      Operation operation,
      long limit) {}

  /**
   * Deletes until no such row is left.
   *
   * @return rows deleted
   * @throws WalbeamException of kind OPERATOR if there are more than the limit
   */
  long run(Order order) throws InterruptedException {
    DestinationTable table = order.mapping().destination();
    if (!outdated.existedBefore(table, Long.MAX_VALUE)) {
      return 0;
    }
    long deleted = 0;
    while (true) {
      awaitVisible(table, outdated.nowMicros());
      long left = outdated.count(table, order.below());
      if (left == 0) {
        return deleted;
      }
      if (deleted == 0 && left > order.limit()) {
        throw new WalbeamException(
            FailureKind.OPERATOR,
            "Table "
                + table.name()
                + " has "
                + left
                + " rows to delete, more than --truncateLimit allows.",
            "Raise --truncateLimit and ask for a dump of the table, which deletes them; or delete"
                + " them by hand.");
      }
      long[] found = new long[1];
      outdated.keys(
          table,
          order.below(),
          keys -> {
            delete(order, keys);
            found[0] += keys.size();
          });
      deleted += found[0];
    }
  }

  private void awaitVisible(DestinationTable table, long micros) throws InterruptedException {
    if (outdated.showsChangesUntil(table, micros)) {
      return;
    }
    Stalls.Ongoing stall =
        stalls.begin(
            table.name(),
            "outdated rows are deleted once "
                + tables.place()
                + " has applied what was written before. This passes by itself.");
    try {
      do {
        Thread.sleep(APPLY_PAUSE);
      } while (!outdated.showsChangesUntil(table, micros));
    } finally {
      stall.close();
    }
  }

  /** Deletes rows of these keys that are at a lower position than their deletes. */
  void delete(Order order, List<List<String>> keys) throws InterruptedException {
    ChangePosition at = order.at();
    RowMeta meta =
        new RowMeta()
            .transaction(at.epoch(), at.commitLsn(), order.commitMicros(), 0)
            .change(at.changeLsn(), at.n(), order.operation());
    RowBuffer buffer = new RowBuffer();
    List<EncodedRow> rows = new ArrayList<>();
    for (List<String> key : keys) {
      try {
        rows.add(order.mapping().encodeDelete(tuple(order.mapping(), key), meta, buffer));
      } catch (RowRejectedException e) {
        throw new WalbeamException(
            FailureKind.OPERATOR,
            "A row of table "
                + order.mapping().destination().name()
                + " has a key that PostgreSQL cannot have had: "
                + e.refusal().errorClass().label()
                + ".",
            "Delete the row by hand.",
            e);
      }
    }
    if (rows.isEmpty()) {
      return;
    }
    List<RejectedRow> rejected = tables.write(order.mapping().destination(), rows);
    LetGoException.throwIf(rejected, order.mapping().destination().name());
    if (!rejected.isEmpty()) {
      throw new WalbeamException(
          FailureKind.OPERATOR,
          tables.place()
              + " refuses to delete a row of table "
              + order.mapping().destination().name()
              + ": "
              + rejected.get(0).refusal().message(),
          rejected.get(0).refusal().remedy());
    }
  }

  /** The key as a tuple that has nothing else. */
  private static Tuple tuple(TableMapping mapping, List<String> key) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    List<byte[]> texts = key.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
    texts.forEach(bytes::writeBytes);
    Tuple tuple = new Tuple();
    tuple.reset(bytes.toByteArray());
    int next = 0;
    int offset = 0;
    for (int i = 0; i < mapping.relation().columns().size(); i++) {
      if (mapping.key().positions().contains(i)) {
        tuple.addText(offset, texts.get(next).length);
        offset += texts.get(next++).length;
      } else {
        tuple.add(Tuple.Kind.ABSENT);
      }
    }
    return tuple;
  }
}
