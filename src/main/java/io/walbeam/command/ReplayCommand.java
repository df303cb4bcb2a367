package io.walbeam.command;

import io.walbeam.change.TableId;
import io.walbeam.doctor.ReplayPlan;
import io.walbeam.dump.DumpRequest;
import io.walbeam.options.CommandReader;
import io.walbeam.options.OptionsReader;
import io.walbeam.options.ReplayOptions;
import io.walbeam.options.ReportOptions;
import io.walbeam.postgres.DumpConnection;
import io.walbeam.sink.AskedDump;
import io.walbeam.sink.OpenKeys;
import io.walbeam.sink.Sink;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * {@code replay}: asks the run for dumps of the keys that open dead letters name, and of the tables
 * of which not all do, as {@code backfill} does.
 */
final class ReplayCommand {
  private ReplayCommand() {}

  /**
   * Prints what is asked for, once that is durable; with {@code --dryRun} what would be.
   *
   * @throws io.walbeam.failure.WalbeamException if an end cannot be used
   */
  static void run(OptionsReader.Source source, Lines out) throws InterruptedException {
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
      Map<TableId, List<String>> keys =
          keys(sink.openKeys(), plan, Optional.ofNullable(options.getErrorClass()));
      boolean asks = !options.isDryRun() && !plan.tables().isEmpty();
      if (asks) {
        for (String request : requests(plan, keys)) {
          sink.dumpLedger()
              .ask(
                  new AskedDump(
                      UUID.randomUUID().toString(), source.replication().slot(), request));
        }
      }
      Map<TableId, Integer> named = new LinkedHashMap<>();
      keys.forEach((table, letters) -> named.put(table, letters.size()));
      boolean json = source.options().as(ReportOptions.class).getFormat().equals("json");
      if (json) {
        out.raw(ReplayText.json(plan, named, asks));
      } else {
        out.print(
            ReplayText.text(plan, named, asks, DumpEffect.of(source.mapping(), sink).ledger()));
      }
    }
  }

  /** The keys of the tables whose letters name all of them, and few enough. */
  private static Map<TableId, List<String>> keys(
      OpenKeys open, ReplayPlan plan, Optional<String> errorClass) throws InterruptedException {
    Map<TableId, List<String>> keys = new LinkedHashMap<>();
    for (TableId table : plan.tables()) {
      open.of(table, errorClass, DumpRequest.MOST_LETTERS)
          .filter(DumpRequest::canName)
          .ifPresent(letters -> keys.put(table, letters));
    }
    return keys;
  }

  private static List<String> requests(ReplayPlan plan, Map<TableId, List<String>> keys) {
    List<String> requests = new ArrayList<>();
    List<TableId> whole = plan.tables().stream().filter(table -> !keys.containsKey(table)).toList();
    if (!whole.isEmpty()) {
      requests.add(DumpRequest.of(whole, List.of(), List.of()));
    }
    keys.forEach((table, letters) -> requests.addAll(DumpRequest.ofLetters(table, letters)));
    return requests;
  }
}
