package io.walbeam.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TupleTest {
  private static final byte[] BYTES = "abab".getBytes(StandardCharsets.UTF_8);

  @Test
  void aReusedTupleForgetsItsColumnsAndGrows() {
    Tuple tuple = new Tuple();
    for (int round = 0; round < 2; round++) {
      tuple.reset(BYTES);
      assertThat(tuple.size()).isZero();
      for (int i = 0; i < 1600; i++) {
        if (i % 2 == round) {
          tuple.addText(i % 4, 1);
        } else {
          tuple.add(Tuple.Kind.NULL);
        }
      }
      assertThat(tuple.size()).isEqualTo(1600);
      assertThat(tuple.value(1)).isEqualTo(round == 0 ? ColumnValue.NULL : text("b"));
    }
  }

  @Test
  void nullEmptyUnchangedAndAbsentAreFourThings() {
    Tuple tuple = new Tuple();
    tuple.reset(BYTES);
    tuple.add(Tuple.Kind.NULL);
    tuple.addText(0, 0);
    tuple.add(Tuple.Kind.UNCHANGED);
    tuple.add(Tuple.Kind.ABSENT);
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 4; j++) {
        assertThat(tuple.value(i).equals(tuple.value(j))).isEqualTo(i == j);
      }
    }
    assertThatThrownBy(() -> tuple.text(0)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> tuple.add(Tuple.Kind.TEXT))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void columnsAreEqualByValueWhereverTheyLie() {
    Tuple left = new Tuple();
    left.reset(BYTES);
    left.addText(0, 2);
    Tuple right = new Tuple();
    right.reset("xab".getBytes(StandardCharsets.UTF_8));
    right.addText(1, 2);

    assertThat(left.columnEquals(0, right)).isTrue();
    right.markAbsent(0);
    assertThat(left.columnEquals(0, right)).isFalse();
  }

  @Test
  void columnsAreCopiedWithinOneMessageOnly() {
    Tuple left = new Tuple();
    left.reset(BYTES);
    left.add(Tuple.Kind.UNCHANGED);
    Tuple right = new Tuple();
    right.reset(BYTES);
    right.addText(2, 2);
    left.copyColumn(0, right);
    assertThat(left.text(0)).isEqualTo("ab");

    right.reset(BYTES.clone());
    right.addText(0, 1);
    assertThatThrownBy(() -> left.copyColumn(0, right))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> left.copyColumn(1, left))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> left.markAbsent(1)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  private static ColumnValue text(String value) {
    return new ColumnValue.Text(value);
  }
}
