package io.walbeam.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.batch.ReaderIdentity;
import io.walbeam.change.Interval;
import io.walbeam.change.StreamPosition;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProgressCodersTest {
  private static final Receipt RECEIPT =
      new Receipt(
          new ReaderIdentity(2, "7", 3, 4, 5),
          true,
          new Interval(new StreamPosition(0x10, 0), new StreamPosition(0x20, 6)),
          0x18,
          9);

  private static final String GOLDEN_RECEIPT =
      "01"
          + "0000000000000002"
          + "000137"
          + "00000003"
          + "0000000000000004"
          + "0000000000000005"
          + "01"
          + "00000000000000100000000000000000"
          + "00000000000000200000000000000006"
          + "0000000000000018"
          + "0000000000000009";

  @Test
  void theBytesOfAReceiptNeverChange() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ReceiptCoder.of().encode(RECEIPT, out);
    assertThat(HexFormat.of().formatHex(out.toByteArray())).isEqualTo(GOLDEN_RECEIPT);
    assertThat(ReceiptCoder.of().decode(new ByteArrayInputStream(out.toByteArray())))
        .isEqualTo(RECEIPT);
  }

  @Test
  void theBytesOfAProgressStateNeverChange() throws IOException {
    ProgressState state =
        new ProgressState(Optional.of(new StreamPosition(0x30, 1)), 0x28, 11, List.of(RECEIPT));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ProgressStateCoder.of().encode(state, out);
    assertThat(HexFormat.of().formatHex(out.toByteArray()))
        .isEqualTo(
            "01"
                + "01"
                + "00000000000000300000000000000001"
                + "0000000000000028"
                + "000000000000000b"
                + "00000001"
                + GOLDEN_RECEIPT);
    assertThat(ProgressStateCoder.of().decode(new ByteArrayInputStream(out.toByteArray())))
        .isEqualTo(state);
  }

  @Test
  void theInitialStateSurvivesItsCoder() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ProgressStateCoder.of().encode(ProgressState.INITIAL, out);
    assertThat(ProgressStateCoder.of().decode(new ByteArrayInputStream(out.toByteArray())))
        .isEqualTo(ProgressState.INITIAL);
  }
}
