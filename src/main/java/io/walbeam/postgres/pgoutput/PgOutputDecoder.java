package io.walbeam.postgres.pgoutput;

import io.walbeam.change.OldImage;
import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.TableId;
import io.walbeam.change.Tuple;
import io.walbeam.change.TypeName;
import io.walbeam.postgres.pgoutput.PgOutputMessage.Begin;
import io.walbeam.postgres.pgoutput.PgOutputMessage.Commit;
import io.walbeam.postgres.pgoutput.PgOutputMessage.LogicalMessage;
import io.walbeam.postgres.pgoutput.PgOutputMessage.Origin;
import io.walbeam.postgres.pgoutput.PgOutputMessage.RelationDescribed;
import io.walbeam.postgres.pgoutput.PgOutputMessage.Truncate;
import io.walbeam.postgres.pgoutput.PgOutputMessage.TypeDescribed;
import java.util.ArrayList;
import java.util.List;

/**
 * Decodes pgoutput messages of protocol version 1, text format, streaming off.
 *
 * <p>A row change costs no object: its columns are views over the message. A message is either
 * handed over whole or refused; the handler is called only after the last byte was checked. Holds
 * no state between messages. Not thread-safe.
 *
 * <p>Layouts: PostgreSQL documentation, "Logical Replication Message Formats".
 */
public final class PgOutputDecoder {
  private static final byte IDENTITY_COLUMN = 1;
  private static final byte TRANSACTIONAL = 1;
  private static final byte TRUNCATE_CASCADE = 1;
  private static final byte TRUNCATE_RESTART_IDENTITY = 2;

  private final MessageReader reader = new MessageReader();
  private final Tuple oldRow = new Tuple();
  private final Tuple newRow = new Tuple();

  /**
   * Decodes the message {@code bytes[offset, offset + length)} and calls {@code handler} once.
   *
   * @throws MalformedMessageException if the bytes are not exactly one message; the handler was not
   *     called
   */
  public void decode(byte[] bytes, int offset, int length, PgOutputHandler handler) {
    reader.reset(bytes, offset, length);
    byte type = reader.readByte();
    switch (type) {
      case MessageHeader.INSERT -> insert(handler);
      case MessageHeader.UPDATE -> update(handler);
      case MessageHeader.DELETE -> delete(handler);
      case MessageHeader.BEGIN -> handler.begin(begin());
      case MessageHeader.COMMIT -> handler.commit(commit());
      case MessageHeader.RELATION -> handler.relation(relation());
      case MessageHeader.TYPE -> handler.type(type());
      case MessageHeader.TRUNCATE -> handler.truncate(truncate());
      case MessageHeader.MESSAGE -> handler.message(message());
      case MessageHeader.ORIGIN -> handler.origin(origin());
      default -> throw reader.malformed("the type is unknown");
    }
  }

  /**
   * The relation that a Relation message describes.
   *
   * @throws MalformedMessageException if the bytes are not exactly one such message
   */
  public Relation relation(byte[] bytes, int offset, int length) {
    reader.reset(bytes, offset, length);
    if (reader.readByte() != MessageHeader.RELATION) {
      throw reader.malformed("it describes no relation");
    }
    return relation().relation();
  }

  /**
   * The type that a Type message names.
   *
   * @throws MalformedMessageException if the bytes are not exactly one such message
   */
  public TypeName type(byte[] bytes, int offset, int length) {
    reader.reset(bytes, offset, length);
    if (reader.readByte() != MessageHeader.TYPE) {
      throw reader.malformed("it names no type");
    }
    return type().type();
  }

  private void insert(PgOutputHandler handler) {
    int relationId = reader.readInt32();
    if (reader.readByte() != 'N') {
      throw reader.malformed("an insert carries a new row only");
    }
    readTuple(newRow);
    reader.expectEnd();
    handler.insert(relationId, newRow);
  }

  private void update(PgOutputHandler handler) {
    int relationId = reader.readInt32();
    byte kind = reader.readByte();
    OldImage oldImage = OldImage.NONE;
    oldRow.reset(reader.bytes());
    if (kind != 'N') {
      oldImage = oldImage(kind);
      readTuple(oldRow);
      kind = reader.readByte();
    }
    if (kind != 'N') {
      throw reader.malformed("an update carries a new row last");
    }
    readTuple(newRow);
    reader.expectEnd();
    handler.update(relationId, oldImage, oldRow, newRow);
  }

  private void delete(PgOutputHandler handler) {
    int relationId = reader.readInt32();
    OldImage oldImage = oldImage(reader.readByte());
    readTuple(oldRow);
    reader.expectEnd();
    handler.delete(relationId, oldImage, oldRow);
  }

