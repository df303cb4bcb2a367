package io.walbeam.command;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.options.Command;
import io.walbeam.options.OptionCatalogue;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Scripts that complete commands, options and values in a shell. */
final class ShellCompletion {
  private static final String BASH =
      """
      # bash completion of walbeam; load it with: source <(walbeam completion bash)
      _walbeam_options() {
        case "$1" in
      %s  esac
      }
      _walbeam_values() {
        case "$1" in
      %s  esac
      }
      _walbeam() {
        local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" command=run each option=
        for each in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
          case " %s " in *" $each "*) command="$each"; break ;; esac
        done
        # The equals sign is a word of its own in bash.
        if [ "$word" = "=" ]; then option="$before"; word=
        elif [ "$before" = "=" ]; then option="${COMP_WORDS[COMP_CWORD-2]}"; fi
        if [ -n "$option" ]; then
          COMPREPLY=($(compgen -W "$(_walbeam_values "$option")" -- "$word"))
          [ -n "${COMPREPLY[*]}" ] || COMPREPLY=($(compgen -f -- "$word"))
        elif [ "${word#-}" != "$word" ] || [ "$COMP_CWORD" -gt 1 ] && [ "$command" != completion ]; then
          COMPREPLY=($(compgen -W "$(_walbeam_options "$command") --help --version" -- "$word"))
          case "${COMPREPLY[*]}" in *=) compopt -o nospace 2>/dev/null ;; esac
        elif [ "$command" = completion ]; then
          COMPREPLY=($(compgen -W "bash zsh" -- "$word"))
        else
          COMPREPLY=($(compgen -W "%s" -- "$word"))
        fi
      }
      complete -F _walbeam walbeam
      """;

  private static final String ZSH =
      """
      #compdef walbeam
      # zsh completion of walbeam; load it with: source <(walbeam completion zsh)
      _walbeam_options() {
        case "$1" in
      %s  esac
      }
      _walbeam_values() {
        case "$1" in
      %s  esac
      }
      _walbeam() {
        local word="${words[CURRENT]}" command=run each
        for each in "${(@)words[2,CURRENT-1]}"; do
          case " %s " in *" $each "*) command="$each"; break ;; esac
        done
        if [[ "$word" == --*=* ]]; then
          compset -P '*='
          compadd -- ${=$(_walbeam_values "${word%%%%=*}")} || _files
        elif [[ "$word" == -* ]]; then
          compadd -S '' -- ${=$(_walbeam_options "$command")} --help --version
        elif [[ "$command" == completion ]]; then
          compadd -- bash zsh
        elif (( CURRENT == 2 )); then
          compadd -- %s
        fi
      }
      compdef _walbeam walbeam
      """;

  private ShellCompletion() {}

  /**
   * The script for the shell that the arguments name.
   *
   * @throws WalbeamException of kind CONFIGURATION if they do not name one
   */
  static String script(List<String> arguments) {
    String template =
        switch (arguments.size() == 1 ? arguments.get(0) : "") {
          case "bash" -> BASH;
          case "zsh" -> ZSH;
          default ->
              throw new WalbeamException(
                  FailureKind.CONFIGURATION,
                  "completion does not know for which shell.",
                  "Say walbeam completion bash, or walbeam completion zsh.");
        };
    String words =
        Arrays.stream(Command.values()).map(Command::word).collect(Collectors.joining(" "));
    return template.formatted(optionCases(), valueCases(), words, words);
  }

  private static String optionCases() {
    StringBuilder cases = new StringBuilder();
    for (Command command : Command.values()) {
      String options =
          command == Command.COMPLETION
              ? ""
              : OptionCatalogue.of(command).stream()
                  .map(option -> "--" + option.name() + (option.flag() ? "" : "="))
                  .collect(Collectors.joining(" "));
      cases
          .append("    ")
          .append(command.word())
          .append(") echo \"")
          .append(options)
          .append("\" ;;\n");
    }
    return cases.toString();
  }

  private static String valueCases() {
    Map<String, List<String>> choices = new LinkedHashMap<>();
    for (Command command : Command.values()) {
      OptionCatalogue.of(command).stream()
          .filter(option -> !option.choices().isEmpty())
          .forEach(option -> choices.put(option.name(), option.choices()));
    }
    StringBuilder cases = new StringBuilder();
    choices.forEach(
        (name, values) ->
            cases
                .append("    --")
                .append(name)
                .append(") echo \"")
                .append(String.join(" ", values))
                .append("\" ;;\n"));
    return cases.toString();
  }
}
