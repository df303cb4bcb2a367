package io.walbeam.postgres.pgoutput;

import io.walbeam.change.ColumnValue;
import io.walbeam.change.OldImage;
import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.TypeName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** Decoded messages as lines that a person compares, without numbers that differ by run. */
final class Transcript {
  private final Map<Integer, String> tables = new HashMap<>();
  private final Map<Integer, String> types = new HashMap<>();

  String lines(List<byte[]> messages) {
    return messages.stream()
        .map(DecodedMessage::decode)
        .map(this::line)
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private String line(DecodedMessage message) {
    if (message instanceof DecodedMessage.Insert insert) {
      return "insert " + table(insert.relationId()) + row(insert.row());
    } else if (message instanceof DecodedMessage.Update update) {
      String old =
          update.oldImage() == OldImage.NONE ? "" : update.oldImage() + row(update.old()) + " ->";
      return "update " + table(update.relationId()) + " " + old + row(update.row());
    } else if (message instanceof DecodedMessage.Delete delete) {
      return "delete " + table(delete.relationId()) + " " + delete.oldImage() + row(delete.old());
    } else if (message instanceof DecodedMessage.Logical logical) {
      return "message " + logical.transactional() + " " + logical.prefix() + " " + logical.text();
    } else if (message instanceof DecodedMessage.Plain plain) {
      return line(plain.message());
    }
    throw new AssertionError(message);
  }

  private String line(PgOutputMessage message) {
    if (message instanceof PgOutputMessage.Begin) {
      return "begin";
    } else if (message instanceof PgOutputMessage.Commit) {
      return "commit";
    } else if (message instanceof PgOutputMessage.RelationDescribed described) {
      return relation(described.relation());
    } else if (message instanceof PgOutputMessage.TypeDescribed described) {
      TypeName type = described.type();
      types.put(type.oid(), type.schema() + "." + type.name());
      return "type " + types.get(type.oid());
    } else if (message instanceof PgOutputMessage.Truncate truncate) {
      return "truncate "
          + truncate.relationIds().stream().map(this::table).sorted().toList()
          + (truncate.cascade() ? " cascade" : "")
          + (truncate.restartIdentity() ? " restart" : "");
    } else if (message instanceof PgOutputMessage.Origin origin) {
      return "origin " + origin.name();
    }
    throw new AssertionError(message);
  }

  private String relation(Relation relation) {
    tables.put(relation.id(), relation.table().quoted());
    return "relation "
        + relation.table().quoted()
        + " "
        + relation.identity()
        + relation.columns().stream().map(this::column).toList();
  }

  private String column(RelationColumn column) {
    String type = types.getOrDefault(column.typeOid(), "" + column.typeOid());
    return column.name()
        + (column.identity() ? "* " : " ")
        + type
        + (column.typeModifier() < 0 ? "" : "(" + column.typeModifier() + ")");
  }

  private String table(int relationId) {
    return Objects.requireNonNull(tables.get(relationId), "described before its first change");
  }

  private static String row(List<ColumnValue> row) {
    return row.stream().map(Transcript::value).toList().toString();
  }

  private static String value(ColumnValue value) {
    if (value instanceof ColumnValue.Text text) {
      return text.value().length() > 100
          ? "<" + text.value().length() + " characters>"
          : "'" + text.value() + "'";
    }
    return value.getClass().getSimpleName();
  }
}
