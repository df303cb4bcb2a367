package io.walbeam.postgres.pgoutput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.change.ColumnValue;
import io.walbeam.change.OldImage;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Golden bytes follow the layouts of the PostgreSQL documentation, written by hand. */
class PgOutputDecoderTest {
  @Test
  void beginIsReadFieldByField() {
    byte[] message = hex("42 0000000100000002 0002f2b0d6a4d000 fffffffe");

    assertThat(DecodedMessage.decode(message))
        .isEqualTo(
            new DecodedMessage.Plain(
                new PgOutputMessage.Begin(
                    0x100000002L, 0x0002f2b0d6a4d000L + 946_684_800_000_000L, 0xfffffffeL)));
  }

  @Test
  void insertTellsNullFromUnchangedFromEmptyText() {
    byte[] message = hex("49 00004001 4e 0004 6e 75 74 00000000 74 00000002 c3a9");

    assertThat(DecodedMessage.decode(message))
        .isEqualTo(
            new DecodedMessage.Insert(
                0x4001,
                List.of(
                    ColumnValue.NULL,
                    ColumnValue.UNCHANGED,
                    new ColumnValue.Text(""),
                    new ColumnValue.Text("\u00E9"))));
  }

  @Test
  void updateWithoutOldRowDoesNotShowThePreviousOne() {
    DecodedMessage.Recorder recorder = new DecodedMessage.Recorder();
    PgOutputDecoder decoder = new PgOutputDecoder();
    byte[] withKey = hex("55 00000001 4b 0001 74 00000001 37 4e 0001 74 00000001 38");
    byte[] without = hex("55 00000001 4e 0001 74 00000001 39");

    decoder.decode(withKey, 0, withKey.length, recorder);
    decoder.decode(without, 0, without.length, recorder);

    assertThat(recorder.messages)
        .containsExactly(
            new DecodedMessage.Update(
                1,
                OldImage.KEY,
                List.of(new ColumnValue.Text("7")),
                List.of(new ColumnValue.Text("8"))),
            new DecodedMessage.Update(
                1, OldImage.NONE, List.of(), List.of(new ColumnValue.Text("9"))));
  }

  @Test
  void binaryColumnIsRefusedWithTheReason() {
    byte[] message = hex("49 00000001 4e 0001 62 00000004 00000007");

    assertThatThrownBy(() -> DecodedMessage.decode(message))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage(
            "A replication message of type 'I' is malformed at byte 9: a column is in binary"
                + " format, which was not asked for; start the stream without the option binary.");
  }

  @Test
  void negativeLengthsAndCountsAreMalformed() {
    assertMalformed("49 00000001 4e 0001 74 ffffffff");
    assertMalformed("54 ffffffff 00");
    assertMalformed("4d 00 0000000000000000 7000 80000000");
  }

  @Test
  void unknownTypesKindsAndFlagsAreMalformed() {
    assertMalformed("53 00000001 01");
    assertMalformed("00");
    assertMalformed("49 00000001 4f 0000");
    assertMalformed("55 00000001 58 0000 4e 0000");
    assertMalformed("44 00000001 4e 0000");
    assertMalformed("54 00000000 04");
    assertMalformed("4d 02 0000000000000000 7000 00000000");
    assertMalformed("52 00000001 7300 7400 78 0000");
    assertMalformed("52 00000001 7300 7400 64 0001 02 6300 00000017 ffffffff");
    assertMalformed("59 00000001 7300 ff00");
  }

  @Test
  void malformedMessageNeverShowsAValue() {
    byte[] message = hex("49 00000001 4e 0002 74 00000006 534543524554 74 00000009 534543");

    assertThatThrownBy(() -> DecodedMessage.decode(message))
        .isInstanceOfSatisfying(
            MalformedMessageException.class,
            e -> {
              assertThat(e.messageType()).isEqualTo((byte) 'I');
              assertThat(e.getMessage()).doesNotContain("SEC");
            });
  }

  private static void assertMalformed(String hex) {
    byte[] message = hex(hex);
    assertThatThrownBy(() -> DecodedMessage.decode(message))
        .isInstanceOf(MalformedMessageException.class);
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }
}
