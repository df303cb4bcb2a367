package io.walbeam.failure;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Named places where a test ends the process as a SIGKILL would: no shutdown hook, no flush.
 *
 * <p>Armed by the environment variable {@code WALBEAM_FAILPOINT=name[:count]}: the process halts
 * with exit code 137 the {@code count}-th time (default the first) it reaches that place. Costs one
 * comparison with null when not armed.
 */
public enum FailPoint {
  /** The slot was just created. */
  SLOT_CREATED("slot-created"),
  /** Rows are taken by the destination, no receipt exists yet. */
  ROWS_APPENDED("rows-appended"),
  /** A file is complete and durable, readers do not see it yet. */
  FILE_WRITTEN("file-written"),
  /** A file can be seen, nobody knows that it is durable. */
  FILE_PUBLISHED("file-published"),
  /** The state row is durable, the slot has not moved yet. */
  STATE_WRITTEN("state-written"),
  /** The slot was told the position. */
  SLOT_MOVED("slot-moved");

  private static final int EXIT_CODE = 137;
  private static final @Nullable String ARMED = System.getenv("WALBEAM_FAILPOINT");
  private static final AtomicInteger LEFT = new AtomicInteger(countOf(ARMED));

  private final String label;

  FailPoint(String label) {
    this.label = label;
  }

  /** Ends the process if this place is armed and its count is used up. */
  public void reached() {
    if (ARMED != null && nameOf(ARMED).equals(label) && LEFT.decrementAndGet() == 0) {
      Runtime.getRuntime().halt(EXIT_CODE);
    }
  }

  private static String nameOf(String armed) {
    int colon = armed.indexOf(':');
    return colon < 0 ? armed : armed.substring(0, colon);
  }

  private static int countOf(@Nullable String armed) {
    int colon = armed == null ? -1 : armed.indexOf(':');
    return colon < 0 || armed == null ? 1 : Integer.parseInt(armed.substring(colon + 1));
  }
}
