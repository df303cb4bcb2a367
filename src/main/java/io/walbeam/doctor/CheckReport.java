package io.walbeam.doctor;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

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

  /** The same with more findings. */
  CheckReport and(List<Finding> more) {
    return new CheckReport(
        summary, Stream.concat(findings.stream(), more.stream()).toList(), notChecked);
  }

  /** Exit code of the command: that of the worst finding. */
  public int exitCode() {
    return findings.stream().mapToInt(finding -> finding.severity().exitCode()).max().orElse(0);
  }
}
