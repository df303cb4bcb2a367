package io.walbeam.options;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What Dataflow takes for a template's metadata (REST reference, {@code TemplateMetadata} and
 * {@code ParameterMetadata}). Neither gcloud nor the service reports a misspelt key; this does.
 */
final class TemplateSchema {
  private static final Set<String> TEMPLATE_KEYS =
      Set.of(
          "name",
          "description",
          "streaming",
          "supportsAtLeastOnce",
          "supportsExactlyOnce",
          "defaultStreamingMode",
          "yamlDefinition",
          "parameters");

  private static final Set<String> PARAMETER_KEYS =
      Set.of(
          "name",
          "label",
          "helpText",
          "isOptional",
          "regexes",
          "paramType",
          "defaultValue",
          "enumOptions",
          "groupName",
          "parentName",
          "parentTriggerValues",
          "hiddenUi",
          "customMetadata");

  private static final Set<String> ENUM_KEYS = Set.of("value", "label", "description");

  private static final Set<String> TYPES =
      Set.of(
          "DEFAULT",
          "TEXT",
          "GCS_READ_BUCKET",
          "GCS_WRITE_BUCKET",
          "GCS_READ_FILE",
          "GCS_WRITE_FILE",
          "GCS_READ_FOLDER",
          "GCS_WRITE_FOLDER",
          "PUBSUB_TOPIC",
          "PUBSUB_SUBSCRIPTION",
          "BIGQUERY_TABLE",
          "JAVASCRIPT_UDF_FILE",
          "SERVICE_ACCOUNT",
          "MACHINE_TYPE",
          "KMS_KEY_NAME",
          "WORKER_REGION",
          "WORKER_ZONE",
          "BOOLEAN",
          "ENUM",
          "NUMBER",
          "KAFKA_READ_TOPIC",
          "KAFKA_WRITE_TOPIC");

  private static final Set<String> MODES = Set.of("UNSPECIFIED", "EXACTLY_ONCE", "AT_LEAST_ONCE");

  /** What RE2 or a browser's engine lacks, or each reads in its own way. */
  private static final Pattern NOT_PORTABLE =
      Pattern.compile("\\(\\?|\\\\[1-9pPQEAzZGhHRX]|[*+?}][+]|&&");

  /** RE2 refuses a repetition above this (RE2 syntax, "Counted repetition"). */
  private static final int MAX_REPETITION = 1000;

  private static final Pattern REPETITION = Pattern.compile("[{](\\d+)(?:,(\\d+))?[}]");

  private TemplateSchema() {}

  /** Everything wrong with the metadata, empty if nothing is. */
  static List<String> problems(JsonNode metadata) {
    List<String> problems = new ArrayList<>();
    keys("template", metadata, TEMPLATE_KEYS, Set.of("name", "parameters"), problems);
    for (String flag : List.of("streaming", "supportsAtLeastOnce", "supportsExactlyOnce")) {
      if (metadata.has(flag) && !metadata.path(flag).isBoolean()) {
        problems.add(flag + " is no boolean");
      }
    }
    mode(metadata, problems);
    Set<String> names = new HashSet<>();
    for (JsonNode parameter : metadata.path("parameters")) {
      String name = parameter.path("name").asText();
      if (!names.add(name)) {
        problems.add(name + " is there twice");
      }
      parameter(name, parameter, problems);
    }
    return problems;
  }

  private static void mode(JsonNode metadata, List<String> problems) {
    if (!metadata.has("defaultStreamingMode")) {
      return;
    }
    if (!MODES.contains(metadata.path("defaultStreamingMode").asText())) {
      problems.add("defaultStreamingMode is none of " + MODES);
    }
    if (!metadata.path("supportsAtLeastOnce").asBoolean()
        || !metadata.path("supportsExactlyOnce").asBoolean()) {
      problems.add("defaultStreamingMode needs both modes supported");
    }
  }

  private static void parameter(String name, JsonNode parameter, List<String> problems) {
    keys(name, parameter, PARAMETER_KEYS, Set.of("name", "label", "helpText"), problems);
    String type = parameter.path("paramType").asText("DEFAULT");
    if (!TYPES.contains(type)) {
      problems.add(name + ": there is no paramType " + type);
    }
    if (parameter.has("isOptional") && !parameter.path("isOptional").isBoolean()) {
      problems.add(name + ": isOptional is no boolean");
    }
    if (parameter.has("defaultValue") && !parameter.path("defaultValue").isTextual()) {
      problems.add(name + ": defaultValue is no string");
    }
    if (type.equals("ENUM") != parameter.has("enumOptions")) {
      problems.add(name + ": ENUM and enumOptions belong together");
    }
    for (JsonNode option : parameter.path("enumOptions")) {
      keys(name + ".enumOptions", option, ENUM_KEYS, Set.of("value"), problems);
    }
    for (JsonNode regex : parameter.path("regexes")) {
      regex(name, regex.asText(), problems);
    }
  }

  private static void regex(String name, String regex, List<String> problems) {
    try {
      Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      problems.add(name + ": " + e.getDescription());
    }
    if (!regex.startsWith("^") || !regex.endsWith("$")) {
      problems.add(name + ": the regex is not anchored");
    }
    if (NOT_PORTABLE.matcher(regex).find()) {
      problems.add(name + ": the regex is not portable");
    }
    REPETITION
        .matcher(regex)
        .results()
        .map(found -> found.group(2) == null ? found.group(1) : found.group(2))
        .filter(count -> Integer.parseInt(count) > MAX_REPETITION)
        .forEach(count -> problems.add(name + ": the regex repeats " + count + " times"));
  }

  private static void keys(
      String where,
      JsonNode object,
      Set<String> allowed,
      Set<String> required,
      List<String> problems) {
    object
        .fieldNames()
        .forEachRemaining(
            key -> {
              if (!allowed.contains(key)) {
                problems.add(where + ": there is no key " + key);
              }
            });
    for (String key : required) {
      JsonNode value = object.path(key);
      if (value.isMissingNode() || (value.isTextual() && value.asText().isBlank())) {
        problems.add(where + ": " + key + " is missing");
      }
    }
  }
}
