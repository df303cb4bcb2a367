package io.walbeam.command;

import io.walbeam.doctor.CheckReport;
import io.walbeam.doctor.DestinationCheck;
import io.walbeam.doctor.Provider;
import io.walbeam.doctor.SourceCheck;
import io.walbeam.options.OptionsReader;
import io.walbeam.options.ProviderOptions;
import io.walbeam.options.ReportOptions;
import io.walbeam.sink.Sink;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** {@code check}: says what is in the way of a run, without changing anything. */
final class CheckCommand {
  private CheckCommand() {}

  /**
   * Prints the report and returns the exit code.
   *
   * @param statements how what is to be copied is folded
   */
  static int run(OptionsReader.Source source, PrintStream out, int columns, Folding statements)
      throws InterruptedException {
    Optional<Provider> provider =
        Optional.ofNullable(source.options().as(ProviderOptions.class).getProvider())
            .flatMap(Provider::of);
    SourceCheck.Outcome found =
        SourceCheck.run(source.replication(), source.tables(), source.mapping(), provider);
    String dataset = source.destination().describe();
    CheckReport destination =
        DestinationCheck.run(
            () -> {
              try (Sink sink = source.destination().open()) {
                return sink.survey();
              }
            },
            dataset,
            found.keyedDestinations(),
            found.columns(),
            source.mapping().structures());
    CheckReport report =
        new CheckReport(
            joined(found.report().summary(), destination.summary()),
            joined(found.report().findings(), destination.findings()),
            joined(found.report().notChecked(), destination.notChecked()));
    boolean json = source.options().as(ReportOptions.class).getFormat().equals("json");
    out.print(
        json
            ? ReportText.json(report)
            : new ReportText(new Folding(columns), statements).text(report));
    return report.exitCode();
  }

  private static <T> List<T> joined(List<T> first, List<T> second) {
    return Stream.concat(first.stream(), second.stream())
        .collect(java.util.stream.Collectors.toCollection(ArrayList::new));
  }
}
