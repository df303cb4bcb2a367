package io.walbeam.options;

import io.walbeam.row.Unrepresentable;
import io.walbeam.row.Unrepresentable.Choice;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads {@code --unrepresentable}: one word for all groups, or a word for some of them. */
final class UnrepresentableReader {
  private static final String NUMBERS = "numbers";
  private static final String TIMES = "times";
  private static final String JSON = "json";
  private static final String ARRAYS = "arrays";

  private UnrepresentableReader() {}

  /** What is chosen; a problem is added if it is not understood. */
  static Unrepresentable read(String text, List<String> problems) {
    Map<String, Choice> choices = new HashMap<>();
    for (String part : text.split(",", -1)) {
      String[] words = part.strip().split(":", -1);
      Optional<Choice> choice = choice(words[words.length - 1]);
      boolean known =
          words.length == 1
              || (words.length == 2 && List.of(NUMBERS, TIMES, JSON, ARRAYS).contains(words[0]));
      if (choice.isEmpty() || !known || (words.length == 1 && text.contains(","))) {
        problems.add(
            "--unrepresentable is deadletter, string or null, or such a word for each group:"
                + " numbers:string,times:null,json:deadletter,arrays:string.");
        return Unrepresentable.DEAD_LETTERS;
      }
      if (words.length == 1) {
        return Unrepresentable.of(choice.get());
      }
      choices.put(words[0], choice.get());
    }
    return new Unrepresentable(
        choices.getOrDefault(NUMBERS, Choice.DEADLETTER),
        choices.getOrDefault(TIMES, Choice.DEADLETTER),
        choices.getOrDefault(JSON, Choice.DEADLETTER),
        choices.getOrDefault(ARRAYS, Choice.DEADLETTER));
  }

  private static Optional<Choice> choice(String word) {
    return Arrays.stream(Choice.values())
        .filter(choice -> choice.name().toLowerCase(Locale.ROOT).equals(word))
        .findFirst();
  }
}
