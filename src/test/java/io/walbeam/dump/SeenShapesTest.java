package io.walbeam.dump;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SeenShapesTest {
  private static final List<String> TABLE = List.of("id", "a", "b");

  @Test
  void whatIsBetweenTwoLooksStepByStepIsExpected() {
    assertThat(SeenShapes.isUnseen(TABLE, List.of(TABLE))).isFalse();
    List<List<String>> added = List.of(TABLE, List.of("id", "a", "b", "c", "d"));
    assertThat(SeenShapes.isUnseen(List.of("id", "a", "b", "c"), added)).isFalse();
    List<List<String>> dropped = List.of(TABLE, List.of("id"));
    assertThat(SeenShapes.isUnseen(List.of("id", "b"), dropped)).isFalse();
    List<List<String>> again = List.of(TABLE, List.of("id", "b", "a"));
    assertThat(SeenShapes.isUnseen(List.of("id", "b"), again)).isFalse();
    List<List<String>> renamed = List.of(TABLE, List.of("id", "x", "b"));
    assertThat(SeenShapes.isUnseen(List.of("id", "x", "b"), renamed)).isFalse();
  }

  @Test
  void aNameOrAPlaceThatNoLookHasSeenIsNot() {
    assertThat(SeenShapes.isUnseen(List.of("id", "x", "b"), List.of(TABLE, TABLE))).isTrue();
    assertThat(SeenShapes.isUnseen(List.of("id", "b", "a"), List.of(TABLE, TABLE)))
        .as("swapped and swapped back")
        .isTrue();
    List<List<String>> longAgo = List.of(List.of("id", "x"), List.of("id", "y"), TABLE);
    assertThat(SeenShapes.isUnseen(List.of("id", "x", "b"), longAgo)).isTrue();
  }

  @Test
  void nothingIsExpectedOfATableThatWasNeverLookedAt() {
    assertThat(SeenShapes.isUnseen(TABLE, List.of())).isFalse();
  }
}
