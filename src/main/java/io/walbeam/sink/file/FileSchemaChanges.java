package io.walbeam.sink.file;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.walbeam.change.ChangePosition;
import io.walbeam.change.Lsn;
import io.walbeam.change.TableId;
import io.walbeam.sink.SchemaChange;
import io.walbeam.sink.SchemaChangeLog;
import java.util.List;

/** {@code _walbeam_schema_changes/<slot>/}, a file for each table of each look. Thread-safe. */
final class FileSchemaChanges implements SchemaChangeLog {
  static final String FOLDER = "_walbeam_schema_changes";

  private final OwnFiles files;

  FileSchemaChanges(FileCalls calls) {
    this.files = new OwnFiles(FOLDER, calls);
  }

  @Override
  public List<SchemaChange> read(String slot) throws InterruptedException {
    return files.list(slot).stream()
        .map(FileSchemaChanges::change)
        .sorted(SchemaChange.OLDEST_FIRST)
        .toList();
  }

  @Override
  public void write(List<SchemaChange> changes, long version) throws InterruptedException {
    for (SchemaChange change : changes) {
      files.write(
          change.slot()
              + "/"
              + KeyNames.position(change.position())
              + "-"
              + KeyNames.table(change.table()),
          new ChangePosition(change.epoch(), version, 0, 0).toSequenceNumber(),
          json(change));
    }
  }

  static ObjectNode json(SchemaChange change) {
    return OwnFiles.object()
        .put("slot", change.slot())
        .put("epoch", change.epoch())
        .put("position", Lsn.format(change.position()))
        .put("noticed_at", Times.text(change.noticedMicros()))
        .put("schema_name", change.table().schema())
        .put("table_name", change.table().name())
        .put("change", change.change())
        .put("statement", change.statement())
        .put("done", change.done().name())
        .put("before", change.before())
        .put("after", change.after());
  }

  static SchemaChange change(JsonNode json) {
    return new SchemaChange(
        json.path("slot").asText(),
        json.path("epoch").asLong(),
        Lsn.parse(json.path("position").asText()).value(),
        Times.micros(json.path("noticed_at")),
        new TableId(json.path("schema_name").asText(), json.path("table_name").asText()),
        json.path("before").asText(),
        json.path("after").asText(),
        json.path("change").asText(),
        json.path("statement").asText(),
        SchemaChange.Done.valueOf(json.path("done").asText()));
  }
}
