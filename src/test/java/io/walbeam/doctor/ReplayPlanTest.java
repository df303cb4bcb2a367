package io.walbeam.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.TableId;
import io.walbeam.change.TablePatterns;
import io.walbeam.sink.DeadLetterCount;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReplayPlanTest {
  private static final TableId A = new TableId("public", "a");
  private static final TableId B = new TableId("public", "b");
  private static final TableId GONE = new TableId("public", "gone");

  private static final List<DeadLetterCount> OPEN =
      List.of(
          new DeadLetterCount(B, "let_go", 7, 2_000_000),
          new DeadLetterCount(A, "numeric_range", 3, 1_000_000),
          new DeadLetterCount(A, "let_go", 1, 3_000_000),
          new DeadLetterCount(GONE, "let_go", 1, 3_000_000));

  @Test
  void everyTableWithOpenLettersIsDumpedOnceIfItIsPublished() {
    ReplayPlan plan = plan(TablePatterns.ALL, Optional.empty(), Optional.empty());
    assertThat(plan.tables()).containsExactly(A, B);
    assertThat(plan.unpublished()).containsExactly(GONE);
    assertThat(plan.letters()).isEqualTo(OPEN);
  }

  @Test
  void tablesClassAndTimeNarrowItDown() {
    assertThat(
            plan(TablePatterns.parse("public.a", ""), Optional.of("let_go"), Optional.empty())
                .letters())
        .containsExactly(OPEN.get(2));
    assertThat(plan(TablePatterns.ALL, Optional.of("date_range"), Optional.empty()).letters())
        .isEmpty();
    assertThat(
            plan(TablePatterns.ALL, Optional.empty(), Optional.of(Instant.ofEpochSecond(3)))
                .tables())
        .containsExactly(A);
  }

  private static ReplayPlan plan(
      TablePatterns tables, Optional<String> errorClass, Optional<Instant> since) {
    return ReplayPlan.of(OPEN, Set.of(A, B), new ReplayPlan.Choice(tables, errorClass, since));
  }
}
