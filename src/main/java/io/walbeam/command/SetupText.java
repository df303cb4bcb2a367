package io.walbeam.command;

import io.walbeam.doctor.Finding;
import io.walbeam.doctor.SetupPlan;
import java.util.List;

/** A plan as a script for psql: what a person reads, and what psql runs as it stands. */
final class SetupText {
  private static final String LOCK_TIMEOUT = "SET LOCAL lock_timeout = '3s';\n";

  private final Folding folding;

  /**
   * @param folding of comments; statements and lines for a shell stay as they are
   */
  SetupText(Folding folding) {
    this.folding = folding;
  }

  /**
   * The script.
   *
   * @param shell lines for a shell, which psql takes for comments
   */
  String script(SetupPlan plan, List<String> shell) {
    StringBuilder text = new StringBuilder();
    comment(text, plan.title());
    for (Finding obstacle : plan.obstacles()) {
      comment(text, "In the way: " + obstacle.meaning());
      if (!obstacle.remedy().isEmpty()) {
        line(text, "> " + obstacle.remedy());
      }
    }
    plan.notes().forEach(note -> comment(text, note));
    if (plan.steps().isEmpty()) {
      comment(text, "Nothing is to be done in PostgreSQL.");
    }
    boolean open = false;
    String why = "";
    for (SetupPlan.Step step : plan.steps()) {
      if (open == step.alone()) {
        text.append(open ? "COMMIT;\n" : "\nBEGIN;\n" + LOCK_TIMEOUT);
        open = !open;
      }
      if (!why.equals(step.why())) {
        why = step.why();
        text.append('\n');
        comment(text, why);
      }
      text.append(step.sql()).append(";\n");
    }
    if (open) {
      text.append("\nCOMMIT;\n");
    }
    if (!shell.isEmpty()) {
      text.append('\n');
      comment(text, "For the destination, in a shell:");
      shell.forEach(line -> line(text, line));
    }
    return text.toString();
  }

  /** No line end gets out of a comment: a name may hold one. */
  private void comment(StringBuilder text, String sentence) {
    String first = "-- ";
    for (String line : sentence.split("\\R", -1)) {
      folding.fold(text, first, "--   ", line);
      first = "--   ";
    }
  }

  private static void line(StringBuilder text, String line) {
    text.append("--   ").append(line.replaceAll("\\R", "\n--   ")).append('\n');
  }
}
