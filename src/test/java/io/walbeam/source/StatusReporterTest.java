package io.walbeam.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class StatusReporterTest {
  private record Sent(long written, long flushed, boolean reply) {}

  private final List<Sent> sent = new ArrayList<>();
  private final AtomicLong confirmable = new AtomicLong();

  private StatusReporter reporter(long timeoutMillis) {
    return new StatusReporter(
        (written, flushed, reply) -> sent.add(new Sent(written, flushed, reply)),
        confirmable::get,
        100,
        timeoutMillis,
        0);
  }

  private static long millis(long count) {
    return TimeUnit.MILLISECONDS.toNanos(count);
  }

  @Test
  void flushedPositionNeverMovesBackNorBelowTheSlot() throws Exception {
    StatusReporter reporter = reporter(0);
    confirmable.set(50);
    reporter.tick(0);
    confirmable.set(200);
    reporter.tick(millis(500));
    confirmable.set(150);
    reporter.tick(millis(6_000));
    assertThat(sent.stream().map(Sent::flushed)).containsExactly(100L, 200L, 200L);
    assertThat(reporter.reported()).isEqualTo(200);
  }

  @Test
  void risenPositionIsToldWithinHalfASecondAndNothingElseIsToldOften() throws Exception {
    StatusReporter reporter = reporter(0);
    reporter.tick(0);
    for (int i = 1; i < 40; i++) {
      reporter.tick(millis(50L * i));
    }
    assertThat(sent).hasSize(1);
    confirmable.set(200);
    reporter.tick(millis(2_050));
    assertThat(sent).hasSize(2);
  }

  @Test
  void shortServerTimeoutMakesStatusesMoreFrequent() throws Exception {
    StatusReporter reporter = reporter(2_000);
    for (int i = 0; i <= 20; i++) {
      reporter.tick(millis(100L * i));
    }
    assertThat(sent).hasSizeGreaterThanOrEqualTo(4);
  }

  @Test
  void requestIsAnsweredAtOnceAndWrittenIsWhatWasReceived() throws Exception {
    StatusReporter reporter = reporter(0);
    reporter.tick(0);
    reporter.received(900);
    reporter.replyRequested();
    reporter.tick(1);
    assertThat(sent.get(1)).isEqualTo(new Sent(900, 100, false));
  }

  @Test
  void silentServerIsAskedAndThenGivenUp() throws Exception {
    StatusReporter reporter = reporter(0);
    reporter.tick(0);
    reporter.tick(millis(20_000));
    assertThat(sent.get(1).reply()).isTrue();
    assertThatThrownBy(() -> reporter.tick(millis(60_000))).isInstanceOf(IOException.class);
  }
}
