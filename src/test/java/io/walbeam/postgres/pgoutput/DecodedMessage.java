package io.walbeam.postgres.pgoutput;

import io.walbeam.change.ColumnValue;
import io.walbeam.change.OldImage;
import io.walbeam.change.Tuple;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Any decoded message as a value that can be compared and encoded again. */
sealed interface DecodedMessage {
  /** A message that is not a row change and has no content of its own. */
  record Plain(PgOutputMessage message) implements DecodedMessage {}

  record Logical(boolean transactional, long lsn, String prefix, List<Byte> content)
      implements DecodedMessage {
    String text() {
      byte[] bytes = new byte[content.size()];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = content.get(i);
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  record Insert(int relationId, List<ColumnValue> row) implements DecodedMessage {}

  record Update(int relationId, OldImage oldImage, List<ColumnValue> old, List<ColumnValue> row)
      implements DecodedMessage {}

  record Delete(int relationId, OldImage oldImage, List<ColumnValue> old)
      implements DecodedMessage {}

  /** Decodes one message. */
  static DecodedMessage decode(byte[] bytes) {
    return decode(bytes, 0, bytes.length);
  }

  static DecodedMessage decode(byte[] bytes, int offset, int length) {
    Recorder recorder = new Recorder();
    new PgOutputDecoder().decode(bytes, offset, length, recorder);
    if (recorder.messages.size() != 1) {
      throw new AssertionError("one message, one call");
    }
    return recorder.messages.get(0);
  }

  static List<ColumnValue> copy(Tuple tuple) {
    List<ColumnValue> values = new ArrayList<>();
    for (int i = 0; i < tuple.size(); i++) {
      values.add(tuple.value(i));
    }
    return values;
  }

  /** Keeps everything it is handed. */
  final class Recorder implements PgOutputHandler {
    final List<DecodedMessage> messages = new ArrayList<>();

    @Override
    public void begin(PgOutputMessage.Begin begin) {
      messages.add(new Plain(begin));
    }

    @Override
    public void commit(PgOutputMessage.Commit commit) {
      messages.add(new Plain(commit));
    }

    @Override
    public void origin(PgOutputMessage.Origin origin) {
      messages.add(new Plain(origin));
    }

    @Override
    public void relation(PgOutputMessage.RelationDescribed relation) {
      messages.add(new Plain(relation));
    }

    @Override
    public void type(PgOutputMessage.TypeDescribed type) {
      messages.add(new Plain(type));
    }

    @Override
    public void insert(int relationId, Tuple row) {
      messages.add(new Insert(relationId, copy(row)));
    }

    @Override
    public void update(int relationId, OldImage oldImage, Tuple oldRow, Tuple row) {
      messages.add(new Update(relationId, oldImage, copy(oldRow), copy(row)));
    }

    @Override
    public void delete(int relationId, OldImage oldImage, Tuple oldRow) {
      messages.add(new Delete(relationId, oldImage, copy(oldRow)));
    }

    @Override
    public void truncate(PgOutputMessage.Truncate truncate) {
      messages.add(new Plain(truncate));
    }

    @Override
    public void message(PgOutputMessage.LogicalMessage message) {
      List<Byte> content = new ArrayList<>();
      for (int i = 0; i < message.contentLength(); i++) {
        content.add(message.bytes()[message.contentOffset() + i]);
      }
      messages.add(new Logical(message.transactional(), message.lsn(), message.prefix(), content));
    }
  }
}
