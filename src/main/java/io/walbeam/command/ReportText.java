package io.walbeam.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.walbeam.doctor.CheckReport;
import io.walbeam.doctor.Finding;
import io.walbeam.doctor.NotChecked;
import java.util.Locale;

/** A report for people, folded to the terminal, and for programs. */
final class ReportText {
  private static final String INDENT = "         ";

  private static final String MARK = INDENT + "> ";
  private static final String LATER = INDENT + "    ";

  /** Statements of one finding that are shown: of thousands of tables there may be as many. */
  private static final int MOST_STATEMENTS = 20;

  private final Folding folding;
  private final Folding statements;

  /**
   * @param statements how what is to be copied is folded
   */
  ReportText(Folding folding, Folding statements) {
    this.folding = folding;
    this.statements = statements;
  }

  /**
   * What mends a finding stands on lines of its own, a statement each, so that it can be copied.
   */
  String text(CheckReport report) {
    StringBuilder text = new StringBuilder();
    report.summary().forEach(line -> folding.fold(text, "", "  ", line));
    for (Finding finding : report.findings()) {
      text.append('\n');
      String severity =
          switch (finding.severity()) {
            case ACT -> "ACT      ";
            case WARNING -> "WARNING  ";
            case NOTE -> "NOTE     ";
          };
      folding.fold(text, severity, INDENT, finding.meaning());
      remedy(text, finding.remedy());
      folding.fold(text, INDENT, "(" + finding.check() + ": " + finding.basis() + ")");
    }
    for (NotChecked notChecked : report.notChecked()) {
      text.append('\n');
      folding.fold(
          text,
          "?        ",
          INDENT,
          "Not checked: " + notChecked.what() + "; " + notChecked.why() + ".");
    }
    text.append('\n');
    folding.fold(text, "", conclusion(report));
    return text.toString();
  }

  /** A line for a shell is not folded: it would be two commands. */
  private void remedy(StringBuilder text, String remedy) {
    if (remedy.isEmpty()) {
      return;
    }
    String[] parts = remedy.split("(?<=;) (?=[A-Z])", -1);
    for (int i = 0; i < Math.min(parts.length, MOST_STATEMENTS); i++) {
      if (parts[i].endsWith(";")) {
        statements.foldSql(text, MARK, LATER, parts[i]);
      } else if (parts[i].endsWith(".")) {
        statements.fold(text, MARK, LATER, parts[i]);
      } else {
        text.append(MARK).append(parts[i]).append('\n');
      }
    }
    int more = parts.length - MOST_STATEMENTS;
    if (more > 0) {
      folding.fold(text, INDENT, "and " + more + " more statements, all in --format=json");
    }
  }

  private static String conclusion(CheckReport report) {
    return switch (report.exitCode()) {
      case 0 -> "Nothing is in the way.";
      case 1 -> "It works, with warnings.";
      default -> "A person must act first.";
    };
  }

  /** One object: exitCode, summary, findings, notChecked. */
  static String json(CheckReport report) {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode();
    root.put("exitCode", report.exitCode());
    ArrayNode summary = root.putArray("summary");
    report.summary().forEach(summary::add);
    ArrayNode findings = root.putArray("findings");
    for (Finding finding : report.findings()) {
      findings
          .addObject()
          .put("severity", finding.severity().name().toLowerCase(Locale.ROOT))
          .put("check", finding.check())
          .put("meaning", finding.meaning())
          .put("remedy", finding.remedy())
          .put("basis", finding.basis());
    }
    ArrayNode notChecked = root.putArray("notChecked");
    report
        .notChecked()
        .forEach(each -> notChecked.addObject().put("what", each.what()).put("why", each.why()));
    try {
      return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of texts is always JSON", e);
    }
  }
}
