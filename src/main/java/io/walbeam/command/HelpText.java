package io.walbeam.command;

import io.walbeam.options.Command;
import io.walbeam.options.OptionCatalogue;
import java.util.Optional;

/** What {@code --help} prints, folded to the width of the terminal. Immutable. */
final class HelpText {
  /** The longest command and a space. */
  private static final int WORD_COLUMNS = 11;

  private static final String INDENT = "  ";
  private static final String TEXT_INDENT = "      ";

  private final Folding folding;

  HelpText(int columns) {
    this.folding = new Folding(columns);
  }

  /** The help of a command, or of the program with the options of a run. */
  String of(Optional<Command> command) {
    StringBuilder text = new StringBuilder();
    if (command.isPresent()) {
      String word = command.get().word();
      text.append("Usage: walbeam ").append(word);
      text.append(
          command.get() == Command.COMPLETION ? " bash|zsh\n\n" : " [--option=value ...]\n\n");
      folding.fold(text, "", word + ": " + command.get().summary() + ".");
    } else {
      text.append("Usage: walbeam [command] [--option=value ...]\n\n");
      for (Command each : Command.values()) {
        folding.fold(
            text,
            INDENT + String.format("%-" + WORD_COLUMNS + "s", each.word()),
            INDENT + " ".repeat(WORD_COLUMNS),
            each.summary());
      }
      text.append('\n');
      folding.fold(
          text,
          "",
          "walbeam COMMAND --help lists what else a command takes; --version says which program"
              + " this is.");
    }
    if (command.filter(Command.COMPLETION::equals).isEmpty()) {
      options(text, command.orElse(Command.RUN));
    }
    text.append('\n');
    folding.fold(
        text,
        "",
        "Exit codes: 0 done, 1 ended and may be started again (a command that looks: warnings), 2"
            + " the command line is wrong, 3 a person must mend something first.");
    return text.toString();
  }

  private void options(StringBuilder text, Command command) {
    text.append('\n');
    folding.fold(
        text,
        "",
        "Any option can also stand in a YAML file (--config=FILE) or in a variable"
            + " (WALBEAM_POSTGRES_URL for --postgresUrl); the command line wins, then the"
            + " variable.");
    String group = "";
    for (OptionCatalogue.Option option : OptionCatalogue.of(command)) {
      if (!option.group().equals(group)) {
        group = option.group();
        text.append('\n').append(group).append(":\n");
      }
      folding.fold(text, INDENT, TEXT_INDENT, head(option));
      folding.fold(text, TEXT_INDENT, option.description());
    }
  }

  private static String head(OptionCatalogue.Option option) {
    String head = "--" + option.name();
    if (!option.choices().isEmpty()) {
      head += "=" + String.join("|", option.choices());
    } else if (!option.flag()) {
      head += "=...";
    }
    if (option.required()) {
      return head + " (required)";
    }
    return option.defaultValue().isEmpty()
        ? head
        : head + " (default " + option.defaultValue() + ")";
  }
}
