package io.walbeam.write;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.row.ProtoRows;
import org.junit.jupiter.api.Test;

/** The benchmarks measure what they say they measure. */
class StageBenchmarksTest {
  private final StageBenchmarks benchmarks = new StageBenchmarks();

  @Test
  void everyRowOfTheBatchIsDecoded() {
    assertThat(benchmarks.decode()).isEqualTo(2 * StageBenchmarks.ROWS);
    assertThat(benchmarks.decodeBatch().changes()).isEqualTo(StageBenchmarks.ROWS);
    assertThat(benchmarks.encodeBatch()).hasSizeGreaterThan(StageBenchmarks.ROWS * 50);
  }

  @Test
  void theRowAndThePositionAreWhole() {
    assertThat(new ProtoRows(benchmarks.mapping().destination()).read(benchmarks.row()))
        .containsEntry("id", 4711L)
        .containsEntry("paid", true)
        .containsKeys("customer", "price", "ordered_at");
    assertThat(new String(benchmarks.position(), US_ASCII))
        .isEqualTo("0000000000000000/00000016B374D848/00000016B374D800/0000000000000002");
  }
}
