package io.walbeam.command;

import io.walbeam.options.Command;
import io.walbeam.options.OptionCatalogue;
import java.util.Optional;

/** What {@code --help} prints, folded to the width of the terminal. Immutable. */
final class HelpText {
  /** Wider lines are hard to read. */
  private static final int MOST_COLUMNS = 100;

  /** What a text is folded to at least: narrower, words do not fit. */
  private static final int LEAST_COLUMNS = 30;

  /** The longest command and a space. */
  private static final int WORD_COLUMNS = 11;

  private static final String INDENT = "  ";
  private static final String TEXT_INDENT = "      ";

  private final int columns;

  HelpText(int columns) {
    this.columns = Math.max(LEAST_COLUMNS, Math.min(MOST_COLUMNS, columns));
  }

  /** The help of a command, or of the program with the options of a run. */
  String of(Optional<Command> command) {
    StringBuilder text = new StringBuilder();
    if (command.isPresent()) {
      String word = command.get().word();
      text.append("Usage: walbeam ").append(word);
      text.append(
          command.get() == Command.COMPLETION ? " bash|zsh\n\n" : " [--option=value ...]\n\n");
      fold(text, "", word + ": " + command.get().summary() + ".");
    } else {
      text.append("Usage: walbeam [command] [--option=value ...]\n\n");
      for (Command each : Command.values()) {
        fold(
            text,
            INDENT + String.format("%-" + WORD_COLUMNS + "s", each.word()),
            INDENT + " ".repeat(WORD_COLUMNS),
            each.summary());
      }
      text.append('\n');
      fold(
          text,
          "",
          "walbeam COMMAND --help lists what else a command takes; --version says which program"
              + " this is.");
    }
    if (command.filter(Command.COMPLETION::equals).isEmpty()) {
      options(text, command.orElse(Command.RUN));
    }
    text.append('\n');
    fold(
        text,
        "",
        "Exit codes: 0 done, 1 ended and may be started again (a command that looks: warnings), 2"
            + " the command line is wrong, 3 a person must mend something first.");
    return text.toString();
  }

  private void options(StringBuilder text, Command command) {
    text.append('\n');
    fold(
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
      text.append(INDENT).append(head(option)).append('\n');
      fold(text, TEXT_INDENT, option.description());
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
      return head + "  (required)";
    }
    return option.defaultValue().isEmpty()
        ? head
        : head + "  (default " + option.defaultValue() + ")";
  }

  private void fold(StringBuilder text, String indent, String sentence) {
    fold(text, indent, indent, sentence);
  }

  private void fold(StringBuilder text, String first, String later, String sentence) {
    String indent = first;
    int at = 0;
    for (String word : sentence.split(" ", -1)) {
      if (at > 0 && at + 1 + word.length() > columns) {
        text.append('\n');
        indent = later;
        at = 0;
      }
      if (at == 0) {
        text.append(indent).append(word);
        at = indent.length() + word.length();
      } else {
        text.append(' ').append(word);
        at += 1 + word.length();
      }
    }
    text.append('\n');
  }
}
