package io.walbeam.local.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BurstTest {
  private static final List<FaultCase> FAULTS =
      Stream.of(Subject.values())
          .flatMap(
              subject ->
                  Stream.of(
                      FaultCase.once(subject, subject + " once", FaultCase.NOTHING),
                      new FaultCase(
                          subject, subject + " long", 20, FaultCase.NOTHING, FaultCase.NOTHING)))
          .toList();

  @Test
  void aSeedRepeatsItsBursts() {
    assertThat(bursts(7)).isEqualTo(bursts(7)).isNotEqualTo(bursts(8));
  }

  @Test
  void aSubjectHasOneLaneAndEveryBurstAFault() {
    for (Burst burst : bursts(1)) {
      assertThat(burst.lanes()).extracting(Burst.Lane::subject).doesNotHaveDuplicates();
      assertThat(burst.happenings()).isNotEmpty();
      for (Burst.Lane lane : burst.lanes()) {
        assertThat(lane.happenings())
            .isNotEmpty()
            .allMatch(happening -> happening.fault().subject() == lane.subject());
      }
    }
  }

  @Test
  void everyFaultComes() {
    assertThat(bursts(1))
        .flatExtracting(Burst::happenings)
        .extracting(Burst.Happening::fault)
        .containsAll(FAULTS);
  }

  @Test
  void longBurstsMeetTheProgramNotMoreOften() {
    Random random = new Random(3);
    int longest = 0;
    for (int i = 0; i < 20; i++) {
      for (Burst.Lane lane : Burst.plan(random, FAULTS, 9).lanes()) {
        if (lane.subject() == Subject.PROGRAM) {
          assertThat(lane.happenings()).hasSizeLessThanOrEqualTo(Burst.USUAL);
        }
        longest = Math.max(longest, lane.happenings().size());
      }
    }
    assertThat(longest).isGreaterThan(Burst.USUAL).isLessThanOrEqualTo(9);
  }

  @Test
  void whatMayNotHappenAgainComesOnceInABurst() {
    FaultCase once =
        new FaultCase(Subject.POSTGRES, "promoted", 0, FaultCase.NOTHING, FaultCase.NOTHING, false);
    FaultCase other = FaultCase.once(Subject.POSTGRES, "restarted", FaultCase.NOTHING);
    Random random = new Random(5);
    int seen = 0;
    for (int i = 0; i < 20; i++) {
      long times =
          Burst.plan(random, List.of(once, other), 9).happenings().stream()
              .filter(happening -> happening.fault().equals(once))
              .count();
      assertThat(times).isLessThanOrEqualTo(1);
      seen += (int) times;
    }
    assertThat(seen).isPositive();
  }

  private static List<Burst> bursts(long seed) {
    Random random = new Random(seed);
    List<Burst> bursts = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      bursts.add(Burst.plan(random, FAULTS, Burst.USUAL));
    }
    return bursts;
  }
}
