package io.walbeam.row;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.Tuple;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is stored in every row may never change, and tells images apart. */
class RowFingerprintTest {
  private static final RowFingerprint OF = new RowFingerprint(List.of("id", "name"));

  /** Stands for SQL NULL. */
  private static final String NULL = "(null)";

  private static Tuple row(String... values) {
    StringBuilder text = new StringBuilder();
    Tuple tuple = new Tuple();
    tuple.reset(String.join("", values).getBytes(StandardCharsets.UTF_8));
    for (String value : values) {
      if (value.equals(NULL)) {
        tuple.add(Tuple.Kind.NULL);
      } else {
        tuple.addText(text.length(), value.length());
      }
      text.append(value);
    }
    return tuple;
  }

  private static long hash(String text, long seed) {
    byte[] bytes = ("--" + text).getBytes(StandardCharsets.UTF_8);
    return RowFingerprint.xxh64(bytes, 2, bytes.length - 2, seed);
  }

  /** Values of the reference implementation. */
  @Test
  void theHashIsXxh64() {
    assertThat(hash("", 0)).isEqualTo(0xEF46DB3751D8E999L);
    assertThat(hash("a", 0)).isEqualTo(0xD24EC4F1A98C6E5BL);
    assertThat(hash("abc", 0)).isEqualTo(0x44BC2CF5AD770999L);
    assertThat(hash("Nobody inspects the spammish repetition", 0)).isEqualTo(0xFBCEA83C8A378BF1L);
  }

  @Test
  void aNullCountsNothingAndTheOrderOfColumnsNeither() {
    assertThat(OF.of(row("7", NULL))).isEqualTo(new RowFingerprint(List.of("id")).of(row("7")));
    assertThat(OF.of(row("7", "x")))
        .isEqualTo(new RowFingerprint(List.of("name", "id")).of(row("x", "7")));
    assertThat(OF.of(row("7", ""))).isNotEqualTo(OF.of(row("7", NULL)));
  }

  @Test
  void oneBitASwapAndAnotherColumnAreAnotherRow() {
    Set<Long> seen = new HashSet<>();
    seen.add(OF.of(row("7", "8")));
    seen.add(OF.of(row("8", "7")));
    seen.add(OF.of(row("78", "")));
    seen.add(OF.of(row("", "78")));
    byte[] text =
        "a text that is longer than one stripe of the hash".getBytes(StandardCharsets.UTF_8);
    for (int bit = 0; bit < text.length * 8; bit++) {
      Tuple flipped = new Tuple();
      byte[] bytes = text.clone();
      bytes[bit / 8] ^= (byte) (1 << (bit % 8));
      flipped.reset(bytes);
      flipped.addText(0, 1);
      flipped.addText(1, bytes.length - 1);
      seen.add(OF.of(flipped));
    }
    assertThat(seen).hasSize(4 + text.length * 8);
  }
}
