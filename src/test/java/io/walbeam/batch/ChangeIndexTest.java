package io.walbeam.batch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ChangeIndexTest {
  private final ChangeIndex index = new ChangeIndex();

  @Test
  void changesAtOnePositionAreCountedAndAnotherPositionStartsOver() {
    index.begin();
    assertThat(index.next(900)).isZero();
    assertThat(index.next(900)).isEqualTo(1);
    assertThat(index.next(900)).isEqualTo(2);
    assertThat(index.next(910)).isZero();
    assertThat(index.next(900)).isZero();
  }

  @Test
  void aTransactionStartsOverEvenAtThePositionOfTheOneBefore() {
    index.begin();
    index.next(900);
    index.begin();
    assertThat(index.next(900)).isZero();
    assertThat(index.next(900)).isEqualTo(1);
  }

  @Test
  void aBatchGoesOnWhereItBeginsHoweverOftenItsTransactionIsBegunAgain() {
    index.begin();
    index.next(800);
    index.goOnAt(2);
    index.begin();
    assertThat(index.next(900)).isEqualTo(2);
    assertThat(index.next(900)).isEqualTo(3);
    index.begin();
    assertThat(index.next(900)).isZero();
  }

  @Test
  void theSecondHalfOfAChangeIsBetweenItsFirstAndTheNextChange() {
    assertThat(ChangeIndex.n(3, 0)).isLessThan(ChangeIndex.n(3, 1));
    assertThat(ChangeIndex.n(3, 1)).isLessThan(ChangeIndex.n(4, 0));
  }
}
