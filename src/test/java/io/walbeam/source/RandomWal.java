package io.walbeam.source;

import io.walbeam.batch.BatchContents;
import io.walbeam.batch.ScriptedStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A write-ahead log as PostgreSQL writes it, and what its plugin makes of it.
 *
 * <p>Transactions run side by side, and each record has a position of its own: only the rows of one
 * multi-insert share one. A commit record may begin where the one before it ended. A transaction is
 * sent when it commits, its records in the order of their positions.
 */
final class RandomWal {
  /** The relation of every change but a truncation. */
  static final int RELATION = 1;

  private static final int OTHER = 2;
  private static final int MOST_TRANSACTIONS = 8;

  /** A record of an open transaction, one message or those of a multi-insert. */
  private record WalRecord(long lsn, List<ScriptedStream.Message> messages) {}

  private final Random random;
  private final ScriptedStream stream = new ScriptedStream();
  private final List<BatchContents.Change> changes = new ArrayList<>();
  private long end = 1_000;
  private boolean described;
  private int rows;

  RandomWal(Random random) {
    this.random = random;
    List<List<WalRecord>> open = new ArrayList<>();
    int begun = 0;
    int transactions = 1 + random.nextInt(MOST_TRANSACTIONS);
    while (begun < transactions || !open.isEmpty()) {
      int action = random.nextInt(6);
      if (begun < transactions && (open.isEmpty() || action == 0)) {
        open.add(new ArrayList<>());
        begun++;
      } else if (action <= 3) {
        open.get(random.nextInt(open.size())).add(change());
      } else {
        commit(open.remove(random.nextInt(open.size())));
      }
    }
  }

  /** What the plugin sends. */
  ScriptedStream stream() {
    return stream;
  }

  /** Every change in the order of the stream, at its place. */
  List<BatchContents.Change> changes() {
    return changes;
  }

  private WalRecord change() {
    long lsn = advance();
    ScriptedStream one = new ScriptedStream();
    switch (random.nextInt(8)) {
      case 0 -> one.truncate(lsn, RELATION, OTHER);
      case 1 -> one.message(lsn, true, "app", "context " + rows++);
      case 2 -> one.oversize(lsn, RELATION, "k" + rows++);
      case 3, 4 -> {
        int count = 2 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
          one.insert(lsn, RELATION, "k" + rows++, "value");
        }
      }
      default -> one.insert(lsn, RELATION, "k" + rows++, "value");
    }
    return new WalRecord(lsn, one.messages());
  }

  private void commit(List<WalRecord> records) {
    long commit = advance();
    stream.begin(records.isEmpty() ? commit : records.get(0).lsn(), commit);
    if (!described || random.nextInt(5) == 0) {
      stream.type(99).relation(RELATION, "a").relation(OTHER, "b");
      described = true;
    }
    for (WalRecord each : records) {
      for (int i = 0; i < each.messages().size(); i++) {
        byte[] payload = each.messages().get(i).payload();
        stream.messages().add(each.messages().get(i));
        changes.add(
            new BatchContents.Change(
                commit,
                each.lsn(),
                i,
                (char) payload[0],
                new String(payload, StandardCharsets.ISO_8859_1)));
      }
    }
    stream.commit(commit, end);
  }

  /** Where the next record begins; others, of nobody's interest, may stand before it. */
  private long advance() {
    long lsn = random.nextInt(3) == 0 ? end + 8L * random.nextInt(20) : end;
    end = lsn + 24 + 8L * random.nextInt(10);
    return lsn;
  }
}
