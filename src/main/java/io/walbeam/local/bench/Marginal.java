package io.walbeam.local.bench;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * What further rows cost: runs over few and over many rows by turns, and the difference of their
 * medians. What a process needs once, to start and to be compiled, is in both and so in neither.
 *
 * @param <T> the figures of one run
 * @param rows of each run over many
 * @param fewRows of each run over few
 */
record Marginal<T>(int rows, int fewRows, List<T> many, List<T> few) {
  private static final double MILLION = 1e6;

  /** One run over so many rows, with ends of its own. */
  @FunctionalInterface
  interface Run<T> {
    T over(int rows) throws IOException, SQLException, InterruptedException;
  }

  static <T> Marginal<T> measure(Run<T> run, int rows, int fewRows, int rounds)
      throws IOException, SQLException, InterruptedException {
    List<T> many = new ArrayList<>();
    List<T> few = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      few.add(run.over(fewRows));
      many.add(run.over(rows));
    }
    return new Marginal<>(rows, fewRows, many, few);
  }

  /** The median of the runs over many rows. */
  double median(ToDoubleFunction<T> value) {
    return median(many, value);
  }

  /** Of a million rows more. */
  double more(ToDoubleFunction<T> value) {
    return (median(many, value) - median(few, value)) / ((rows - fewRows) / MILLION);
  }

  static <T> double median(List<T> runs, ToDoubleFunction<T> value) {
    return median(runs.stream().mapToDouble(value).toArray());
  }

  static double median(double[] values) {
    double[] sorted = Arrays.stream(values).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** Rows a second of the whole and of what is more. */
  void printRate(String what, ToDoubleFunction<T> seconds) {
    System.out.printf(
        Locale.ROOT,
        "  %,12.0f rows/s %s, %,d rows, median of %d%n  %,12.0f rows/s of the rows beyond %,d%n",
        rows / median(seconds),
        what,
        rows,
        many.size(),
        MILLION / more(seconds),
        fewRows);
  }

  /** CPU seconds a million rows of a JVM, of the whole and of what is more. */
  void printCpu(String process, Function<T, CpuSplit> cpu) {
    print(process + ", the whole", cpu, value -> median(value) / (rows / MILLION));
    print(process + ", each million more", cpu, this::more);
  }

  /** The same of another process. */
  void printSeconds(String process, ToDoubleFunction<T> seconds) {
    System.out.printf(
        Locale.ROOT,
        "  %12.2f CPU seconds a million rows: %s, the whole; %.2f each million more%n",
        median(seconds) / (rows / MILLION),
        process,
        more(seconds));
  }

  private void print(
      String what, Function<T, CpuSplit> cpu, Function<ToDoubleFunction<T>, Double> figure) {
    System.out.printf(
        Locale.ROOT,
        "  %12.2f CPU seconds a million rows, JIT %.2f, GC %.2f, work %.2f: %s%n",
        figure.apply(run -> cpu.apply(run).sum()),
        figure.apply(run -> cpu.apply(run).jit()),
        figure.apply(run -> cpu.apply(run).garbage()),
        figure.apply(run -> cpu.apply(run).work()),
        what);
  }
}
