package io.walbeam.local.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compares ratios within one run with stored ones: what walbeam costs against what PostgreSQL costs
 * for the same rows at the same time, on whatever machine.
 */
public final class RatioCheck {
  /** So much more than stored is too much: what repeated runs differ by is below it. */
  private static final double TOLERANCE = 1.25;

  private RatioCheck() {}

  /** The first argument names the file, a line for each ratio: name, tab, value. */
  public static void main(String[] arguments)
      throws IOException, SQLException, InterruptedException {
    Path stored = Path.of(arguments[0]);
    BenchOptions options = BenchOptions.of(Arrays.copyOfRange(arguments, 1, arguments.length));
    options.allowOnly("rows", "rounds");
    int rows = options.number("rows", 1_000_000);
    int rounds = options.number("rounds", 3);
    boolean good = true;
    Map<String, Double> known = read(stored);
    for (Map.Entry<String, Double> ratio : measure(rows, rounds).entrySet()) {
      good &= report(ratio.getKey(), ratio.getValue(), known.get(ratio.getKey()));
    }
    System.exit(good ? 0 : 1);
  }

  private static Map<String, Double> measure(int rows, int rounds)
      throws IOException, SQLException, InterruptedException {
    Map<String, Double> ratios = new LinkedHashMap<>();
    ratios.put(
        "narrow rows, pipeline to walsender",
        toWalsender(EndToEndBenchmark.drained(RowShape.NARROW, 2 * rows, rows, rounds)));
    ratios.put(
        "wide rows, pipeline to walsender",
        toWalsender(EndToEndBenchmark.drained(RowShape.WIDE, rows / 2, rows / 4, rounds)));
    ratios.put(
        "dumped rows, time of a reader to time of binary COPY",
        BackfillBenchmark.readerToCopy(rows, rounds));
    return ratios;
  }

  /** CPU seconds of each further row. */
  private static double toWalsender(Marginal<ThroughputRun> run) {
    return run.more(one -> one.pipeline().sum()) / run.more(ThroughputRun::walsenderCpu);
  }

  private static boolean report(String name, double value, @Nullable Double stored) {
    if (stored == null) {
      System.out.printf(Locale.ROOT, "%8.2f  not stored  %s%n", value, name);
      return true;
    }
    boolean good = value <= stored * TOLERANCE;
    System.out.printf(
        Locale.ROOT, "%8.2f  stored %.2f  %s  %s%n", value, stored, good ? "good" : "WORSE", name);
    return good;
  }

  private static Map<String, Double> read(Path file) throws IOException {
    Map<String, Double> ratios = new LinkedHashMap<>();
    List<String> lines = Files.readAllLines(file);
    for (String line : lines) {
      String[] fields = line.split("\t", -1);
      if (fields.length == 2 && !line.startsWith("#")) {
        ratios.put(fields[0], Double.valueOf(fields[1]));
      }
    }
    return ratios;
  }
}
