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

  private final Folding folding;

  ReportText(int columns) {
    this.folding = new Folding(columns);
  }

  /** What mends a finding stands on a line of its own, unfolded, so that it can be copied. */
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
      if (!finding.remedy().isEmpty()) {
        text.append(INDENT).append("> ").append(finding.remedy()).append('\n');
      }
      text.append(INDENT)
          .append('(')
          .append(finding.check())
          .append(": ")
          .append(finding.basis())
          .append(")\n");
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