  private OldImage oldImage(byte kind) {
    return switch (kind) {
      case 'K' -> OldImage.KEY;
      case 'O' -> OldImage.FULL;
      default -> throw reader.malformed("the kind of the old row is unknown");
    };
  }

  private void readTuple(Tuple tuple) {
    tuple.reset(reader.bytes());
    int columns = reader.readUnsignedInt16();
    for (int i = 0; i < columns; i++) {
      switch (reader.readByte()) {
        case 't' -> {
          int length = reader.readLength();
          tuple.addText(reader.take(length), length);
        }
        case 'n' -> tuple.add(Tuple.Kind.NULL);
        case 'u' -> tuple.add(Tuple.Kind.UNCHANGED);
        case 'b' ->
            throw reader.malformed(
                "a column is in binary format, which was not asked for; start the stream without"
                    + " the option binary");
        default -> throw reader.malformed("the kind of a column is unknown");
      }
    }
  }

  private Begin begin() {
    long commitLsn = reader.readInt64();
    long commitTimeMicros = readTime();
    long transactionId = reader.readInt32() & 0xFFFF_FFFFL;
    reader.expectEnd();
    return new Begin(commitLsn, commitTimeMicros, transactionId);
  }

  private Commit commit() {
    int flags = reader.readByte() & 0xFF;
    long commitLsn = reader.readInt64();
    long endLsn = reader.readInt64();
    long commitTimeMicros = readTime();
    reader.expectEnd();
    return new Commit(flags, commitLsn, endLsn, commitTimeMicros);
  }

  private Origin origin() {
    long commitLsn = reader.readInt64();
    String name = reader.readString();
    reader.expectEnd();
    return new Origin(commitLsn, name);
  }

  private RelationDescribed relation() {
    int id = reader.readInt32();
    String schema = readSchema();
    String name = reader.readString();
    ReplicaIdentity identity = readIdentity();
    int count = reader.readUnsignedInt16();
    List<RelationColumn> columns = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      columns.add(readColumn());
    }
    reader.expectEnd();
    return new RelationDescribed(new Relation(id, new TableId(schema, name), identity, columns));
  }

  private ReplicaIdentity readIdentity() {
    char code = (char) (reader.readByte() & 0xFF);
    for (ReplicaIdentity identity : ReplicaIdentity.values()) {
      if (identity.code() == code) {
        return identity;
      }
    }
    throw reader.malformed("the replica identity is unknown");
  }

  private RelationColumn readColumn() {
    byte flags = reader.readByte();
    if ((flags & ~IDENTITY_COLUMN) != 0) {
      throw reader.malformed("a column has unknown flags");
    }
    String name = reader.readString();
    int typeOid = reader.readInt32();
    int typeModifier = reader.readInt32();
    return new RelationColumn(name, typeOid, typeModifier, flags == IDENTITY_COLUMN);
  }

  private TypeDescribed type() {
    int oid = reader.readInt32();
    String schema = readSchema();
    String name = reader.readString();
    reader.expectEnd();
    return new TypeDescribed(new TypeName(oid, schema, name));
  }

  /** The stream sends an empty string for the schema of built-in objects. */
  private String readSchema() {
    String schema = reader.readString();
    return schema.isEmpty() ? TypeName.BUILT_IN_SCHEMA : schema;
  }

  private Truncate truncate() {
    int count = reader.readInt32();
    if (count < 0) {
      throw reader.malformed("a count is negative");
    }
    byte flags = reader.readByte();
    if ((flags & ~(TRUNCATE_CASCADE | TRUNCATE_RESTART_IDENTITY)) != 0) {
      throw reader.malformed("it has unknown flags");
    }
    List<Integer> relationIds = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      relationIds.add(reader.readInt32());
    }
    reader.expectEnd();
    return new Truncate(
        (flags & TRUNCATE_CASCADE) != 0, (flags & TRUNCATE_RESTART_IDENTITY) != 0, relationIds);
  }

  private LogicalMessage message() {
    byte flags = reader.readByte();
    if ((flags & ~TRANSACTIONAL) != 0) {
      throw reader.malformed("it has unknown flags");
    }
    long lsn = reader.readInt64();
    String prefix = reader.readString();
    int length = reader.readLength();
    int contentOffset = reader.take(length);
    reader.expectEnd();
    return new LogicalMessage(
        flags == TRANSACTIONAL, lsn, prefix, reader.bytes(), contentOffset, length);
  }

  private long readTime() {
    return PostgresEpoch.toUnixMicros(reader.readInt64());
  }
}
