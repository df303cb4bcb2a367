package io.walbeam.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.walbeam.row.WriteMode;
import java.beans.Introspector;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The template's metadata says the same as the options' interface and the program's checks. */
class MetadataJsonTest {
  /** Options that a template does not offer, and why. */
  private static final Map<String, String> LEFT_OUT =
      Map.of(
          "stopAt", "a Dataflow job runs until it is drained; the program refuses now there",
          "startPatience", "a launcher that submits a job connects to neither end",
          "config", "a template's launcher has no file of the user's, and its parameters are one",
          "http", "a launcher that submits a job ends; Dataflow has pages of its own",
          "logFormat", "workers log to Cloud Logging, which is structured",
          "quiet", "progress goes to Cloud Logging, which has its own filter",
          "debug", "sets the launcher's own console only; workers have workerLogLevelOverrides",
          "bigQueryEndpoint", "a worker cannot reach a stand-in on somebody's machine");

  /** The shortest command line that the program takes. */
  private static final Map<String, String> SHORTEST =
      Map.of("postgresUrl", "postgresql://me@db.example/shop", "dataset", "project-1.shop");

  private final JsonNode metadata = read();

  @Test
  void theMetadataIsWhatDataflowTakes() {
    assertThat(TemplateSchema.problems(metadata)).isEmpty();
  }

