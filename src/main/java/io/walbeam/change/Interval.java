package io.walbeam.change;

/**
 * The half-open stretch {@code (from, to]} of the replication stream.
 *
 * <p>An empty interval ({@code from} equals {@code to}) is allowed: it covers nothing.
 */
public record Interval(StreamPosition from, StreamPosition to) {
  public Interval {
    if (from.compareTo(to) > 0) {
      throw new IllegalArgumentException("an interval runs forward: " + from + " to " + to);
    }
  }

  /** Whether {@code next} begins exactly where this one ends. */
  public boolean isFollowedBy(Interval next) {
    return to.equals(next.from);
  }

  /** Whether the two overlap or touch, so that their union is one interval. */
  public boolean touches(Interval other) {
    return from.compareTo(other.to) <= 0 && other.from.compareTo(to) <= 0;
  }

  @Override
  public String toString() {
    return "(" + from + ", " + to + "]";
  }
}
