package io.walbeam.dump;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.walbeam.change.ChangePosition;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.sink.DumpEntry;

/**
 * A truncation as the ledger keeps it, between the worker that reads of it and the one that acts.
 */
final class TruncationEntry {
  private static final ObjectMapper JSON = new ObjectMapper();

  private TruncationEntry() {}

  static DumpEntry of(String slot, Truncation truncation) {
    ChangePosition position = truncation.position();
    ObjectNode scope = JSON.createObjectNode();
    scope.put("n", Long.toHexString(position.n()));
    scope.put("transactionId", truncation.transactionId());
    return DumpEntry.requested(
        new DumpEntry.Order(
            slot,
            new DumpEntry.Point(
                position.epoch(),
                position.commitLsn(),
                position.changeLsn(),
                truncation.commitMicros()),
            truncation.table(),
            DumpEntry.Kind.TRUNCATE,
            scope.toString()));
  }

  /**
   * Reads what {@link #of} wrote.
   *
   * @throws WalbeamException if somebody else has written it
   */
  static Truncation read(DumpEntry entry) {
    try {
      JsonNode scope = JSON.readTree(entry.scope());
      DumpEntry.Point point = entry.order().point();
      return new Truncation(
          entry.table(),
          new ChangePosition(
              point.epoch(),
              point.commitLsn(),
              point.changeLsn(),
              Long.parseUnsignedLong(scope.path("n").asText(), 16)),
          scope.path("transactionId").asLong(),
          point.commitMicros());
    } catch (JsonProcessingException | NumberFormatException e) {
      throw new WalbeamException(
          FailureKind.OPERATOR,
          "The ledger's entry for the truncation of table " + entry.table() + " is damaged.",
          "Ask for a dump of the table, which deletes what the source no longer has.",
          e);
    }
  }
}
