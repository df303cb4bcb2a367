package io.walbeam.dump;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VisibleRequestsTest {
  private final VisibleRequests visible = new VisibleRequests();

  @Test
  void whoWaitedForARequestWaitedForThoseBeforeItAndForNoLaterOne() {
    assertThat(visible.ready(0)).isEmpty();
    assertThat(visible.ready(10)).isEmpty();
    visible.ended(10, 100);
    assertThat(visible.ready(9)).hasValue(100);
    assertThat(visible.ready(10)).hasValue(100);
    assertThat(visible.ready(11)).isEmpty();
  }

  @Test
  void aWaitThatEndsLateTakesNothingBack() {
    visible.ended(20, 200);
    visible.ended(10, 300);
    assertThat(visible.ready(20)).hasValue(200);
    visible.ended(Long.MIN_VALUE, 400);
    assertThat(visible.ready(Long.MAX_VALUE)).as("positions are unsigned").hasValue(400);
  }
}
