package io.walbeam.metrics;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts of one job in this JVM, by metric name, since its start. Any thread counts; a thread of
 * Beam now and then carries what was added to Beam's counters. Thread-safe, without locks on the
 * hot path.
 */
public final class JobCounts {
  /** Tables with counters of their own: more names than this burden every runner's reporting. */
  static final int MAX_TABLES = 200;

  private static final String OTHER = "other";

  private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();
  private final Map<String, Long> carried = new TreeMap<>();
  private final Set<String> tables = ConcurrentHashMap.newKeySet();

  /** Adds to the count of that name. */
  public void add(String name, long value) {
    counts.computeIfAbsent(name, any -> new LongAdder()).add(value);
  }

  /** Raises the count of that name to a sum that was counted elsewhere. */
  public synchronized void raiseTo(String name, long sum) {
    LongAdder adder = counts.computeIfAbsent(name, any -> new LongAdder());
    adder.add(sum - adder.sum());
  }

  /** Changes of a source table; beyond {@link #MAX_TABLES} tables they share one name. */
  public void changed(String schemaAndTable, String operation, long changes) {
    String name = schemaAndTable;
    if (!tables.contains(name)) {
      synchronized (tables) {
        name = tables.size() < MAX_TABLES ? name : OTHER;
        tables.add(name);
      }
    }
    add(Metric.CHANGES.named(operation, name), changes);
  }

  /** Sum over every name of that metric since the start. */
  public long total(Metric metric) {
    long sum = 0;
    for (Map.Entry<String, LongAdder> count : counts.entrySet()) {
      if (metric.matches(count.getKey())) {
        sum += count.getValue().sum();
      }
    }
    return sum;
  }

  /** What was added since the last call, by name; each unit is handed out exactly once. */
  public synchronized Map<String, Long> takeAdded() {
    Map<String, Long> added = new TreeMap<>();
    counts.forEach(
        (name, adder) -> {
          long sum = adder.sum();
          long before = carried.getOrDefault(name, 0L);
          if (sum != before) {
            carried.put(name, sum);
            added.put(name, sum - before);
          }
        });
    return added;
  }
}
