package io.walbeam.sink.bigquery;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;

class ServerTextProperties {
  /** Whatever BigQuery says around a value, the value does not come out. */
  @Property
  void noValueComesOut(
      @ForAll String before,
      @ForAll @AlphaChars @StringLength(min = 6, max = 40) String value,
      @ForAll String after) {
    String marked = "zq" + value + "qz";

    String sentence =
        ServerText.describe(
            before + " Field name: Could not convert '" + marked + "' field " + marked + after,
            Rows.keyed("t"));

    assertThat(sentence).doesNotContain(marked);
  }
}
