package io.walbeam.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A position behind an empty page's header is where the page begins; every other stays. */
class WalPagesTest {
  private static final long SEGMENT = 16L << 20;
  private static final long BLOCK = 8192;

  @Test
  void behindTheHeaderOfAnEmptyPageNothingIsWritten() {
    assertThat(end(3 * SEGMENT + 40)).isEqualTo(3 * SEGMENT);
    assertThat(end(3 * SEGMENT + 5 * BLOCK + 24)).isEqualTo(3 * SEGMENT + 5 * BLOCK);
    assertThat(end(0xF0000000_00000000L + 40)).isEqualTo(0xF0000000_00000000L);
  }

  @Test
  void everyOtherPositionIsTheEndOfARecord() {
    LongStream.of(
            3 * SEGMENT,
            3 * SEGMENT + 48,
            3 * SEGMENT + BLOCK - 8,
            3 * SEGMENT + BLOCK,
            3 * SEGMENT + BLOCK + 32,
            // A record of the page before ends here.
            3 * SEGMENT + BLOCK + 40)
        .forEach(position -> assertThat(end(position)).isEqualTo(position));
  }

  private static long end(long next) {
    return WalPages.endOfLastRecord(next, SEGMENT, BLOCK);
  }
}
