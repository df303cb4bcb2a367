package io.walbeam.postgres.pgoutput;

import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Writes the message that describes a relation, as the plugin does ("Logical Replication Message
 * Formats", Relation), so that a change that is kept can be read without the stream. Pure.
 */
public final class RelationMessage {
  private RelationMessage() {}

  /** The message of a relation; it says itself where it ends. */
  public static byte[] of(Relation relation) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(MessageHeader.RELATION);
      out.writeInt(relation.id());
      writeText(out, relation.table().schema());
      writeText(out, relation.table().name());
      out.writeByte(relation.identity().code());
      out.writeShort(relation.columns().size());
      for (RelationColumn column : relation.columns()) {
        out.writeByte(column.identity() ? 1 : 0);
        writeText(out, column.name());
        out.writeInt(column.typeOid());
        out.writeInt(column.typeModifier());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory cannot fail", e);
    }
    return bytes.toByteArray();
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.writeByte(0);
  }
}
