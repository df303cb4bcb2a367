package io.walbeam.doctor;

import java.util.Comparator;
import java.util.List;

/**
 * Everything that a check has found, the worst first.
 *
 * @param summary what was looked at, one line each
 */
public record CheckReport(
    List<String> summary, List<Finding> findings, List<NotChecked> notChecked) {
  public CheckReport {
    summary = List.copyOf(summary);
    findings =
        findings.stream().sorted(Comparator.comparing(Finding::severity).reversed()).toList();
    notChecked = List.copyOf(notChecked);
  }

  /** Exit code of the command: that of the worst finding. */
  public int exitCode() {
    return findings.stream().mapToInt(finding -> finding.severity().exitCode()).max().orElse(0);
  }
}
