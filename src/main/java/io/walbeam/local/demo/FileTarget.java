package io.walbeam.local.demo;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A directory of files. */
record FileTarget(Path directory) implements DemoTarget {
  private static final String DEAD_LETTERS = "_walbeam_dead_letters";

  @Override
  public String name() {
    return "files";
  }

  @Override
  public String describe() {
    return "files in " + directory;
  }

  @Override
  public PipelineCommand command(PipelineCommand toTheStandIn) {
    return toTheStandIn
        .without("dataset")
        .without("bigQueryEndpoint")
        .with("destination", "file://" + directory)
        .with("fileInterval", "PT1S");
  }

  @Override
  public Optional<Instant> completeUntil() throws IOException {
    Path state = directory.resolve("_walbeam_state/" + LocalEnds.SLOT + ".json");
    if (!Files.exists(state)) {
      return Optional.empty();
    }
    JsonElement until =
        JsonParser.parseString(Files.readString(state)).getAsJsonObject().get("complete_until");
    return until.isJsonNull() ? Optional.empty() : Optional.of(Instant.parse(until.getAsString()));
  }

  @Override
  public long deadLetterCount() throws IOException {
    return new FileCopy(directory).envelopes(DEAD_LETTERS).size();
  }

  @Override
  public List<TextRow> deadLetters() throws IOException {
    List<TextRow> rows = new ArrayList<>();
    for (JsonObject letter : new FileCopy(directory).envelopes(DEAD_LETTERS)) {
      Map<String, Optional<String>> values = new LinkedHashMap<>();
      letter
          .entrySet()
          .forEach(
              member ->
                  values.put(
                      member.getKey(),
                      member.getValue().isJsonPrimitive()
                          ? Optional.of(member.getValue().getAsString())
                          : Optional.of(member.getValue().toString())));
      rows.add(new TextRow(values));
    }
    return rows;
  }

  @Override
  public boolean takesEveryValue() {
    return true;
  }

  /** Replays every change. */
  @Override
  public CopiedTables copy() throws IOException {
    return new FileCopy(directory).replay();
  }

  @Override
  public void explain(PrintStream out) {
    out.println("  tail -n 2 " + directory + "/public_orders/*.jsonl");
    out.println(
        "  duckdb -c \"SELECT key, arg_max(after, position) FROM read_json('"
            + directory
            + "/public_orders/*.jsonl') GROUP BY key\"");
  }
}
