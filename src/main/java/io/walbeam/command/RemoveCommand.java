package io.walbeam.command;

import io.walbeam.options.CommandReader;
import io.walbeam.options.OptionsReader;
import io.walbeam.postgres.Removal;
import io.walbeam.sink.Sink;
import java.util.Set;

/** {@code remove}: drops what a run leaves, each part only when it is asked for. */
final class RemoveCommand {
  private RemoveCommand() {}

  /**
   * Returns when it is done; asking again is harmless.
   *
   * @throws io.walbeam.failure.WalbeamException if something is in the way
   */
  static void run(OptionsReader.Source source, Lines out) throws InterruptedException {
    Set<String> drop = CommandReader.dropped(source.options());
    Removal.requireIdle(source.replication());
    if (drop.contains("tables")) {
      try (Sink sink = source.destination().open()) {
        sink.verify();
        sink.dropOwnTables(source.replication().slot()).forEach(out::print);
      }
    }
    Removal.drop(source.replication(), drop.contains("slot"), drop.contains("publications"))
        .forEach(out::print);
  }
}
