package io.walbeam.write;

import io.walbeam.change.ColumnValue;
import io.walbeam.change.Interval;
import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.StreamPosition;
import io.walbeam.change.TableId;
import io.walbeam.postgres.pgoutput.MessageHeader;
import io.walbeam.postgres.pgoutput.PgOutputEncoder;
import io.walbeam.source.ChangeBatch;
import io.walbeam.source.Origin;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Builds batches by hand, message by message. */
final class Batches {
  static final Origin ORIGIN = new Origin(0, "7000000000000000001", 1, 1, 1);

  /** {@code id int8 primary key, name text}, identity DEFAULT. */
  static final Relation PEOPLE =
      new Relation(
          16_400,
          new TableId("public", "people"),
          ReplicaIdentity.DEFAULT,
          List.of(
              new RelationColumn("id", 20, -1, true), new RelationColumn("name", 25, -1, false)));

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final DataOutputStream out = new DataOutputStream(bytes);
  private int changes;

  Batches add(long lsn, byte[] message) {
    try {
      out.writeLong(lsn);
      out.writeInt(message.length);
      out.write(message);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (MessageHeader.countsAsChange(message[0])) {
      changes++;
    }
    return this;
  }

  /** A message of no bytes, which no server sends. */
  Batches addEmpty(long lsn) {
    try {
      out.writeLong(lsn);
      out.writeInt(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  Batches begin(long commitLsn) {
    return add(commitLsn - 50, PgOutputEncoder.begin(commitLsn, 1_000, 77));
  }

  Batches commit(long commitLsn) {
    return add(commitLsn + 8, PgOutputEncoder.commit(commitLsn, commitLsn + 8, 1_000));
  }

  Batches relation(Relation relation) {
    return add(0, PgOutputEncoder.relation(relation));
  }

  Batches insert(long lsn, String id, String name) {
    return add(lsn, PgOutputEncoder.insert(PEOPLE.id(), row(id, name)));
  }

  static List<ColumnValue> row(String id, String name) {
    return List.of(new ColumnValue.Text(id), new ColumnValue.Text(name));
  }

  ChangeBatch batch(long from, long to) {
    return batch(from, to, 0);
  }

  ChangeBatch batch(long from, long to, int firstIndex) {
    return batch(ORIGIN, from, to, firstIndex);
  }

  ChangeBatch batch(Origin origin, long from, long to, int firstIndex) {
    return new ChangeBatch(
        origin,
        false,
        new Interval(StreamPosition.at(from), StreamPosition.at(to)),
        to,
        1_000,
        firstIndex,
        changes,
        bytes.toByteArray(),
        bytes.size());
  }
}
