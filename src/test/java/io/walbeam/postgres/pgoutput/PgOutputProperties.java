package io.walbeam.postgres.pgoutput;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.ColumnValue;
import io.walbeam.change.OldImage;
import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.TableId;
import io.walbeam.change.TypeName;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class PgOutputProperties {
  @Property
  void everyMessageDecodesToWhatWasEncoded(@ForAll("messages") byte[] message) {
    assertThat(PgOutputEncoder.encode(DecodedMessage.decode(message))).isEqualTo(message);
  }

  @Property
  void everyTruncationIsMalformed(
      @ForAll("messages") byte[] message, @ForAll @IntRange(max = 10_000) int cut) {
    byte[] shortened = Arrays.copyOf(message, cut % message.length);
    assertThat(decodesOrIsMalformed(shortened, 0, shortened.length)).isFalse();
  }

  @Property
  void everyAddedByteIsMalformed(@ForAll("messages") byte[] message, @ForAll byte added) {
    byte[] longer = Arrays.copyOf(message, message.length + 1);
    longer[message.length] = added;
    assertThat(decodesOrIsMalformed(longer, 0, longer.length)).isFalse();
  }

  @Property(tries = 5000)
  void everyByteChangeIsMalformedOrAValidMessageThatStaysInside(
      @ForAll("messages") byte[] message,
      @ForAll @IntRange(max = 10_000) int at,
      @ForAll byte value,
      @ForAll @IntRange(max = 20) int before) {
    byte[] changed = message.clone();
    changed[at % message.length] = value;

    byte[] alone = changed;
    byte[] inside = new byte[before + changed.length + 50];
    Arrays.fill(inside, (byte) 't');
    System.arraycopy(changed, 0, inside, before, changed.length);

    boolean valid = decodesOrIsMalformed(alone, 0, alone.length);
    assertThat(decodesOrIsMalformed(inside, before, changed.length)).isEqualTo(valid);
    if (valid) {
      assertThat(DecodedMessage.decode(inside, before, changed.length))
          .isEqualTo(DecodedMessage.decode(alone));
    }
  }

  @Property
  void randomBytesAreMalformedOrAValidMessage(@ForAll byte[] bytes) {
    decodesOrIsMalformed(bytes, 0, bytes.length);
  }

  @Property
  void headersAgreeWithTheDecoderOrRefuse(
      @ForAll("messages") byte[] message, @ForAll @IntRange(max = 10_000) int cut) {
    DecodedMessage decoded = DecodedMessage.decode(message);
    int length = message.length;
    if (decoded instanceof DecodedMessage.Insert insert) {
      assertThat(MessageHeader.relationId(message, 0, length)).isEqualTo(insert.relationId());
    } else if (decoded instanceof DecodedMessage.Update update) {
      assertThat(MessageHeader.relationId(message, 0, length)).isEqualTo(update.relationId());
    } else if (decoded instanceof DecodedMessage.Delete delete) {
      assertThat(MessageHeader.relationId(message, 0, length)).isEqualTo(delete.relationId());
    } else if (decoded instanceof DecodedMessage.Logical logical) {
      assertThat(MessageHeader.messageTransactional(message, 0, length))
          .isEqualTo(logical.transactional());
    } else if (decoded instanceof DecodedMessage.Plain plain) {
      headerAgrees(message, plain.message());
    }
    byte[] shortened = Arrays.copyOf(message, cut % length);
    headersRefuseOrReadInside(shortened);
  }

  private static void headerAgrees(byte[] message, PgOutputMessage decoded) {
    int length = message.length;
    if (decoded instanceof PgOutputMessage.Begin begin) {
      assertThat(MessageHeader.beginCommitLsn(message, 0, length)).isEqualTo(begin.commitLsn());
      assertThat(MessageHeader.beginCommitTimeMicros(message, 0, length))
          .isEqualTo(begin.commitTimeMicros());
    } else if (decoded instanceof PgOutputMessage.Commit commit) {
      assertThat(MessageHeader.commitLsn(message, 0, length)).isEqualTo(commit.commitLsn());
      assertThat(MessageHeader.commitEndLsn(message, 0, length)).isEqualTo(commit.endLsn());
      assertThat(MessageHeader.commitTimeMicros(message, 0, length))
          .isEqualTo(commit.commitTimeMicros());
    } else if (decoded instanceof PgOutputMessage.RelationDescribed described) {
      assertThat(MessageHeader.relationId(message, 0, length)).isEqualTo(described.relation().id());
    } else if (decoded instanceof PgOutputMessage.Truncate truncate) {
      int count = MessageHeader.truncatedRelations(message, 0, length);
      assertThat(IntStream.range(0, count).map(i -> MessageHeader.truncatedRelation(message, 0, i)))
          .containsExactlyElementsOf(truncate.relationIds());
    }
  }

  private static void headersRefuseOrReadInside(byte[] message) {
    List<Runnable> headers =
        List.of(
            () -> MessageHeader.type(message, 0, message.length),
            () -> MessageHeader.relationId(message, 0, message.length),
            () -> MessageHeader.beginCommitLsn(message, 0, message.length),
            () -> MessageHeader.beginCommitTimeMicros(message, 0, message.length),
            () -> MessageHeader.commitLsn(message, 0, message.length),
            () -> MessageHeader.commitEndLsn(message, 0, message.length),
            () -> MessageHeader.commitTimeMicros(message, 0, message.length),
            () -> MessageHeader.truncatedRelations(message, 0, message.length),
            () -> MessageHeader.messageTransactional(message, 0, message.length));
    for (Runnable header : headers) {
      try {
        header.run();
      } catch (MalformedMessageException e) {
        assertThat(e.offset()).isBetween(0, message.length);
      }
    }
  }

  /** Anything but a message or a malformed one fails the property. */
  private static boolean decodesOrIsMalformed(byte[] bytes, int offset, int length) {
    try {
      DecodedMessage.decode(bytes, offset, length);
      return true;
    } catch (MalformedMessageException e) {
      assertThat(e.offset()).isBetween(0, length);
      return false;
    }
  }

  @Provide
  Arbitrary<byte[]> messages() {
    Arbitrary<Long> longs = Arbitraries.longs();
    Arbitrary<Integer> ids = Arbitraries.integers();
    Arbitrary<Boolean> flags = Arbitraries.of(true, false);
    Arbitrary<Long> times = Arbitraries.longs().between(0, 4_000_000_000_000_000L);
    Arbitrary<Long> xids = Arbitraries.longs().between(0, 0xFFFF_FFFFL);
    Arbitrary<List<ColumnValue>> rows = values().list().ofMaxSize(20);
    Arbitrary<OldImage> oldOrNone = Arbitraries.of(OldImage.class);
    Arbitrary<OldImage> old = Arbitraries.of(OldImage.KEY, OldImage.FULL);
    return Arbitraries.oneOf(
        Combinators.combine(longs, times, xids).as(PgOutputEncoder::begin),
        Combinators.combine(longs, longs, times).as(PgOutputEncoder::commit),
        Combinators.combine(longs, names()).as(PgOutputEncoder::origin),
        relations().map(PgOutputEncoder::relation),
        Combinators.combine(ids, names(), names())
            .as((id, schema, name) -> PgOutputEncoder.type(new TypeName(id, schema, name))),
        Combinators.combine(ids, rows).as(PgOutputEncoder::insert),
        Combinators.combine(ids, oldOrNone, rows, rows).as(PgOutputEncoder::update),
        Combinators.combine(ids, old, rows).as(PgOutputEncoder::delete),
        Combinators.combine(flags, flags, ids.list().ofMaxSize(5)).as(PgOutputEncoder::truncate),
        Combinators.combine(flags, longs, names(), Arbitraries.strings().ofMaxLength(30))
            .as(
                (transactional, lsn, prefix, content) ->
                    PgOutputEncoder.logicalMessage(
                        transactional, lsn, prefix, content.getBytes(StandardCharsets.UTF_8))));
  }

  private static Arbitrary<Relation> relations() {
    Arbitrary<List<RelationColumn>> columns =
        Combinators.combine(
                names(),
                Arbitraries.integers(),
                Arbitraries.integers(),
                Arbitraries.of(true, false))
            .as(RelationColumn::new)
            .list()
            .ofMaxSize(10);
    return Combinators.combine(
            Arbitraries.integers(),
            names(),
            names(),
            Arbitraries.of(ReplicaIdentity.class),
            columns)
        .as(
            (id, schema, name, identity, list) ->
                new Relation(id, new TableId(schema, name), identity, list));
  }

  private static Arbitrary<ColumnValue> values() {
    return Arbitraries.oneOf(
        text(0).map(ColumnValue.Text::new),
        Arbitraries.of(ColumnValue.NULL, ColumnValue.UNCHANGED));
  }

  private static Arbitrary<String> names() {
    return text(1);
  }

  /** What PostgreSQL can store: no zero character and no lone surrogate. */
  private static Arbitrary<String> text(int minimum) {
    return Arbitraries.oneOf(
        Arbitraries.strings()
            .withCharRange('\u0001', '\uD7FF')
            .ofMinLength(minimum)
            .ofMaxLength(20),
        Arbitraries.of("\uD83D\uDE00 \"quoted\"", "order", "x\ny", "caf\u00E9"));
  }
}
