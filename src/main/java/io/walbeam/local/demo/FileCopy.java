package io.walbeam.local.demo;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The files of a pipeline that writes to a directory, read as anybody would. */
public final class FileCopy {
  private final Path directory;

  public FileCopy(Path directory) {
    this.directory = directory;
  }

  /** What the files of all tables say. */
  public Replay replay() throws IOException {
    Replay replay = new Replay();
    for (Path folder : list(directory)) {
      if (Files.isDirectory(folder) && !name(folder).startsWith("_walbeam")) {
        envelopes(name(folder)).forEach(replay::add);
      }
    }
    return replay;
  }

  /** The lines of one folder, in the order of files and lines. */
  public List<JsonObject> envelopes(String folder) throws IOException {
    List<JsonObject> envelopes = new ArrayList<>();
    for (Path file : files(folder)) {
      for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
        envelopes.add(JsonParser.parseString(line).getAsJsonObject());
      }
    }
    return envelopes;
  }

  /** The files of a folder that readers see, by name; none if there is no folder. */
  public List<Path> files(String folder) throws IOException {
    Path of = directory.resolve(folder);
    return Files.isDirectory(of)
        ? list(of).stream()
            .filter(file -> name(file).endsWith(".jsonl") && !name(file).startsWith("."))
            .toList()
        : List.of();
  }

  private static String name(Path path) {
    return path.getFileName().toString();
  }

  private static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.sorted().toList();
    }
  }
}
