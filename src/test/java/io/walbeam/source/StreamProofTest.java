package io.walbeam.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StreamProofTest {
  private static final long BEGAN = -5;
  private static final long END = 0x8000_0000_0000_0010L;

  private final StreamProof proof = new StreamProof(END, BEGAN);

  @Test
  void aStreamThatHasNotReadToTheEndProvesNothing() {
    proof.read(END - 1);

    assertThat(proof.isGiven(BEGAN)).isFalse();
  }

  @Test
  void whoHasReadToTheEndCanDecode() {
    proof.read(END);

    assertThat(proof.isGiven(BEGAN)).isTrue();
  }

  @Test
  void whoHasDecodedAChangeCanDecode() {
    proof.decoded();

    assertThat(proof.isGiven(BEGAN)).isTrue();
  }

  @Test
  void aLongWayToTheFirstChangeKeepsNobodyWaiting() {
    assertThat(proof.isGiven(BEGAN + TimeUnit.SECONDS.toNanos(2))).isTrue();
  }
}
