package io.walbeam.sink.file;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.walbeam.change.ChangePosition;
import io.walbeam.change.Lsn;
import io.walbeam.sink.SlotState;
import io.walbeam.sink.StateStore;
import java.util.Optional;

/** {@code _walbeam_state/<slot>.json}. Thread-safe. */
final class FileStateStore implements StateStore {
  static final String FOLDER = "_walbeam_state";

  private final OwnFiles files;

  FileStateStore(FileCalls calls) {
    this.files = new OwnFiles(FOLDER, calls);
  }

  @Override
  public String name() {
    return FOLDER;
  }

  @Override
  public Optional<SlotState> read(String slot) throws InterruptedException {
    return files.read(slot).map(FileStateStore::state);
  }

  @Override
  public void write(SlotState state) throws InterruptedException {
    ChangePosition version = new ChangePosition(state.epoch(), state.confirmedLsn(), 0, 0);
    files.write(state.slot(), version.toSequenceNumber(), json(state));
  }

  /** A folder that one table can be written to takes all of them. */
  @Override
  public void touch() {}

  static ObjectNode json(SlotState state) {
    return OwnFiles.object()
        .put("slot", state.slot())
        .put("epoch", state.epoch())
        .put("system_id", state.systemId())
        .put("timeline", state.timeline())
        .put("confirmed_lsn", Lsn.format(state.confirmedLsn()))
        .put("complete_until", Times.text(state.completeTimeMicros()))
        .put("incarnation", state.incarnation())
        .put("written_at", Times.text(state.writtenAtMicros()));
  }

  static SlotState state(JsonNode json) {
    return new SlotState(
        json.path("slot").asText(),
        json.path("epoch").asLong(),
        json.path("system_id").asText(),
        json.path("timeline").asInt(),
        Lsn.parse(json.path("confirmed_lsn").asText()).value(),
        Times.micros(json.path("complete_until")),
        json.path("incarnation").asText(),
        Times.micros(json.path("written_at")));
  }
}