  @Test
  void everyOptionIsAParameterOrLeftOutForAReason() {
    Set<String> expected = new HashSet<>(options().keySet());
    expected.removeAll(LEFT_OUT.keySet());
    assertThat(parameters().keySet()).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void whatIsLeftOutIsAnOptionStill() {
    Set<String> setters = new HashSet<>();
    for (Method method : WalbeamOptions.class.getMethods()) {
      if (method.getName().startsWith("set")) {
        setters.add(Introspector.decapitalize(method.getName().substring(3)));
      }
    }
    assertThat(setters).containsAll(LEFT_OUT.keySet());
  }

  @Test
  void helpTextsAreTheInterfacesDescriptions() {
    parameters()
        .forEach(
            (name, parameter) ->
                assertThat(parameter.path("helpText").asText())
                    .as(name)
                    .isEqualTo(getter(name).getAnnotation(Description.class).value()));
  }

  @Test
  void defaultsAreTheInterfacesDefaults() {
    parameters()
        .forEach(
            (name, parameter) ->
                assertThat(Optional.ofNullable(parameter.get("defaultValue")).map(JsonNode::asText))
                    .as(name)
                    .isEqualTo(defaultOf(getter(name)).filter(value -> !value.isEmpty())));
  }

  @Test
  void defaultsPassTheirOwnChecks() {
    parameters()
        .forEach(
            (name, parameter) -> {
              if (parameter.has("defaultValue")) {
                String value = parameter.path("defaultValue").asText();
                assertThat(accepts(parameter, value)).as(name).isTrue();
              }
            });
  }

  @Test
  void aParameterIsRequiredExactlyIfTheProgramRefusesToRunWithoutIt() {
    assertThatCode(() -> OptionsReader.read(arguments(SHORTEST))).doesNotThrowAnyException();
    for (String name : SHORTEST.keySet()) {
      Map<String, String> without = new TreeMap<>(SHORTEST);
      without.remove(name);
      assertThatThrownBy(() -> OptionsReader.read(arguments(without)))
          .isInstanceOf(ConfigurationProblems.class);
    }
    List<String> required = new ArrayList<>();
    parameters()
        .forEach(
            (name, parameter) -> {
              if (!parameter.path("isOptional").asBoolean()) {
                required.add(name);
              }
            });
    // The dataset is needed only where BigQuery is the destination.
    assertThat(required).containsExactly("postgresUrl");
  }

  @Test
  void writeModesAreTheProgramsOwn() {
    List<String> values = new ArrayList<>();
    parameter("writeMode").path("enumOptions").forEach(o -> values.add(o.path("value").asText()));
    List<String> modes = new ArrayList<>();
    for (WriteMode mode : WriteMode.values()) {
      modes.add(mode.name().toLowerCase(java.util.Locale.ROOT));
    }
    assertThat(values).containsExactlyElementsOf(modes);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "postgresUrl | jdbc:postgresql://me@h:5432/d",
        "postgresUrl | postgres://own%40role@h/my%20db",
        "postgresUrl | postgresql://me@[::1]:6000/d?sslmode=verify-full",
        "postgresPassword | secret:projects/p/secrets/s/versions/1",
        "postgresPassword | secret:projects/p/secrets/s/versions/latest",
        "slot | a_1",
        "publication | My publication",
        "tables | public.*,sales.ord*",
        "excludeTables | public.audit_*",
        "epoch | 9223372036854775807",
        "dataset | example.com:project-1.shop_1",
        "writeMode | both",
        "tableName | {table}",
        "tableName | pg_{schema}__{table}_v1",
        "maxStaleness | PT0S",
        "maxStaleness | PT1H30M",
        "maxStaleness | P1D",
        "deadLetterTable | refused-rows",
      })
  void whatTheTemplateTakesTheProgramTakes(String name, String value) {
    assertThat(accepts(parameter(name), value)).isTrue();
    assertThatCode(() -> OptionsReader.read(dataflowArguments(name, value)))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "postgresUrl | mysql://me@h/d",
        "postgresUrl | postgresql://me@h",
        "postgresUrl | postgresql://me:hunter2@h/d",
        "postgresUrl | postgresql://me@h1,h2/d",
        "postgresPassword | hunter2",
        "postgresPassword | env:PW",
        "postgresPassword | file:/etc/pw",
        "slot | Bad-Slot",
        "epoch | -1",
        "dataset | a.b.c.d-e",
        "writeMode | append",
        "tableName | fixed",
        "tableName | {table}-x",
        "maxStaleness | ten",
        "deadLetterTable | a.b",
      })
  void whatTheTemplateRefusesTheProgramRefuses(String name, String value) {
    assertThat(accepts(parameter(name), value)).isFalse();
    assertThatThrownBy(() -> OptionsReader.read(dataflowArguments(name, value)))
        .isInstanceOf(ConfigurationProblems.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "isOptionalX | true | there is no key",
        "paramType | ENUMM | there is no paramType",
        "paramType | ENUM | belong together",
        "label | ' ' | is missing",
        "isOptional | true | is no boolean",
        "regexes | ^a{1,1024}$ | repeats 1024 times",
        "regexes | ^(?!a)b$ | not portable",
        "regexes | a | not anchored",
      })
  void whatGcloudLetsPassIsCaught(String key, String value, String expected) {
    ObjectNode changed = metadata.deepCopy();
    ObjectNode parameter = (ObjectNode) changed.path("parameters").path(0);
    if (key.equals("regexes")) {
      parameter.putArray(key).add(value);
    } else {
      parameter.put(key, value);
    }
    assertThat(TemplateSchema.problems(changed)).singleElement().asString().contains(expected);
  }

  private static boolean accepts(JsonNode parameter, String value) {
    for (JsonNode regex : parameter.path("regexes")) {
      if (!Pattern.matches(regex.asText(), value)) {
        return false;
      }
    }
    if (!parameter.has("enumOptions")) {
      return true;
    }
    for (JsonNode option : parameter.path("enumOptions")) {
      if (option.path("value").asText().equals(value)) {
        return true;
      }
    }
    return false;
  }

  private static List<String> dataflowArguments(String name, String value) {
    Map<String, String> values = new TreeMap<>(SHORTEST);
    values.put("postgresPassword", "secret:projects/p/secrets/s/versions/1");
    values.put(name, value);
    values.put("runner", "DataflowRunner");
    return arguments(values);
  }

  private static List<String> arguments(Map<String, String> values) {
    List<String> arguments = new ArrayList<>();
    values.forEach((name, value) -> arguments.add("--" + name + "=" + value));
    return arguments;
  }

  private JsonNode parameter(String name) {
    return Objects.requireNonNull(parameters().get(name), name);
  }

  private Map<String, JsonNode> parameters() {
    Map<String, JsonNode> parameters = new TreeMap<>();
    metadata.path("parameters").forEach(p -> parameters.put(p.path("name").asText(), p));
    return parameters;
  }

  /** Getters of our own options by option name. */
  private static Map<String, Method> options() {
    Map<String, Method> options = new TreeMap<>();
    for (Method method : WalbeamOptions.class.getMethods()) {
      String name = method.getName();
      if (method.getDeclaringClass().isAnnotationPresent(OptionGroup.class)
          && method.isAnnotationPresent(Description.class)) {
        options.put(
            Introspector.decapitalize(name.substring(name.startsWith("is") ? 2 : 3)), method);
      }
    }
    return options;
  }

  private static Method getter(String name) {
    return Objects.requireNonNull(options().get(name), name);
  }

  private static Optional<String> defaultOf(Method getter) {
    return Optional.ofNullable(getter.getAnnotation(Default.String.class))
        .map(Default.String::value);
  }

  private static JsonNode read() {
    try {
      return new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .readTree(Path.of("metadata.json").toFile());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
