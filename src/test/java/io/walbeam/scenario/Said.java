package io.walbeam.scenario;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.walbeam.command.CommandLine;
import io.walbeam.local.demo.PipelineCommand;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** What a command printed, in this JVM, and how it ended. */
record Said(int exitCode, String out, String err) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What {@code verify --format=json} says. */
  static Said verify(Scenario scenario, String... more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("--format=json"));
    arguments.addAll(List.of(more));
    return by(scenario, "verify", arguments.toArray(String[]::new));
  }

  /** What a command says that is given the options of the scenario's runs and some more. */
  static Said by(Scenario scenario, String word, String... more) throws Exception {
    PipelineCommand command = scenario.command().command(word).with("postgresPassword", "x");
    List<String> arguments = new ArrayList<>(command.arguments());
    arguments.addAll(List.of(more));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode =
        CommandLine.execute(
            arguments.toArray(String[]::new),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Said(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** One object a line. */
  List<JsonNode> tables() {
    return out.lines().map(Said::json).toList();
  }

  /** The one object that it is. */
  JsonNode object() {
    return json(out);
  }

  JsonNode table(String name) {
    return tables().stream()
        .filter(table -> table.path("table").asText().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " in " + out + err));
  }

  /** What differs of a table, as {@code changed 17}, and {@code changed 17 [note]} by value. */
  TreeSet<String> differences(String name) {
    TreeSet<String> found = new TreeSet<>();
    for (JsonNode each : table(name).path("differences")) {
      List<String> columns = new ArrayList<>();
      each.path("columns").forEach(column -> columns.add(column.asText()));
      found.add(
          each.path("kind").asText()
              + " "
              + each.path("key").path("id").asText()
              + (columns.isEmpty() ? "" : " " + columns));
    }
    return found;
  }

  private static JsonNode json(String line) {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new AssertionError(line, e);
    }
  }
}
