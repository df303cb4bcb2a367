package io.walbeam.sink;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * The sinks of one JVM, one for each settings, because what they hold is scarce: connections, open
 * files, counters. Thread-safe.
 */
public final class SharedSinks<S, T> {
  private static final class Held<T> {
    final T sink;
    int holders;

    Held(T sink) {
      this.sink = sink;
    }
  }

  private final Function<S, T> opener;

  // Guarded by this.
  private final Map<S, Held<T>> sinks = new HashMap<>();

  /**
   * @param opener opens the sink of settings that nobody holds
   */
  public SharedSinks(Function<S, T> opener) {
    this.opener = opener;
  }

  /** The sink of these settings, held once more. */
  public synchronized T hold(S settings) {
    Held<T> held = sinks.computeIfAbsent(settings, any -> new Held<>(opener.apply(any)));
    held.holders++;
    return held.sink;
  }

  /** Gives one hold back. Returns whether it was the last, so that the sink is to be closed. */
  public synchronized boolean release(S settings, T sink) {
    Held<T> held = sinks.get(settings);
    if (held == null || held.sink != sink) {
      return true;
    }
    held.holders--;
    if (held.holders > 0) {
      return false;
    }
    sinks.remove(settings);
    return true;
  }
}
