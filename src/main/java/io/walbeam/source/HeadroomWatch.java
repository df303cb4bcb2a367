package io.walbeam.source;

import io.walbeam.postgres.SlotHeadroom;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Says early when a slot is about to be invalidated, and once when it may fill the server's disk.
 * Not thread-safe.
 */
final class HeadroomWatch {
  /** Often enough for a warning that comes hours ahead, and a rate that means something. */
  static final Duration INTERVAL = Duration.ofMinutes(1);

  private static final double NANOS_PER_HOUR = 3.6e12;
  private static final double BYTES_PER_MEGABYTE = 1 << 20;

  private static final String NO_LIMIT =
      "PostgreSQL has no max_slot_wal_keep_size, so a slot that nobody reads fills the server's"
          + " disk. Run: "
          + SlotHeadroom.SET_LIMIT
          + " with what the disk can spare, and where the provider sets it, there.";

  private final String slot;
  private @Nullable SlotHeadroom last;
  private long lastNanos;
  private boolean limitSaid;
  private double saidHours = Double.MAX_VALUE;

  HeadroomWatch(String slot) {
    this.slot = slot;
  }

  /** Whether it is time for another look. */
  boolean isDue(long nanos) {
    return last == null || nanos - lastNanos >= INTERVAL.toNanos();
  }

  /**
   * Takes a look and returns what to warn of. The same is said again only when half of the time has
   * gone.
   */
  Optional<String> look(SlotHeadroom now, long nanos) {
    @Nullable SlotHeadroom before = last;
    double elapsedHours = (nanos - lastNanos) / NANOS_PER_HOUR;
    last = now;
    lastNanos = nanos;
    if (now.safeBytes().isEmpty()) {
      boolean first = !limitSaid;
      limitSaid = true;
      return first ? Optional.of(NO_LIMIT) : Optional.empty();
    }
    long safe = Math.max(0, now.safeBytes().get());
    if (before == null) {
      return Optional.empty();
    }
    double perHour = (now.walEnd() - before.walEnd()) / elapsedHours;
    double hours = perHour <= 0 ? Double.MAX_VALUE : safe / perHour;
    if (hours >= SlotHeadroom.WARN_HOURS) {
      saidHours = Double.MAX_VALUE;
      return Optional.empty();
    }
    if (hours > saidHours / 2) {
      return Optional.empty();
    }
    saidHours = hours;
    return Optional.of(
        String.format(
            Locale.ROOT,
            "The slot %s keeps %,.0f MB of log and is invalidated after another %,.0f MB, in %.1f"
                + " hours at the rate of the last minute, unless it is read faster. Raise"
                + " max_slot_wal_keep_size, or mend what holds the run back.",
            slot,
            now.retainedBytes() / BYTES_PER_MEGABYTE,
            safe / BYTES_PER_MEGABYTE,
            hours));
  }
}
