package io.walbeam.options;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.beans.Introspector;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.junit.jupiter.api.Test;

/**
 * The documents' table of options and the texts of {@code metadata.json} are generated from the
 * interface. With {@code -Dwalbeam.options.write=true} this writes them instead of comparing.
 */
class OptionDocumentsTest {
  private static final Path OPTIONS = Path.of("docs", "options.md");
  private static final Path METADATA = Path.of("metadata.json");
  private static final String BEGIN = "<!-- options, generated: begin -->\n";
  private static final String END = "<!-- options, generated: end -->\n";
  private static final String COMMANDS_BEGIN = "<!-- options of commands, generated: begin -->\n";
  private static final String COMMANDS_END = "<!-- options of commands, generated: end -->\n";
  private static final String HOW =
      "run ./mvnw test -Dtest=OptionDocumentsTest -Dwalbeam.options.write=true";

  /** Options that the template leaves out; {@link MetadataJsonTest} says why. */
  private static final Set<String> NOT_IN_TEMPLATE =
      Set.of("stopAt", "startPatience", "quiet", "debug", "config", "http", "logFormat");

  private static final boolean WRITE = Boolean.getBoolean("walbeam.options.write");

  @Test
  void theDocumentsTableIsTheInterface() throws IOException {
    String text = Files.readString(OPTIONS);
    String table = table(new ObjectMapper().readTree(METADATA.toFile()));
    String expected = with(with(text, BEGIN, END, table), COMMANDS_BEGIN, COMMANDS_END, commands());
    if (WRITE) {
      Files.writeString(OPTIONS, expected);
      return;
    }
    assertThat(text).as(HOW).isEqualTo(expected);
  }

  private static String with(String text, String begin, String end, String generated) {
    int from = text.indexOf(begin) + begin.length();
    return text.substring(0, from) + generated + text.substring(text.indexOf(end));
  }

  /** What single commands take beside the options of a run. */
  private static String commands() {
    StringBuilder table =
        new StringBuilder("| command | option | meaning | default |\n|---|---|---|---|\n");
    for (Command command : Command.values()) {
      for (Class<? extends PipelineOptions> own : command.own()) {
        for (OptionCatalogue.Option option : OptionCatalogue.group(own)) {
          table
              .append("| `" + command.word() + "` | `--" + option.name() + "` | ")
              .append(option.description().replace("|", "\\|"))
              .append(" | ")
              .append(option.defaultValue().isEmpty() ? "none" : "`" + option.defaultValue() + "`")
              .append(" |\n");
        }
      }
    }
    return table.toString();
  }

  @Test
  void theMetadatasTextsAreTheInterfaces() throws IOException {
    String text = Files.readString(METADATA);
    String generated = json(withTexts((ObjectNode) new ObjectMapper().readTree(text)));
    if (WRITE) {
      Files.writeString(METADATA, generated);
      return;
    }
    assertThat(text).as(HOW).isEqualTo(generated);
  }

  /** In the order of the metadata, then what it leaves out. */
  private static String table(JsonNode metadata) {
    Map<String, Boolean> required = new LinkedHashMap<>();
    metadata
        .path("parameters")
        .forEach(p -> required.put(p.path("name").asText(), !p.path("isOptional").asBoolean()));
    Map<String, Method> options = options();
    options.keySet().forEach(name -> required.putIfAbsent(name, false));
    required.keySet().retainAll(options.keySet());
    StringBuilder table = new StringBuilder("| option | meaning | default |\n|---|---|---|\n");
    required.forEach(
        (name, needed) -> {
          Method getter = Objects.requireNonNull(options.get(name), name);
          table
              .append("| `--")
              .append(name)
              .append("` | ")
              .append(description(getter).replace("|", "\\|"))
              .append(" | ")
              .append(
                  needed ? "required" : defaultOf(getter).map(v -> "`" + v + "`").orElse("none"))
              .append(" |\n");
        });
    return table.toString();
  }

  /** Texts and defaults from the interface; a parameter for an option that has none yet. */
  private static ObjectNode withTexts(ObjectNode metadata) {
    ArrayNode parameters = (ArrayNode) metadata.path("parameters");
    Map<String, Method> missing = options();
    NOT_IN_TEMPLATE.forEach(missing::remove);
    for (JsonNode node : parameters) {
      Method getter = missing.remove(node.path("name").asText());
      if (getter != null) {
        fill((ObjectNode) node, getter);
      }
    }
    missing.forEach(
        (name, getter) -> {
          ObjectNode parameter = parameters.addObject();
          parameter.put("name", name);
          parameter.put("label", name);
          parameter.put("helpText", "");
          parameter.put("paramType", "TEXT");
          parameter.put("isOptional", true);
          fill(parameter, getter);
        });
    return metadata;
  }

  private static void fill(ObjectNode parameter, Method getter) {
    parameter.put("helpText", description(getter));
    defaultOf(getter).ifPresent(value -> parameter.put("defaultValue", value));
  }

  private static Map<String, Method> options() {
    Map<String, Method> options = new TreeMap<>();
    for (Method method : WalbeamOptions.class.getMethods()) {
      if (method.getDeclaringClass().isAnnotationPresent(OptionGroup.class)
          && method.isAnnotationPresent(Description.class)) {
        int prefix = method.getName().startsWith("is") ? 2 : 3;
        options.put(Introspector.decapitalize(method.getName().substring(prefix)), method);
      }
    }
    return options;
  }

  private static String description(Method getter) {
    return getter.getAnnotation(Description.class).value();
  }

  private static Optional<String> defaultOf(Method getter) {
    return Optional.ofNullable(getter.getAnnotation(Default.String.class))
        .map(Default.String::value)
        .filter(value -> !value.isEmpty());
  }

  /** The layout that people edit: one line for each member, lists of texts on one line. */
  private static String json(JsonNode metadata) {
    return json(metadata, "") + "\n";
  }

  private static String json(JsonNode node, String indent) {
    if (node.isObject()) {
      boolean oneLine = node.has("value");
      List<String> members = new ArrayList<>();
      node.properties()
          .forEach(
              member ->
                  members.add(
                      "\"" + member.getKey() + "\": " + json(member.getValue(), indent + "  ")));
      return oneLine ? "{" + String.join(", ", members) + "}" : lines("{", members, "}", indent);
    }
    if (node.isArray()) {
      List<String> items = new ArrayList<>();
      node.forEach(item -> items.add(json(item, indent + "  ")));
      return node.path(0).isTextual()
          ? "[" + String.join(", ", items) + "]"
          : lines("[", items, "]", indent);
    }
    return node.toString();
  }

  private static String lines(String open, List<String> items, String close, String indent) {
    return open
        + "\n"
        + indent
        + "  "
        + String.join(",\n" + indent + "  ", items)
        + "\n"
        + indent
        + close;
  }
}
