package io.walbeam.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.sink.ReplicaRows.Image;
import io.walbeam.sink.RowBuckets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Only what stays different is a difference; what nobody can tell is none. */
class SuspectsTest {
  private static final List<String> KEY = List.of("1");
  private static final long POSITION = 1_000;
  private static final Optional<Long> SEVEN = Optional.of(7L);
  private static final Optional<Long> EIGHT = Optional.of(8L);
  private static final long LEAF = 16_384;

  private final Suspects suspects = new Suspects();

  private static Optional<Image> image(Optional<Long> fingerprint, long commitLsn) {
    return Optional.of(new Image(fingerprint, commitLsn));
  }

  private void judge(Optional<Long> before, Optional<Image> there, Optional<Long> after) {
    suspects.add(KEY);
    suspects.judge(KEY, version(before, 1), there, version(after, 1), POSITION);
  }

  private static Optional<SourceImages.Version> version(Optional<Long> fingerprint, long address) {
    return fingerprint.map(value -> new SourceImages.Version(value, LEAF, address));
  }

  @Test
  void aRowThatWentAndCameBackWithTheSameValuesIsNoDifference() {
    suspects.add(KEY);
    for (int address = 1; address < 10; address++) {
      suspects.judge(
          KEY, version(SEVEN, address), Optional.empty(), version(SEVEN, address + 1), POSITION);
    }
    assertThat(suspects.proven()).isEmpty();
    assertThat(suspects.open()).containsExactly(KEY);
  }

  @Test
  void aDifferenceIsOneThatWasSeenTwice() {
    judge(SEVEN, image(EIGHT, 10), SEVEN);
    assertThat(suspects.proven()).isEmpty();
    assertThat(suspects.open()).containsExactly(KEY);
    judge(SEVEN, image(EIGHT, 10), SEVEN);
    assertThat(suspects.proven()).containsExactly(new Difference(Difference.Kind.CHANGED, KEY));
    assertThat(suspects.open()).isEmpty();
  }

  @Test
  void whatChangedMeanwhileIsLookedAtFromTheBeginning() {
    judge(SEVEN, image(EIGHT, 10), SEVEN);
    judge(SEVEN, image(EIGHT, 10), EIGHT);
    judge(SEVEN, image(EIGHT, POSITION + 1), SEVEN);
    judge(SEVEN, image(EIGHT, 10), SEVEN);
    assertThat(suspects.proven()).isEmpty();
    assertThat(suspects.open()).containsExactly(KEY);
    judge(SEVEN, image(SEVEN, POSITION + 1), SEVEN);
    assertThat(suspects.open()).as("the same after all").isEmpty();
  }

  @Test
  void rowsOfOneSideAloneAreMissingOrExtra() {
    judge(SEVEN, Optional.empty(), SEVEN);
    judge(SEVEN, Optional.empty(), SEVEN);
    judge(Optional.empty(), image(Optional.empty(), 10), Optional.empty());
    judge(Optional.empty(), image(Optional.empty(), 10), Optional.empty());
    assertThat(suspects.proven())
        .extracting(Difference::kind)
        .containsExactly(Difference.Kind.MISSING, Difference.Kind.EXTRA);
    judge(Optional.empty(), Optional.empty(), Optional.empty());
    assertThat(suspects.open()).as("deleted on both sides").isEmpty();
  }

  @Test
  void aRowOfAnOlderVersionIsNoDifference() {
    judge(SEVEN, image(Optional.empty(), 10), SEVEN);
    assertThat(suspects.open()).isEmpty();
    assertThat(suspects.proven()).isEmpty();
    assertThat(suspects.unknown()).isEqualTo(1);
  }

  @Test
  void bucketsOfTheSameRowsAreTheSameInAnyOrder() {
    RowBuckets here = new RowBuckets(4);
    RowBuckets there = new RowBuckets(4);
    for (long row : new long[] {1, 5, 6, -3}) {
      here.add(row);
    }
    there.add(1, 3, 1 ^ 5 ^ -3);
    there.add(6);
    assertThat(here.differing(there).isEmpty()).isTrue();
    there.add(9);
    there.add(9);
    assertThat(here.differing(there).stream()).as("twice the same row").containsExactly(1);
    assertThat(there.rows(here.differing(there))).isEqualTo(5);
    assertThat(here.rows()).isEqualTo(4);
  }
}
