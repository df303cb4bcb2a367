package io.walbeam.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.failure.ErrorClass;
import io.walbeam.failure.Refusal;
import io.walbeam.failure.Stage;
import io.walbeam.testing.ScriptedClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LetGoTest {
  private static final Refusal DENIED =
      new Refusal(Stage.APPEND, ErrorClass.PERMISSION, "No grant.", "Grant it.");

  private static final Refusal OTHER_KEY =
      new Refusal(Stage.APPEND, ErrorClass.TABLE_CONFLICT, "Another key.", "Move it.");

  private final ScriptedClock time = new ScriptedClock();
  private final LetGo letGo =
      new LetGo(Duration.ofMinutes(2), table -> table.startsWith("_walbeam"), time);

  @Test
  void aTableIsLetGoOnceItHasWaitedForLongWhileAnotherWasWritten() {
    letGo.waits("bad", DENIED);
    letGo.accepted("good");
    letGo.waits("bad", DENIED);
    time.pass(Duration.ofSeconds(119));
    assertThat(letGo.isOver("bad")).isFalse();
    assertThat(letGo.refusal("bad")).isEmpty();

    time.pass(Duration.ofSeconds(1));
    assertThat(letGo.isOver("bad")).isTrue();
    assertThat(letGo.refusal("bad"))
        .contains(
            new Refusal(
                Stage.APPEND, ErrorClass.LET_GO, "Table bad was let go: No grant.", "Grant it."));
    assertThat(letGo.tables()).containsOnlyKeys("bad");
    assertThat(letGo.refusal("good")).isEmpty();
  }

  @Test
  void anOutageThatEndsForAnotherTableFirstIsNoReasonToLetOneGo() {
    letGo.waits("bad", DENIED);
    time.pass(Duration.ofMinutes(5));
    letGo.accepted("good");
    assertThat(letGo.isOver("bad")).as("not tried since").isFalse();
    letGo.waits("bad", DENIED);
    assertThat(letGo.isOver("bad")).as("refused again").isTrue();
  }

  @Test
  void whereNothingElseIsWrittenAProofIsWantedOnceTheTimeIsOver() {
    assertThat(letGo.lacksProof()).isFalse();
    letGo.waits("bad", DENIED);
    time.pass(Duration.ofSeconds(119));
    assertThat(letGo.lacksProof()).isFalse();
    time.pass(Duration.ofSeconds(1));
    assertThat(letGo.lacksProof()).isTrue();
    letGo.accepted("_walbeam_state");
    assertThat(letGo.lacksProof()).isFalse();
    letGo.waits("bad", DENIED);
    assertThat(letGo.isOver("bad")).isTrue();
  }

  @Test
  void whatIsRefusedEverywhereIsNoReasonToLetOneGo() {
    letGo.accepted("good");
    letGo.waits("bad", DENIED);
    letGo.waits("good", DENIED);
    time.pass(Duration.ofHours(1));
    assertThat(letGo.isOver("bad")).isFalse();
    assertThat(letGo.isOver("good")).isFalse();
  }

  @Test
  void aTableThatWasWrittenMeanwhileStartsAnew() {
    letGo.waits("bad", DENIED);
    letGo.accepted("good");
    letGo.accepted("bad");
    time.pass(Duration.ofMinutes(3));
    letGo.waits("bad", DENIED);
    letGo.accepted("good");
    assertThat(letGo.isOver("bad")).isFalse();
  }

  @Test
  void walbeamsOwnTablesAreNeverLetGo() {
    letGo.waits("_walbeam_dead_letters", DENIED);
    letGo.accepted("good");
    time.pass(Duration.ofDays(1));
    assertThat(letGo.isOver("_walbeam_dead_letters")).isFalse();
  }

  @Test
  void aRunThatShallEndLetsGoAtOnce() {
    LetGo ending = new LetGo(Duration.ZERO, table -> false, time);
    ending.waits("bad", DENIED);
    assertThat(ending.isOver("bad")).isTrue();
  }

  @Test
  void itIsTriedAfterTenMinutesThenLessOften() {
    letGo("bad", DENIED);
    for (long minutes : new long[] {10, 10, 20, 40, 80, 120, 120}) {
      time.pass(Duration.ofMinutes(minutes).minusSeconds(1));
      assertThat(letGo.refusal("bad")).as("before %d minutes", minutes).isPresent();
      time.pass(Duration.ofSeconds(1));
      assertThat(letGo.refusal("bad")).as("after %d minutes", minutes).isEmpty();
      letGo.waits("bad", DENIED);
      assertThat(letGo.isOver("bad")).as("it does not wait again").isTrue();
    }
  }

  @Test
  void whoLooksEarlierMayTryItAtOnceAndAcceptedRowsEndIt() {
    letGo("bad", DENIED);
    letGo.lookAt("bad");
    assertThat(letGo.refusal("bad")).isEmpty();
    assertThat(letGo.isOver("bad")).isFalse();
    letGo.accepted("bad");
    assertThat(letGo.tables()).isEmpty();
  }

  @Test
  void theKeysOfATableThatDoesNotFitAreInDoubt() {
    letGo("bad", DENIED);
    assertThat(letGo.keysTell("bad")).isTrue();
    letGo.waits("bad", OTHER_KEY);
    assertThat(letGo.keysTell("bad")).isFalse();
  }

  @Test
  void rowsThatNeedNothingOfTheSourceAreWrittenWhileItsTableMayNotBeRead() {
    String reading = LetGo.readingOf("bad");
    letGo.waits(reading, DENIED);
    letGo.accepted("bad");
    letGo.waits(reading, DENIED);
    time.pass(Duration.ofMinutes(2));
    assertThat(letGo.isOver(reading)).isTrue();
    assertThat(letGo.refusal("bad")).isEmpty();
    letGo.ended(reading);
    assertThat(letGo.refusal(reading)).isEmpty();
  }

  private void letGo(String table, Refusal reason) {
    letGo.waits(table, reason);
    letGo.accepted("good");
    letGo.waits(table, reason);
    time.pass(Duration.ofMinutes(2));
    assertThat(letGo.isOver(table)).isTrue();
  }
}
