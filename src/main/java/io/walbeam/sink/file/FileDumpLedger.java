package io.walbeam.sink.file;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.walbeam.change.ChangePosition;
import io.walbeam.change.Lsn;
import io.walbeam.change.TableId;
import io.walbeam.sink.AskedDump;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpLedger;
import java.util.List;

/**
 * {@code _walbeam_backfills/<slot>/}, a file for each table of each request, and {@code
 * _walbeam_requests/<slot>/}, one for each dump that somebody asked for. Thread-safe.
 */
final class FileDumpLedger implements DumpLedger {
  static final String FOLDER = "_walbeam_backfills";
  static final String REQUESTS = "_walbeam_requests";

  private final OwnFiles entries;
  private final OwnFiles requests;

  FileDumpLedger(FileCalls calls) {
    this.entries = new OwnFiles(FOLDER, calls);
    this.requests = new OwnFiles(REQUESTS, calls);
  }

  @Override
  public String name() {
    return FOLDER;
  }

  @Override
  public List<AskedDump> asked(String slot) throws InterruptedException {
    return requests.list(slot).stream()
        .map(json -> new AskedDump(json.path("id").asText(), slot, json.path("request").asText()))
        .toList();
  }

  @Override
  public void ask(AskedDump asked) throws InterruptedException {
    requests.write(
        asked.slot() + "/" + asked.id(),
        "",
        OwnFiles.object().put("id", asked.id()).put("request", asked.request()));
  }

  @Override
  public List<DumpEntry> read(String slot) throws InterruptedException {
    return entries.list(slot).stream()
        .map(FileDumpLedger::entry)
        .sorted(DumpEntry.OLDEST_FIRST)
        .toList();
  }

  @Override
  public void write(List<DumpEntry> written, long version) throws InterruptedException {
    for (DumpEntry entry : written) {
      ChangePosition at = new ChangePosition(entry.epoch(), version, 0, 0);
      entries.write(key(entry), at.toSequenceNumber(), json(entry));
    }
  }

  private static String key(DumpEntry entry) {
    DumpEntry.Point point = entry.order().point();
    return entry.order().slot()
        + "/"
        + KeyNames.position(point.commitLsn())
        + (point.changeLsn() == 0 ? "" : "-" + KeyNames.position(point.changeLsn()))
        + "-"
        + KeyNames.table(entry.table());
  }

  static ObjectNode json(DumpEntry entry) {
    DumpEntry.Order order = entry.order();
    DumpEntry.Course course = entry.course();
    ObjectNode json =
        OwnFiles.object()
            .put("slot", order.slot())
            .put("epoch", order.point().epoch())
            .put("request", Lsn.format(order.point().commitLsn()))
            .put("request_change", Lsn.format(order.point().changeLsn()))
            .put("requested_at", Times.text(order.point().commitMicros()))
            .put("schema_name", order.table().schema())
            .put("table_name", order.table().name())
            .put("kind", order.kind().name())
            .put("scope", order.scope())
            .put("status", entry.status().name())
            .put("started_at", Times.text(course.startedMicros()))
            .put("finished_at", Times.text(course.finishedMicros()))
            .put("chunks_done", course.sums().chunks())
            .put("chunks_total", course.chunksTotal())
            .put("row_count", course.sums().rows())
            .put("byte_count", course.sums().bytes())
            .put("resume", course.resume())
            .put("error", entry.error());
    return entry.owner().isEmpty() ? json : json.put("owner", entry.owner());
  }

  static DumpEntry entry(JsonNode json) {
    return new DumpEntry(
        new DumpEntry.Order(
            json.path("slot").asText(),
            new DumpEntry.Point(
                json.path("epoch").asLong(),
                Lsn.parse(json.path("request").asText()).value(),
                Lsn.parse(json.path("request_change").asText()).value(),
                Times.micros(json.path("requested_at"))),
            new TableId(json.path("schema_name").asText(), json.path("table_name").asText()),
            DumpEntry.Kind.valueOf(json.path("kind").asText()),
            json.path("scope").asText()),
        DumpEntry.Status.valueOf(json.path("status").asText()),
        new DumpEntry.Course(
            Times.micros(json.path("started_at")),
            Times.micros(json.path("finished_at")),
            json.path("chunks_total").asLong(),
            new DumpEntry.Sums(
                json.path("chunks_done").asLong(),
                json.path("row_count").asLong(),
                json.path("byte_count").asLong()),
            json.path("resume").asText()),
        json.path("error").asText(),
        json.path("owner").asText(""));
  }
}
