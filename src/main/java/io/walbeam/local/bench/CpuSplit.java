package io.walbeam.local.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * CPU seconds of one JVM by what they were for, told by the names of its threads.
 *
 * @param jit compilers
 * @param garbage collectors
 * @param work everything else
 */
record CpuSplit(double jit, double garbage, double work) {
  /** USER_HZ: 100 on every Linux that runs a JVM. */
  private static final double TICKS_PER_SECOND = 100;

  /** Fields utime and stime of {@code /proc/PID/stat}, counted after the command's name. */
  private static final int USER_TIME = 11;

  private static final int SYSTEM_TIME = 12;

  /** The last of the fields cutime and cstime, which follow. */
  private static final int CHILDREN_SYSTEM_TIME = 14;

  static final CpuSplit NONE = new CpuSplit(0, 0, 0);

  double sum() {
    return jit + garbage + work;
  }

  CpuSplit minus(CpuSplit other) {
    return new CpuSplit(jit - other.jit, garbage - other.garbage, work - other.work);
  }

  CpuSplit dividedBy(double by) {
    return new CpuSplit(jit / by, garbage / by, work / by);
  }

  /** Of a thread with this name and CPU seconds. */
  private static CpuSplit of(String thread, double seconds) {
    if (thread.startsWith("C1 Comp") || thread.startsWith("C2 Comp")) {
      return new CpuSplit(seconds, 0, 0);
    }
    boolean collects =
        thread.startsWith("GC ")
            || thread.startsWith("G1 ")
            || thread.startsWith("ParGC")
            || thread.equals("VM Thread");
    return collects ? new CpuSplit(0, seconds, 0) : new CpuSplit(0, 0, seconds);
  }

  private CpuSplit plus(CpuSplit other) {
    return new CpuSplit(jit + other.jit, garbage + other.garbage, work + other.work);
  }

  /** The sum of threads, each as it was read last. */
  static CpuSplit sum(Iterable<CpuSplit> threads) {
    CpuSplit sum = NONE;
    for (CpuSplit thread : threads) {
      sum = sum.plus(thread);
    }
    return sum;
  }

  /** Reads every thread of {@code pid} into {@code threads}; those that have ended stay. */
  static void read(long pid, Map<String, CpuSplit> threads) {
    try (DirectoryStream<Path> tasks =
        Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
      for (Path task : tasks) {
        readThread(task, threads);
      }
    } catch (IOException | DirectoryIteratorException | UncheckedIOException e) {
      // The process has ended; what was read last counts.
    }
  }

  private static void readThread(Path task, Map<String, CpuSplit> threads) {
    try {
      String stat = Files.readString(task.resolve("stat"));
      String name = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
      threads.put(task.getFileName().toString(), of(name, secondsOf(stat)));
    } catch (IOException e) {
      // The thread has ended.
    }
  }

  /** Of a line of {@code /proc/PID/stat} or of a thread's. */
  static double secondsOf(String stat) {
    return seconds(stat, SYSTEM_TIME);
  }

  /** The same with the process's children that have ended. */
  static double secondsWithChildrenOf(String stat) {
    return seconds(stat, CHILDREN_SYSTEM_TIME);
  }

  private static double seconds(String stat, int lastField) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    long ticks = 0;
    for (int i = USER_TIME; i <= lastField; i++) {
      ticks += Long.parseLong(fields[i]);
    }
    return ticks / TICKS_PER_SECOND;
  }
}
