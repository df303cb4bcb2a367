package io.walbeam.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.change.Tuple;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What the server writes as COPY text comes back, and the line stays as it is. */
class CopyTextProperties {
  @Property
  void everyLineThatTheServerWritesIsReadBack(
      @ForAll("rows") List<Optional<String>> row, @ForAll boolean newline) {
    String line = String.join("\t", row.stream().map(CopyTextProperties::copied).toList());
    byte[] bytes = (line + (newline ? "\n" : "")).getBytes(StandardCharsets.UTF_8);
    byte[] before = bytes.clone();
    Tuple tuple = new Tuple();
    CopyText.parse(bytes, tuple);
    List<Optional<String>> read = new ArrayList<>();
    for (int i = 0; i < tuple.size(); i++) {
      read.add(tuple.kind(i) == Tuple.Kind.NULL ? Optional.empty() : Optional.of(tuple.text(i)));
    }
    assertThat(read).isEqualTo(row);
    assertThat(bytes).isEqualTo(before);
  }

  @Example
  void anEscapeWithoutALetterIsRefused() {
    assertThatThrownBy(() -> CopyText.parse(new byte[] {'a', '\\'}, new Tuple()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /**
   * Lengths around the eight bytes that are looked at together; bytes next to tab and backslash.
   */
  @Provide
  Arbitrary<List<Optional<String>>> rows() {
    return Arbitraries.strings()
        .withChars('\t', '\\', '\n', '\r', '\b', '\f', '\u000B', 'N', 'n', ' ', '[', ']', 'ä', '€')
        .withChars('a', 'b', '\u0008', '\u007F', '\u0080', '\u0100')
        .ofMaxLength(20)
        .optional(0.85)
        .list()
        .ofMinSize(1)
        .ofMaxSize(6);
  }

  /** As CopyAttributeOutText does. */
  private static String copied(Optional<String> value) {
    return value
        .map(
            text ->
                text.replace("\\", "\\\\")
                    .replace("\b", "\\b")
                    .replace("\f", "\\f")
                    .replace("\n", "\\n")
                    .replace("\r", "\\r")
                    .replace("\t", "\\t")
                    .replace("\u000B", "\\v"))
        .orElse("\\N");
  }
}
