package io.walbeam.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.Operation;
import io.walbeam.change.TableId;
import io.walbeam.deadletter.DeadLetter;
import io.walbeam.failure.ErrorClass;
import io.walbeam.failure.Refusal;
import io.walbeam.failure.Stage;
import io.walbeam.metrics.JobCounts;
import io.walbeam.metrics.Metric;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CountedDeadLettersTest {
  private static final Logger LOGGER = Logger.getLogger(CountedDeadLetters.class.getName());

  private final List<String> said = new ArrayList<>();
  private final List<DeadLetter> written = new ArrayList<>();
  private final JobCounts counts = new JobCounts();
  private Instant now = Instant.EPOCH;
  private final Clock clock =
      new Clock() {
        @Override
        public ZoneOffset getZone() {
          return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
          return this;
        }

        @Override
        public Instant instant() {
          return now;
        }
      };
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          said.add(record.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    LOGGER.addHandler(handler);
  }

  @AfterEach
  void leave() {
    LOGGER.removeHandler(handler);
  }

  private static DeadLetter letter(String table, ErrorClass errorClass) {
    return new DeadLetter(
        0,
        new Refusal(Stage.MAP, errorClass, "The value is out of range.", "Change the column."),
        new DeadLetter.Change(
            new TableId("public", table), Operation.INSERT, new ChangePosition(0, 1, 1, 0), 1, 1),
        "{\"id\":\"secret\"}",
        "{}",
        new byte[0]);
  }

  @Test
  void eachTableAndClassIsSaidOnceWithItsRemedyAndThenCountedOnceAMinute() throws Exception {
    CountedDeadLetters letters = new CountedDeadLetters(written::addAll, counts, clock);
    for (int i = 0; i < 1_604; i++) {
      letters.write(List.of(letter("rental", ErrorClass.DATE_INFINITE)));
    }
    letters.write(
        List.of(letter("film", ErrorClass.DATE_INFINITE), letter("rental", ErrorClass.DATE_RANGE)));
    assertThat(said).hasSize(3);
    assertThat(said.get(0)).contains("public.rental", "(date_infinite)", "Change the column.");
    now = now.plus(CountedDeadLetters.REMINDER_INTERVAL);
    letters.write(
        List.of(
            letter("rental", ErrorClass.DATE_INFINITE),
            letter("rental", ErrorClass.DATE_INFINITE)));
    assertThat(said).hasSize(4);
    assertThat(said.get(3)).startsWith("1604 more changes of table public.rental");
    assertThat(said.toString()).doesNotContain("secret");
    assertThat(counts.total(Metric.DEAD_LETTERS)).isEqualTo(written.size()).isEqualTo(1_608);
  }

  @Test
  void whatCouldNotBeWrittenIsNotCounted() {
    CountedDeadLetters letters =
        new CountedDeadLetters(
            any -> {
              throw new IllegalStateException("away");
            },
            counts,
            clock);
    assertThatThrownBy(() -> letters.write(List.of(letter("rental", ErrorClass.DATE_INFINITE))))
        .isInstanceOf(IllegalStateException.class);
    assertThat(counts.total(Metric.DEAD_LETTERS)).isZero();
    assertThat(said).isEmpty();
  }
}
