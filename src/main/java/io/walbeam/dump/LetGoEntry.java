package io.walbeam.dump;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.walbeam.change.Lsn;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Kind;
import io.walbeam.sink.DumpEntry.Status;

/**
 * A table that was let go, as the ledger keeps it: one entry for each process that let it go, which
 * says up to where changes are missing. It is open until a dump of the whole table is finished that
 * was asked for after the last of them, or one of all keys that are missing ({@link LetterBatch}).
 */
final class LetGoEntry {
  /** Takes the place of a change's own LSN in the entry's key; no change has it. */
  private static final long NO_CHANGE = -1;

  private static final ObjectMapper JSON = new ObjectMapper();

  private LetGoEntry() {}

  static DumpEntry of(String slot, LetGoTable table) {
    ObjectNode scope = JSON.createObjectNode();
    scope.put("destination", table.destination());
    scope.put("until", Lsn.format(table.lastCommitLsn()));
    scope.put("changes", table.changes());
    scope.put("whole", table.whole());
    return new DumpEntry(
        new DumpEntry.Order(
            slot,
            new DumpEntry.Point(
                table.epoch(), table.firstCommitLsn(), NO_CHANGE, table.commitMicros()),
            table.table(),
            Kind.LET_GO,
            scope.toString()),
        Status.REQUESTED,
        DumpEntry.Course.NONE,
        table.reason());
  }

  /** Reads what {@link #of} wrote. */
  static LetGoTable read(DumpEntry entry) {
    DumpEntry.Point point = entry.order().point();
    return new LetGoTable(
        entry.table(),
        destination(entry),
        point.epoch(),
        point.commitLsn(),
        until(entry),
        point.commitMicros(),
        entry.missingChanges(),
        scope(entry).path("whole").asBoolean(),
        entry.error());
  }

  /** Commit LSN of the last change that is missing; the version of the entry's row. */
  static long until(DumpEntry entry) {
    String text = scope(entry).path("until").asText("");
    return text.isEmpty() ? entry.requestLsn() : Lsn.parse(text).value();
  }

  /** Name of the table that is not written to. */
  static String destination(DumpEntry entry) {
    return scope(entry).path("destination").asText("");
  }

  /** Whether the dump by itself brings what is missing once it is finished. */
  static boolean isSettledBy(DumpEntry letGo, DumpEntry dump) {
    if (!dump.isDump() || dump.epoch() < letGo.epoch() || !dump.table().equals(letGo.table())) {
      return false;
    }
    DumpScope scope = DumpScope.parse(dump.scope());
    return scope.isAll()
        && !scope.foreign()
        && (dump.epoch() > letGo.epoch()
            || Long.compareUnsigned(dump.requestLsn(), until(letGo)) > 0);
  }

  /** The later of two states of one entry. */
  static DumpEntry later(DumpEntry one, DumpEntry other) {
    int order = Long.compareUnsigned(until(one), until(other));
    if (order != 0) {
      return order > 0 ? one : other;
    }
    return one.status().isOver() ? one : other;
  }

  private static JsonNode scope(DumpEntry entry) {
    try {
      return JSON.readTree(entry.scope());
    } catch (JsonProcessingException e) {
      return JSON.createObjectNode();
    }
  }
}
