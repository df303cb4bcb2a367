package io.walbeam.local.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * CPU time of processes by name, read from {@code /proc} again and again so that the last reading
 * of a process that has ended is known (Linux, proc(5)). Thread-safe.
 */
final class CpuMeter implements AutoCloseable {
  private static final long SAMPLE_MILLIS = 50;

  private record Watched(long pid, double first, double last) {}

  /** Threads of one process, by identifier. */
  private record Threads(long pid, CpuSplit first, Map<String, CpuSplit> last) {
    CpuSplit read() {
      CpuSplit.read(pid, last);
      return CpuSplit.sum(last.values()).minus(first);
    }
  }

  private final Map<String, Watched> watched = new ConcurrentHashMap<>();
  private final Map<String, Threads> split = new ConcurrentHashMap<>();
  private final Thread sampler = new Thread(this::sample, "cpu-meter");

  private CpuMeter() {
    sampler.setDaemon(true);
  }

  static CpuMeter start() {
    CpuMeter meter = new CpuMeter();
    meter.sampler.start();
    return meter;
  }

  /** Counts what the process uses from now on. */
  void watch(String name, long pid) {
    double now = seconds(pid, 0);
    watched.put(name, new Watched(pid, now, now));
  }

  /** Counts what the process used since it was started. */
  void watchFromItsStart(String name, long pid) {
    watched.computeIfAbsent(name, n -> new Watched(pid, 0, seconds(pid, 0)));
  }

  /** Counts by {@link CpuSplit} what the process, a JVM, uses from now on. */
  void watchThreads(String name, long pid) {
    Map<String, CpuSplit> threads = new ConcurrentHashMap<>();
    CpuSplit.read(pid, threads);
    split.put(name, new Threads(pid, CpuSplit.sum(threads.values()), threads));
  }

  /** Counts by {@link CpuSplit} what the process, a JVM, used since it was started. */
  void watchThreadsFromTheirStart(String name, long pid) {
    split.put(name, new Threads(pid, CpuSplit.NONE, new ConcurrentHashMap<>()));
  }

  /** What it was for since the watch began. */
  CpuSplit split(String name) {
    Threads threads = split.get(name);
    return threads == null ? CpuSplit.NONE : threads.read();
  }

  /** CPU seconds of all names with this beginning; see {@link #seconds(String)}. */
  double secondsOfAll(String prefix) {
    return watched.keySet().stream()
        .filter(name -> name.startsWith(prefix))
        .mapToDouble(this::seconds)
        .sum();
  }

  /** CPU seconds since the watch began, 0 for a name that was never watched. */
  double seconds(String name) {
    Watched process = watched.computeIfPresent(name, (n, w) -> updated(w));
    return process == null ? 0 : process.last - process.first;
  }

  @Override
  public void close() {
    sampler.interrupt();
  }

  private void sample() {
    try {
      while (true) {
        watched.replaceAll((name, process) -> updated(process));
        split.values().forEach(Threads::read);
        TimeUnit.MILLISECONDS.sleep(SAMPLE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Watched updated(Watched process) {
    return new Watched(process.pid, process.first, seconds(process.pid, process.last));
  }

  private static double seconds(long pid, double ifGone) {
    try {
      return CpuSplit.secondsOf(Files.readString(Path.of("/proc/" + pid + "/stat")));
    } catch (IOException e) {
      return ifGone;
    }
  }
}
