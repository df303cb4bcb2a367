package io.walbeam.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.change.Interval;
import io.walbeam.change.StreamPosition;
import java.util.HexFormat;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.util.CoderUtils;
import org.junit.jupiter.api.Test;

class ChangeBatchCoderTest {
  private static final ChangeBatch BATCH =
      new ChangeBatch(
          new ReaderIdentity(1, "77", 2, 3, 4),
          true,
          new Interval(StreamPosition.at(0x500), new StreamPosition(0x600, 7)),
          0x580,
          8,
          9,
          10,
          new byte[] {11, 12, 13, 0},
          3);

  /** Batches are on their way while a job is updated: these bytes must stay readable. */
  private static final String BYTES =
      "01"
          + "0000000000000001"
          + "00023737"
          + "00000002"
          + "0000000000000003"
          + "0000000000000004"
          + "01"
          + "0000000000000500"
          + "0000000000000000"
          + "0000000000000600"
          + "0000000000000007"
          + "0000000000000580"
          + "0000000000000008"
          + "00000009"
          + "0000000a"
          + "00000003"
          + "0b0c0d";

  @Test
  void theBytesAreThese() throws Exception {
    byte[] bytes = CoderUtils.encodeToByteArray(ChangeBatchCoder.of(), BATCH);
    assertThat(HexFormat.of().formatHex(bytes)).isEqualTo(BYTES);
  }

  @Test
  void theBytesAreReadAsTheyWereWritten() throws Exception {
    ChangeBatch read =
        CoderUtils.decodeFromByteArray(ChangeBatchCoder.of(), HexFormat.of().parseHex(BYTES));
    assertThat(read).usingRecursiveComparison().ignoringFields("messages").isEqualTo(BATCH);
    assertThat(BatchContents.sameBytes(read, BATCH)).isTrue();
  }

  @Test
  void anotherVersionIsRefused() {
    byte[] bytes = HexFormat.of().parseHex(BYTES);
    bytes[0] = 9;
    assertThatThrownBy(() -> CoderUtils.decodeFromByteArray(ChangeBatchCoder.of(), bytes))
        .isInstanceOf(CoderException.class)
        .hasMessageContaining("version 9");
  }
}
