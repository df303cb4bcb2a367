package io.walbeam.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.walbeam.change.TableId;
import io.walbeam.dump.DumpRequest;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.options.BackfillOptions;
import io.walbeam.options.OptionsReader;
import io.walbeam.postgres.DumpConnection;
import io.walbeam.postgres.NoSuchTables;
import io.walbeam.sink.AskedDump;
import io.walbeam.sink.Sink;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/** {@code backfill}: asks the run that reads the slot for a dump, in a table of the destination. */
final class BackfillCommand {
  private BackfillCommand() {}

  /**
   * Returns when the request is durable.
   *
   * @throws WalbeamException if it cannot be asked for
   */
  static void run(OptionsReader.Source source, Lines out) throws InterruptedException {
    BackfillOptions options = source.options().as(BackfillOptions.class);
    List<String> keyFrom = bound("--keyFrom", Optional.ofNullable(options.getKeyFrom()));
    List<String> keyTo = bound("--keyTo", Optional.ofNullable(options.getKeyTo()));
    Asked asked = ask(source, keyFrom, keyTo);
    out.print(
        "Asked for a dump of "
            + asked.tables().stream().map(TableId::toString).collect(Collectors.joining(", "))
            + ". The run that reads the slot carries it out; "
            + asked.effect().ledger()
            + " shows how far it is."
            + (asked.effect().deletes() ? "" : " " + asked.effect().ofWhatIsGone()));
  }

  /**
   * What was asked for.
   *
   * @param name by which the ledger knows what came of it
   */
  record Asked(String name, List<TableId> tables, DumpEffect effect) {}

  /**
   * Asks for a dump of the published tables that {@code --tables} names.
   *
   * @param keyFrom first key of the range, empty for the lowest
   * @param keyTo last key of the range, empty for the highest
   */
  static Asked ask(OptionsReader.Source source, List<String> keyFrom, List<String> keyTo)
      throws InterruptedException {
    try (DumpConnection connection =
        new DumpConnection(source.replication().postgres(), "walbeam-backfill")) {
      List<TableId> tables =
          connection.published(source.replication().publication()).stream()
              .filter(source.tables()::matches)
              .toList();
      if (tables.isEmpty()) {
        throw NoSuchTables.published(source.replication().publication());
      }
      if (tables.size() > 1 && !(keyFrom.isEmpty() && keyTo.isEmpty())) {
        throw new WalbeamException(
            FailureKind.CONFIGURATION,
            "Key bounds go with one table, and --tables names " + tables.size() + ".",
            "Name one table.");
      }
      String name = UUID.randomUUID().toString();
      try (Sink sink = source.destination().open()) {
        sink.verify();
        sink.dumpLedger()
            .ask(
                new AskedDump(
                    name, source.replication().slot(), DumpRequest.of(tables, keyFrom, keyTo)));
        return new Asked(name, tables, DumpEffect.of(source.mapping(), sink));
      }
    }
  }

  /** What is longer would be refused where the request is read, and nobody would hear of it. */
  private static List<String> bound(String option, Optional<String> given) {
    List<String> values = values(option, given);
    if (values.size() > DumpRequest.MOST_BOUND_COLUMNS) {
      throw new WalbeamException(
          FailureKind.CONFIGURATION,
          option + " has more values than a key has columns.",
          "Give a value for each column of the primary key, in its order.");
    }
    if (values.stream().anyMatch(value -> value.length() > DumpRequest.LONGEST_BOUND)) {
      throw new WalbeamException(
          FailureKind.CONFIGURATION,
          option + " has a value of more than " + DumpRequest.LONGEST_BOUND + " characters.",
          "Give a shorter one, which need not be the key of a row, or leave the bounds out.");
    }
    return values;
  }

  /** A JSON list for a key of several columns, anything else as it stands. */
  private static List<String> values(String option, Optional<String> given) {
    String text = given.orElse("");
    if (!text.startsWith("[")) {
      return given.map(List::of).orElse(List.of());
    }
    try {
      JsonNode array = new ObjectMapper().readTree(text);
      List<String> values = new ArrayList<>();
      array.forEach(value -> values.add(value.asText()));
      return values;
    } catch (JsonProcessingException e) {
      throw new WalbeamException(
          FailureKind.CONFIGURATION,
          option + " begins like a JSON list, but is none.",
          "Give it as [\"first\",\"second\"], in the order of the primary key.");
    }
  }
}
