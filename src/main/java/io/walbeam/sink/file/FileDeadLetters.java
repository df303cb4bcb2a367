package io.walbeam.sink.file;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.walbeam.change.TableId;
import io.walbeam.deadletter.DeadLetter;
import io.walbeam.sink.DeadLetterCount;
import io.walbeam.sink.DeadLetterSink;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Lines of JSON with the members of BigQuery's dead-letter table, a file a call. Thread-safe. */
final class FileDeadLetters implements DeadLetterSink {
  /** More kinds than a person looks at. */
  private static final int MOST = 100;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final String folder;
  private final FileCalls calls;
  private final FileNames names;

  FileDeadLetters(String folder, FileCalls calls, FileNames names) {
    this.folder = folder;
    this.calls = calls;
    this.names = names;
  }

  @Override
  public void write(List<DeadLetter> deadLetters) throws InterruptedException {
    StringBuilder lines = new StringBuilder();
    for (DeadLetter letter : deadLetters) {
      lines.append(json(letter)).append('\n');
    }
    byte[] content = lines.toString().getBytes(StandardCharsets.UTF_8);
    String path = folder + "/" + names.next(FileNames.LINES);
    calls.carryOut(folder, () -> calls.storage().put(path, content));
  }

  static ObjectNode json(DeadLetter letter) {
    DeadLetter.Change change = letter.change();
    ObjectNode json =
        OwnFiles.object()
            .put("failed_at", Times.text(letter.failedAtMicros()))
            .put("stage", letter.refusal().stage().label())
            .put("error_class", letter.refusal().errorClass().label())
            .put("error_message", letter.refusal().message())
            .put("remedy", letter.refusal().remedy())
            .put("schema_name", change.table().schema())
            .put("table_name", change.table().name())
            .put("operation", change.operation().name())
            .put("position", change.position().toSequenceNumber())
            .put("transaction_id", change.transactionId())
            .put("commit_time", Times.text(change.commitTimeMicros()));
    json.putRawValue("key", new RawValue(letter.keyJson()));
    json.putRawValue("row", new RawValue(letter.rowJson()));
    return json.put("raw", letter.raw());
  }

  /** By table and class, the most numerous first. */
  List<DeadLetterCount> counts() throws InterruptedException {
    record Kind(TableId table, String errorClass) {}
    Map<Kind, DeadLetterCount> counts = new HashMap<>();
    for (String name : calls.until(folder, () -> calls.storage().list(folder))) {
      Optional<byte[]> content =
          calls.until(folder, () -> calls.storage().get(folder + "/" + name));
      for (String line :
          new String(content.orElse(new byte[0]), StandardCharsets.UTF_8).lines().toList()) {
        JsonNode letter = calls.once(() -> parse(line));
        Kind kind =
            new Kind(
                new TableId(
                    letter.path("schema_name").asText(), letter.path("table_name").asText()),
                letter.path("error_class").asText());
        long failedAt = Times.micros(letter.path("failed_at"));
        counts.merge(
            kind,
            new DeadLetterCount(kind.table(), kind.errorClass(), 1, failedAt),
            (one, other) ->
                new DeadLetterCount(
                    kind.table(),
                    kind.errorClass(),
                    one.count() + other.count(),
                    Math.max(one.lastMicros(), other.lastMicros())));
      }
    }
    return counts.values().stream()
        .sorted(Comparator.comparingLong(DeadLetterCount::count).reversed())
        .limit(MOST)
        .toList();
  }

  private static JsonNode parse(String line) throws IOException {
    return JSON.readTree(line);
  }
}
