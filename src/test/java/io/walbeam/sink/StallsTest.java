package io.walbeam.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.failure.Retry;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class StallsTest {
  private final Instant start = Instant.parse("2026-01-01T00:00:00Z");
  private final Stalls stalls = new Stalls(Clock.fixed(start, ZoneOffset.UTC));

  @Test
  void aStallLastsUntilItsLastWaiterHasGone() {
    Stalls.Ongoing first = stalls.begin("t", "reason");
    Stalls.Ongoing second = stalls.begin("t", "reason");
    first.close();
    first.close();

    assertThat(stalls.current()).containsExactly(new Stalls.Stall("t", "reason", start, false));

    second.close();
    assertThat(stalls.current()).isEmpty();
  }

  @Test
  void reasonsAndTablesAreApart() {
    stalls.begin("a", "x");
    stalls.begin("a", "y");
    stalls.begin("b", "x");

    assertThat(stalls.current()).hasSize(3);
  }

  @Test
  void aReasonThatChangesIsTheSameStallAndItsEndIsSaidOnce() {
    List<String> said = new ArrayList<>();
    Handler handler =
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
    Logger logger = Logger.getLogger(Stalls.class.getName());
    Level before = logger.getLevel();
    logger.setLevel(Level.INFO);
    logger.addHandler(handler);
    try {
      Retry.Shown first = stalls.of("t").show("away", false);
      Retry.Shown second = stalls.of("t").show("away", false);
      first.change("starting up", false);
      second.change("starting up", false);
      assertThat(stalls.current())
          .containsExactly(new Stalls.Stall("t", "starting up", start, false));
      first.close();
      second.change("grant", true);
      assertThat(stalls.current()).containsExactly(new Stalls.Stall("t", "grant", start, true));
      second.close();
      second.change("more", false);
      stalls.of("t").show("away", false).leave();
      assertThat(stalls.current()).isEmpty();
    } finally {
      logger.removeHandler(handler);
      logger.setLevel(before);
    }
    assertThat(said)
        .containsExactly(
            "Table t waits: away",
            "Table t waits: starting up",
            "Table t waits: grant",
            "Table t no longer waits after 0 s.",
            "Table t waits: away");
  }
}
