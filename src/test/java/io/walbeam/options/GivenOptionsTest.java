package io.walbeam.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.walbeam.sink.bigquery.BigQueryDestination;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Options from the command line, from variables and from a file. */
class GivenOptionsTest {
  private static final String URL = "--postgresUrl=postgresql://me@db.example/shop";

  @TempDir private Path directory;

  @Test
  void aResyncTakesOptionsOfAComparisonOnlyToFinishAndThoseOfVerifyNever() throws Exception {
    List<String> line =
        List.of(URL, "--dataset=p1.d", "--tables=public.a", "--values", "--patience=PT1M");
    List<String> finishing = new ArrayList<>(line);
    finishing.add("--finish");
    VerifyChoices choices =
        OptionsReader.readSource(Command.RESYNC, finishing, Map.of("WALBEAM_WITHIN", "PT1H"))
            .verifying();
    assertThat(choices.values()).isTrue();
    assertThat(choices.patience()).hasMinutes(1);
    assertThat(choices.within()).as("it would leave a table out").isZero();
    assertThat(
            catchThrowableOfType(
                    ConfigurationProblems.class,
                    () -> OptionsReader.readSource(Command.RESYNC, line, Map.of()))
                .problems())
        .containsExactly(
            "--patience goes with --finish; a dump compares nothing.",
            "--values goes with --finish; a dump compares nothing.");
  }

  @Test
  void theCommandLineWinsOverVariablesAndThoseOverTheFile() throws Exception {
    Path file =
        write(
            """
            # comments are YAML's
            dataset: p1.from_file
            slot: from_file
            publication: from_file
            tables: [public.*, 'sales.orders']
            publishNewTables: off
            epoch: 7
            quiet: true
            """);
    OptionsReader.Invocation invocation =
        OptionsReader.read(
            List.of(URL, "--config=" + file, "--slot=from_line"),
            Map.of("WALBEAM_SLOT", "from_variable", "WALBEAM_PUBLICATION", "from_variable"));
    assertThat(invocation.settings().replication().slot()).isEqualTo("from_line");
    assertThat(invocation.settings().replication().publication()).isEqualTo("from_variable");
    assertThat(invocation.settings().replication().publishNewTables()).isFalse();
    assertThat(invocation.settings().destination().describe()).endsWith(".from_file");
    assertThat(invocation.settings().tables().inclusions()).isEqualTo("public.*,sales.orders");
    assertThat(invocation.settings().run().epoch()).isEqualTo(7);
    assertThat(invocation.options().isQuiet()).isTrue();
  }

  @Test
  void aVariableNamesTheFileAndGivesBeamsOptionsToo() throws Exception {
    Path file = write("postgresUrl: postgresql://me@db.example/shop\n");
    OptionsReader.Invocation invocation =
        OptionsReader.read(
            List.of(),
            Map.of(
                "WALBEAM_CONFIG", file.toString(),
                "WALBEAM_DATASET", "shop",
                "WALBEAM_PROJECT", "p1",
                "WALBEAM_BIG_QUERY_ENDPOINT", "http://localhost:1"));
    assertThat(invocation.settings().destination())
        .isInstanceOfSatisfying(
            BigQueryDestination.class,
            to -> {
              assertThat(to.settings().project()).isEqualTo("p1");
              assertThat(to.settings().endpoint()).isEqualTo("http://localhost:1");
            });
  }

  @Test
  void aSecretStandsNowhereButBehindAReference() throws Exception {
    Path file = write("postgresPassword: hunter2\ndataset: p1.d\n");
    assertThat(problems(List.of(URL, "--config=" + file), Map.of()))
        .singleElement()
        .asString()
        .contains("postgresPassword (from line 1 of ", "env:NAME")
        .doesNotContain("hunter2");
    assertThat(
            problems(
                List.of(URL, "--dataset=p1.d"), Map.of("WALBEAM_POSTGRES_PASSWORD", "hunter2")))
        .singleElement()
        .asString()
        .contains("WALBEAM_POSTGRES_PASSWORD")
        .doesNotContain("hunter2");
    assertThat(
            OptionsReader.read(
                    List.of(URL, "--dataset=p1.d"),
                    Map.of("WALBEAM_POSTGRES_PASSWORD", "file:/run/secret"))
                .options()
                .getPostgresPassword())
        .isEqualTo("file:/run/secret");
  }

  @Test
  void aVariableThatAReferenceNamesIsNoOption() throws Exception {
    Path file = write("postgresPassword: env:WALBEAM_POSTGRES_PASSWORD\n");
    assertThat(
            OptionsReader.read(
                    List.of(URL, "--dataset=p1.d", "--config=" + file),
                    Map.of("WALBEAM_POSTGRES_PASSWORD", "hunter2"))
                .options()
                .getPostgresPassword())
        .isEqualTo("env:WALBEAM_POSTGRES_PASSWORD");
  }

