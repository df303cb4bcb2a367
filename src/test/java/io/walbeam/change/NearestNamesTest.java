package io.walbeam.change;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestNamesTest {
  private static final List<String> NAMES =
      List.of("publication", "publishNewTables", "slot", "stopAt", "tables", "excludeTables");

  @Test
  void aFewWrongLettersAreForgiven() {
    assertThat(NearestNames.of("publicaton", NAMES, 1)).containsExactly("publication");
    assertThat(NearestNames.of("STOPAT", NAMES, 1)).containsExactly("stopAt");
    assertThat(NearestNames.of("slto", NAMES, 1)).containsExactly("slot");
  }

  @Test
  void aNameThatContainsAnotherIsNear() {
    assertThat(NearestNames.of("slotName", NAMES, 1)).containsExactly("slot");
    assertThat(NearestNames.of("table", NAMES, 2)).containsExactly("tables", "excludeTables");
  }

  @Test
  void nothingIsNearToWhatNobodyMeant() {
    assertThat(NearestNames.of("colour", NAMES, 3)).isEmpty();
    assertThat(NearestNames.of("x", NAMES, 3)).isEmpty();
  }
}
