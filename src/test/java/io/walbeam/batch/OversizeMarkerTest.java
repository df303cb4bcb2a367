package io.walbeam.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.postgres.MessagePieces;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class OversizeMarkerTest {
  private static final byte[] RELATION =
      new ScriptedStream().relation(1, "a").messages().get(0).payload();

  private static OversizeMarker.Result reduce(byte[] message) throws IOException {
    return OversizeMarker.reduce(
        message.length,
        new MessagePieces(message, 0, message.length),
        id -> id == 1 ? RELATION : null);
  }

  @Test
  void keyIsKeptAndEverythingElseIsLeftOut() throws Exception {
    byte[] insert =
        new ScriptedStream().insert(1, 1, "42", "x".repeat(100_000)).messages().get(0).payload();
    OversizeMarker.Result result = reduce(insert);
    assertThat(result.relationId()).isEqualTo(1);
    ByteBuffer expected = ByteBuffer.allocate(1 + 4 + 1 + 8 + 1 + 2 + 1 + 4 + 2 + 1);
    expected.put(OversizeMarker.TYPE).putInt(1).put((byte) 'I').putLong(insert.length);
    expected.put((byte) 'N').putShort((short) 2).put((byte) 't').putInt(2);
    expected.put("42".getBytes(StandardCharsets.UTF_8)).put((byte) 'u');
    assertThat(ByteBuffer.wrap(result.marker())).isEqualTo(expected.flip());
  }

  @Test
  void longKeyIsLeftOutToo() throws Exception {
    byte[] insert =
        new ScriptedStream().insert(1, 1, "k".repeat(50_000), "v").messages().get(0).payload();
    assertThat(reduce(insert).marker().length).isLessThan(100);
  }

  @Test
  void logicalMessageKeepsItsSizeOnly() throws Exception {
    byte[] message =
        new ScriptedStream().message(1, true, "p", "x".repeat(1000)).messages().get(0).payload();
    OversizeMarker.Result result = reduce(message);
    assertThat(result.relationId()).isZero();
    assertThat(result.marker()).hasSize(14);
  }

  @Test
  void everyTruncationIsNoticed() {
    byte[] insert = new ScriptedStream().insert(1, 1, "42", "value").messages().get(0).payload();
    for (int length = 0; length < insert.length; length++) {
      byte[] shorter = Arrays.copyOf(insert, length);
      if (length != 5) {
        assertThatThrownBy(() -> reduce(shorter)).isInstanceOf(EOFException.class);
      }
    }
  }

  @Test
  void changeOfAnUndescribedRelationIsRefused() {
    byte[] insert = new ScriptedStream().insert(1, 2, "42", "value").messages().get(0).payload();
    assertThatThrownBy(() -> reduce(insert)).isInstanceOf(IOException.class);
  }
}