  @Test
  void aMistypedVariableIsNamedAndWhatOthersPutThereIsLeftAlone() {
    assertThat(
            problems(
                List.of(URL, "--dataset=p1.d"),
                Map.of(
                    "WALBEAM_DATASTE", "p1.d",
                    "WALBEAM_PORT", "tcp://10.0.0.1:80",
                    "WALBEAM_SERVICE_HOST", "10.0.0.1",
                    "WALBEAM_PORT_80_TCP_ADDR", "10.0.0.1")))
        .singleElement()
        .asString()
        .contains("WALBEAM_DATASTE", "Did you mean WALBEAM_DATASET?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "slto: a | There is no option slto (line 1 of | Did you mean --slot?",
        "slot: a%nslot: b | has slot twice | once",
        "slot: {a: b} | has no value for slot in line 1 | a text or a list",
        "slot: | has no value for slot | a text or a list",
        "- slot | is no mapping | name: value",
        "slot: 'a | is no YAML, see line | --config",
        "config: other.yaml | names no other file | config",
        "debug: perhaps | --debug (from line 1 of | not of the type",
      })
  void whatIsWrongWithAFileIsSaidWithItsPlace(String content, String first, String second)
      throws Exception {
    Path file = write(String.format(Locale.ROOT, content));
    assertThat(problems(List.of(URL, "--dataset=p1.d", "--config=" + file), Map.of()))
        .singleElement()
        .asString()
        .contains(first, second);
  }

  @Test
  void aFileThatIsNotThereOrNoTextIsNamed() throws Exception {
    Path binary = directory.resolve("binary");
    Files.write(binary, new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    assertThat(problems(List.of(URL, "--dataset=p1.d", "--config=nowhere.yaml"), Map.of()))
        .containsExactly("--config=nowhere.yaml cannot be read.");
    assertThat(problems(List.of(URL, "--dataset=p1.d", "--config=" + binary), Map.of()))
        .singleElement()
        .asString()
        .contains("is not UTF-8");
  }

  @Test
  void whatAnotherCommandTakesIsRefusedOnTheLineAndPassedOverElsewhere() throws Exception {
    assertThat(problems(List.of(URL, "--dataset=p1.d", "--keyFrom=1"), Map.of()))
        .containsExactly("--keyFrom belongs to the command backfill; run does not take it.");
    Path file = write("keyFrom: 1\ndataset: p1.d\n");
    OptionsReader.read(List.of(URL, "--config=" + file), Map.of("WALBEAM_KEY_TO", "5"));
    assertThat(
            OptionsReader.readSource(
                    Command.BACKFILL,
                    List.of(URL, "--config=" + file, "--tables=*.*"),
                    Map.of("WALBEAM_KEY_TO", "5"))
                .options()
                .as(BackfillOptions.class)
                .getKeyTo())
        .isEqualTo("5");
  }

  @Test
  void everyOptionHasAVariableOfItsOwn() {
    Set<String> variables = new HashSet<>();
    Set<String> names = new HashSet<>();
    for (Command command : Command.values()) {
      for (OptionCatalogue.Option option : OptionCatalogue.of(command)) {
        if (names.add(option.name())) {
          assertThat(variables.add(EnvironmentOptions.variable(option.name())))
              .as(option.name())
              .isTrue();
        }
      }
    }
    assertThat(variables).contains("WALBEAM_POSTGRES_URL", "WALBEAM_BIG_QUERY_ENDPOINT");
  }

  @Test
  void theChoicesThatHelpOffersAreThoseThatTheReaderTakes() {
    for (OptionCatalogue.Option option : OptionCatalogue.of(Command.RUN)) {
      if (option.choices().isEmpty() || option.name().equals("runner")) {
        continue;
      }
      for (String choice : option.choices()) {
        assertThat(problemsOf(option.name(), choice)).as(option.name() + choice).isEmpty();
      }
      assertThat(problemsOf(option.name(), "neither")).as(option.name()).hasSize(1);
    }
  }

  private static List<String> problemsOf(String option, String value) {
    List<String> arguments =
        new ArrayList<>(List.of(URL, "--dataset=p1.d", "--" + option + "=" + value));
    if (option.equals("history")) {
      arguments.add("--writeMode=changelog");
    }
    return problems(arguments, Map.of());
  }

  private Path write(String yaml) throws Exception {
    Path file = Files.createTempFile(directory, "options", ".yaml");
    return Files.write(file, yaml.getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> problems(List<String> arguments, Map<String, String> environment) {
    ConfigurationProblems thrown =
        catchThrowableOfType(
            ConfigurationProblems.class, () -> OptionsReader.read(arguments, environment));
    return thrown == null ? List.of() : thrown.problems();
  }
}
