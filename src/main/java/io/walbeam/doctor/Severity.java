package io.walbeam.doctor;

/** How much a finding matters. */
public enum Severity {
  /** Good to know; everything works. */
  NOTE(0),
  /** It works, but may not for long, or not for everything. */
  WARNING(1),
  /** It does not work, or harms somebody, until a person has mended it. */
  ACT(3);

  private final int exitCode;

  Severity(int exitCode) {
    this.exitCode = exitCode;
  }

  /** Exit code of a command whose worst finding this is. */
  public int exitCode() {
    return exitCode;
  }
}
