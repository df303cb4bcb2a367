package io.walbeam.sink;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;

/** A run that shall end does not wait for a person. Thread-safe. */
public final class EndOfRun {
  /** How long a table is given in which a person must mend something: they may be at it. */
  public static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Stalls stalls;
  private final boolean near;
  private final Clock clock;

  /**
   * @param near whether the run ends by itself
   */
  public EndOfRun(Stalls stalls, boolean near, Clock clock) {
    this.stalls = stalls;
    this.near = near;
    this.clock = clock;
  }

  /**
   * Fails if the run ends and one of the tables has needed a person for a while.
   *
   * @param what is not done, for the message: "rows are not written"
   * @throws WalbeamException of kind OPERATOR that names table and remedy
   */
  public void throwIfParked(String what, Predicate<String> tables) {
    if (!near) {
      return;
    }
    Instant longAgo = clock.instant().minus(PATIENCE);
    for (Stalls.Stall stall : stalls.current()) {
      if (stall.parked() && tables.test(stall.table()) && !stall.since().isAfter(longAgo)) {
        throw new WalbeamException(
            FailureKind.OPERATOR,
            "The run ends, but " + what + ": table " + stall.table() + " waits.",
            stall.reason() + " Then start again; nothing is lost.");
      }
    }
  }
}
