package io.walbeam.sink.file;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Small JSON files of walbeam's own, one for each key, each replaced as a whole by one of a higher
 * version. Thread-safe in one process; of several only one writes a key that it has read, and a
 * lost update repeats work.
 */
final class OwnFiles {
  /** Of the files; a higher one is of a later release. */
  private static final int FORMAT = 1;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SUFFIX = ".json";

  private final String folder;
  private final FileCalls calls;

  /** What this process knows to be there. Guarded by this. */
  private final Map<String, String> versions = new HashMap<>();

  OwnFiles(String folder, FileCalls calls) {
    this.folder = folder;
    this.calls = calls;
  }

  String folder() {
    return folder;
  }

  static ObjectNode object() {
    return JSON.createObjectNode();
  }

  /**
   * Returns when {@code content} is durable, or one of a higher version is there.
   *
   * @param key path below the folder, without a suffix
   * @param version compared as text
   */
  synchronized void write(String key, String version, ObjectNode content)
      throws InterruptedException {
    String known = versions.get(key);
    if (known == null) {
      known = read(key).map(found -> found.path("version").asText()).orElse("");
    }
    if (version.compareTo(known) < 0) {
      versions.put(key, known);
      return;
    }
    ObjectNode whole = object().put("format", FORMAT).put("version", version);
    whole.setAll(content);
    byte[] bytes = (whole.toString() + '\n').getBytes(java.nio.charset.StandardCharsets.UTF_8);
    calls.carryOut(folder, () -> calls.storage().put(path(key), bytes));
    versions.put(key, version);
  }

  /** The content of one key; empty if there is none. */
  Optional<JsonNode> read(String key) throws InterruptedException {
    Optional<byte[]> bytes = calls.until(folder, () -> calls.storage().get(path(key)));
    return bytes.isEmpty() ? Optional.empty() : Optional.of(parse(key, bytes.get()));
  }

  /** The contents of the keys below a path, in the order of their names. */
  List<JsonNode> list(String below) throws InterruptedException {
    String where = below.isEmpty() ? folder : folder + "/" + below;
    List<JsonNode> contents = new ArrayList<>();
    for (String name : calls.until(folder, () -> calls.storage().list(where))) {
      if (name.endsWith(SUFFIX)) {
        String key = name.substring(0, name.length() - SUFFIX.length());
        read(below.isEmpty() ? key : below + "/" + key).ifPresent(contents::add);
      }
    }
    return contents;
  }

  private String path(String key) {
    return folder + "/" + key + SUFFIX;
  }

  private JsonNode parse(String key, byte[] bytes) {
    try {
      JsonNode content = JSON.readTree(bytes);
      if (content.path("format").asInt() == FORMAT) {
        return content;
      }
    } catch (IOException e) {
      // Reported below, like a file of another format.
    }
    throw new WalbeamException(
        FailureKind.OPERATOR,
        "The file "
            + path(key)
            + " in "
            + calls.storage().describe()
            + " has been edited, or a"
            + " later release wrote it.",
        "Delete it only if the slot is to be dumped anew, or run the release that wrote it.");
  }
}
