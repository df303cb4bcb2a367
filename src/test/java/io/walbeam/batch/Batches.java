package io.walbeam.batch;

import io.walbeam.change.ColumnValue;
import io.walbeam.change.Interval;
import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.StreamPosition;
import io.walbeam.change.TableId;
import io.walbeam.postgres.pgoutput.MessageHeader;
import io.walbeam.postgres.pgoutput.PgOutputEncoder;
import java.util.List;

/** Builds batches message by message, damaged ones too. */
public final class Batches {
  public static final ReaderIdentity READER = new ReaderIdentity(0, "7000000000000000001", 1, 1, 1);

  /** {@code id int8 primary key, name text}, identity DEFAULT. */
  public static final Relation PEOPLE =
      new Relation(
          16_400,
          new TableId("public", "people"),
          ReplicaIdentity.DEFAULT,
          List.of(
              new RelationColumn("id", 20, -1, true), new RelationColumn("name", 25, -1, false)));

  private final BatchBuffer buffer = new BatchBuffer();

  /** Appends any message, whatever it is. */
  public Batches add(long lsn, byte[] message) {
    buffer.append(lsn, message, 0, message.length);
    if (message.length > 0 && MessageHeader.countsAsChange(message[0])) {
      buffer.countChange(0);
    }
    return this;
  }

  public Batches begin(long commitLsn) {
    return add(commitLsn - 50, PgOutputEncoder.begin(commitLsn, 1_000, 77));
  }

  public Batches commit(long commitLsn) {
    return add(commitLsn + 8, PgOutputEncoder.commit(commitLsn, commitLsn + 8, 1_000));
  }

  public Batches relation(Relation relation) {
    return add(0, PgOutputEncoder.relation(relation));
  }

  public Batches insert(long lsn, String id, String name) {
    return add(lsn, PgOutputEncoder.insert(PEOPLE.id(), row(id, name)));
  }

  public static List<ColumnValue> row(String id, String name) {
    return List.of(new ColumnValue.Text(id), new ColumnValue.Text(name));
  }

  public ChangeBatch batch(long from, long to) {
    return batch(from, to, 0);
  }

  public ChangeBatch batch(long from, long to, int firstIndex) {
    return batch(READER, from, to, firstIndex);
  }

  public ChangeBatch batch(ReaderIdentity reader, long from, long to, int firstIndex) {
    int changes = buffer.changes();
    int length = buffer.length();
    return new ChangeBatch(
        reader,
        false,
        new Interval(StreamPosition.at(from), StreamPosition.at(to)),
        to,
        1_000,
        firstIndex,
        changes,
        buffer.take(),
        length);
  }
}
