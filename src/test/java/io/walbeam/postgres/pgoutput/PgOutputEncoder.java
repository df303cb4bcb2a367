package io.walbeam.postgres.pgoutput;

import io.walbeam.change.ColumnValue;
import io.walbeam.change.OldImage;
import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.TypeName;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes pgoutput messages, protocol version 1: the opposite of {@link PgOutputDecoder}, for tests
 * and for fakes of a server.
 */
public final class PgOutputEncoder {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final DataOutputStream out = new DataOutputStream(bytes);

  private PgOutputEncoder() {}

  public static byte[] begin(long commitLsn, long commitTimeMicros, long transactionId) {
    return message(
        encoder -> {
          encoder.out.writeByte('B');
          encoder.out.writeLong(commitLsn);
          encoder.out.writeLong(PostgresEpoch.ofUnixMicros(commitTimeMicros));
          encoder.out.writeInt((int) transactionId);
        });
  }

  public static byte[] commit(long commitLsn, long endLsn, long commitTimeMicros) {
    return commit(0, commitLsn, endLsn, commitTimeMicros);
  }

  public static byte[] origin(long commitLsn, String name) {
    return message(
        encoder -> {
          encoder.out.writeByte('O');
          encoder.out.writeLong(commitLsn);
          encoder.string(name);
        });
  }

  public static byte[] relation(Relation relation) {
    return message(
        encoder -> {
          encoder.out.writeByte('R');
          encoder.out.writeInt(relation.id());
          encoder.schema(relation.table().schema());
          encoder.string(relation.table().name());
          encoder.out.writeByte(relation.identity().code());
          encoder.out.writeShort(relation.columns().size());
          for (RelationColumn column : relation.columns()) {
            encoder.out.writeByte(column.identity() ? 1 : 0);
            encoder.string(column.name());
            encoder.out.writeInt(column.typeOid());
            encoder.out.writeInt(column.typeModifier());
          }
        });
  }

  public static byte[] type(TypeName type) {
    return message(
        encoder -> {
          encoder.out.writeByte('Y');
          encoder.out.writeInt(type.oid());
          encoder.schema(type.schema());
          encoder.string(type.name());
        });
  }

  public static byte[] insert(int relationId, List<ColumnValue> row) {
    return message(
        encoder -> {
          encoder.out.writeByte('I');
          encoder.out.writeInt(relationId);
          encoder.tuple('N', row);
        });
  }

  public static byte[] update(
      int relationId, OldImage oldImage, List<ColumnValue> old, List<ColumnValue> row) {
    return message(
        encoder -> {
          encoder.out.writeByte('U');
          encoder.out.writeInt(relationId);
          if (oldImage != OldImage.NONE) {
            encoder.tuple(oldImage == OldImage.KEY ? 'K' : 'O', old);
          }
          encoder.tuple('N', row);
        });
  }

  public static byte[] delete(int relationId, OldImage oldImage, List<ColumnValue> old) {
    return message(
        encoder -> {
          encoder.out.writeByte('D');
          encoder.out.writeInt(relationId);
          encoder.tuple(oldImage == OldImage.KEY ? 'K' : 'O', old);
        });
  }

  public static byte[] truncate(
      boolean cascade, boolean restartIdentity, List<Integer> relationIds) {
    return message(
        encoder -> {
          encoder.out.writeByte('T');
          encoder.out.writeInt(relationIds.size());
          encoder.out.writeByte((cascade ? 1 : 0) | (restartIdentity ? 2 : 0));
          for (int relationId : relationIds) {
            encoder.out.writeInt(relationId);
          }
        });
  }

  public static byte[] logicalMessage(
      boolean transactional, long lsn, String prefix, byte[] content) {
    return message(
        encoder -> {
          encoder.out.writeByte('M');
          encoder.out.writeByte(transactional ? 1 : 0);
          encoder.out.writeLong(lsn);
          encoder.string(prefix);
          encoder.out.writeInt(content.length);
          encoder.out.write(content);
        });
  }

  /** Encodes any decoded message again. */
  static byte[] encode(DecodedMessage message) {
    if (message instanceof DecodedMessage.Insert insert) {
      return insert(insert.relationId(), insert.row());
    } else if (message instanceof DecodedMessage.Update update) {
      return update(update.relationId(), update.oldImage(), update.old(), update.row());
    } else if (message instanceof DecodedMessage.Delete delete) {
      return delete(delete.relationId(), delete.oldImage(), delete.old());
    } else if (message instanceof DecodedMessage.Logical logical) {
      byte[] content = new byte[logical.content().size()];
      for (int i = 0; i < content.length; i++) {
        content[i] = logical.content().get(i);
      }
      return logicalMessage(logical.transactional(), logical.lsn(), logical.prefix(), content);
    } else if (message instanceof DecodedMessage.Plain plain) {
      return encode(plain.message());
    }
    throw new AssertionError(message);
  }

  private static byte[] encode(PgOutputMessage message) {
    if (message instanceof PgOutputMessage.Begin begin) {
      return begin(begin.commitLsn(), begin.commitTimeMicros(), begin.transactionId());
    } else if (message instanceof PgOutputMessage.Commit commit) {
      return commit(commit.flags(), commit.commitLsn(), commit.endLsn(), commit.commitTimeMicros());
    } else if (message instanceof PgOutputMessage.Origin origin) {
      return origin(origin.commitLsn(), origin.name());
    } else if (message instanceof PgOutputMessage.RelationDescribed described) {
      return relation(described.relation());
    } else if (message instanceof PgOutputMessage.TypeDescribed described) {
      return type(described.type());
    } else if (message instanceof PgOutputMessage.Truncate truncate) {
      return truncate(truncate.cascade(), truncate.restartIdentity(), truncate.relationIds());
    }
    throw new AssertionError(message);
  }

  private static byte[] commit(int flags, long commitLsn, long endLsn, long commitTimeMicros) {
    return message(
        encoder -> {
          encoder.out.writeByte('C');
          encoder.out.writeByte(flags);
          encoder.out.writeLong(commitLsn);
          encoder.out.writeLong(endLsn);
          encoder.out.writeLong(PostgresEpoch.ofUnixMicros(commitTimeMicros));
        });
  }

  private void tuple(char kind, List<ColumnValue> values) throws IOException {
    out.writeByte(kind);
    out.writeShort(values.size());
    for (ColumnValue value : values) {
      if (value instanceof ColumnValue.Text text) {
        byte[] utf8 = text.value().getBytes(StandardCharsets.UTF_8);
        out.writeByte('t');
        out.writeInt(utf8.length);
        out.write(utf8);
      } else if (value instanceof ColumnValue.Unchanged) {
        out.writeByte('u');
      } else {
        out.writeByte('n');
      }
    }
  }

  private void schema(String schema) throws IOException {
    string(schema.equals(TypeName.BUILT_IN_SCHEMA) ? "" : schema);
  }

  private void string(String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.writeByte(0);
  }

  private static byte[] message(Body body) {
    PgOutputEncoder encoder = new PgOutputEncoder();
    try {
      body.write(encoder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return encoder.bytes.toByteArray();
  }

  @FunctionalInterface
  private interface Body {
    void write(PgOutputEncoder encoder) throws IOException;
  }
}
