package io.walbeam.command;

import io.walbeam.doctor.ReplayPlan;
import io.walbeam.dump.DumpRequest;
import io.walbeam.options.CommandReader;
import io.walbeam.options.OptionsReader;
import io.walbeam.options.ReplayOptions;
import io.walbeam.options.ReportOptions;
import io.walbeam.postgres.DumpConnection;
import io.walbeam.sink.AskedDump;
import io.walbeam.sink.Sink;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * {@code replay}: asks the run for dumps of the tables that have open dead letters, as {@code
 * backfill} does.
 */
final class ReplayCommand {
  private ReplayCommand() {}

  /**
   * Prints what is asked for, once that is durable; with {@code --dryRun} what would be.
   *
   * @throws io.walbeam.failure.WalbeamException if an end cannot be used
   */
  static void run(OptionsReader.Source source, PrintStream out) throws InterruptedException {
    ReplayOptions options = source.options().as(ReplayOptions.class);
    try (DumpConnection connection =
            new DumpConnection(source.replication().postgres(), "walbeam-replay");
        Sink sink = source.destination().open()) {
      sink.verify();
      ReplayPlan plan =
          ReplayPlan.of(
              sink.deadLetterCounts(),
              Set.copyOf(connection.published(source.replication().publication())),
              new ReplayPlan.Choice(
                  source.tables(),
                  Optional.ofNullable(options.getErrorClass()),
                  CommandReader.since(source.options())));
      boolean asks = !options.isDryRun() && !plan.tables().isEmpty();
      if (asks) {
        sink.dumpLedger()
            .ask(
                new AskedDump(
                    UUID.randomUUID().toString(),
                    source.replication().slot(),
                    DumpRequest.of(plan.tables(), List.of(), List.of())));
      }
      boolean json = source.options().as(ReportOptions.class).getFormat().equals("json");
      out.print(json ? ReplayText.json(plan, asks) : ReplayText.text(plan, asks));
      out.flush();
    }
  }
}
