package io.walbeam.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.options.Command;
import io.walbeam.options.OptionCatalogue;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the program says of itself. */
class CommandLineTest {
  private record Said(int exitCode, String out, String err) {}

  private static Said say(Map<String, String> environment, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode =
        CommandLine.execute(
            List.of(arguments),
            environment,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Said(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static Said say(String... arguments) {
    return say(Map.of(), arguments);
  }

  @ParameterizedTest
  @EnumSource(Command.class)
  void theHelpOfACommandListsEveryOptionWithItsDefault(Command command) {
    for (Said help :
        List.of(
            say(command.word(), "--help"),
            say("help", command.word()),
            say("--help", command.word()))) {
      assertThat(help.exitCode()).isZero();
      assertThat(help.err()).isEmpty();
      assertThat(help.out()).startsWith("Usage: walbeam " + command.word());
      if (command != Command.COMPLETION) {
        for (OptionCatalogue.Option option : OptionCatalogue.of(command)) {
          assertThat(help.out()).contains("\n" + option.group() + ":\n", "--" + option.name());
          if (!option.defaultValue().isEmpty()) {
            assertThat(help.out()).contains("(default " + option.defaultValue() + ")");
          }
        }
      }
    }
  }

  @Test
  void theHelpOfTheProgramNamesEveryCommandAndTheOptionsOfARun() {
    String help = say("--help").out();
    for (Command command : Command.values()) {
      assertThat(help).contains("\n  " + command.word());
    }
    assertThat(help).contains("--postgresUrl=... (required)", "--stopAt=never|now");
  }

  @ParameterizedTest
  @ValueSource(ints = {50, 60, 100})
  void helpFitsTheTerminal(int columns) {
    for (String line : new HelpText(columns).of(Optional.of(Command.BACKFILL)).lines().toList()) {
      assertThat(line.startsWith("  --") || line.length() <= columns || !line.strip().contains(" "))
          .as(line)
          .isTrue();
    }
  }

  @Test
  void nothingAtAllIsAMistakeAndIsAnsweredWithHelp() {
    Said said = say();
    assertThat(said.exitCode()).isEqualTo(2);
    assertThat(said.out()).startsWith("Usage:");
  }

  @Test
  void withOptionsInVariablesNothingMeansRun() {
    Said said = say(Map.of("WALBEAM_POSTGRES_URL", "postgresql://me@h/d"));
    assertThat(said.exitCode()).isEqualTo(2);
    assertThat(said.err())
        .isEqualTo(
            "walbeam: --dataset is missing; give it as project.dataset." + System.lineSeparator());
  }

  @Test
  void aCommandMayStandAnywhereAndAWrongOneHasANeighbour() {
    assertThat(say("--slot=Bad", "run").err()).contains("--slot=Bad is no slot name");
    Said said = say("backfil", "--tables=a.b");
    assertThat(said.exitCode()).isEqualTo(2);
    assertThat(said.err()).contains("There is no command backfil. Did you mean backfill?");
    assertThat(say("fly").err()).contains("There are run, ", ", backfill");
  }

  @Test
  void theVersionIsOneLine() {
    Said said = say("--version");
    assertThat(said.exitCode()).isZero();
    assertThat(said.out().lines())
        .singleElement()
        .asString()
        .matches("walbeam \\S+, Beam [0-9.]+, Java [0-9]+");
  }

  @Test
  void completionNeedsAShell() {
    Said said = say("completion", "fish");
    assertThat(said.exitCode()).isEqualTo(2);
    assertThat(said.err()).contains("walbeam completion bash");
  }
}
