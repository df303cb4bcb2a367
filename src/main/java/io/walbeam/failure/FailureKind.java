package io.walbeam.failure;

/** Who must act on a failure, and so what the process does about it. */
public enum FailureKind {
  /** The command line or a settings file is wrong. Exit code 2. */
  CONFIGURATION(2),
  /** A person must mend something outside (a grant, a slot, a dataset). Exit code 3. */
  OPERATOR(3),
  /** Data would be lost or reordered if the run went on. Exit code 3. */
  DATA_LOSS_RISK(3),
  /** Another run owns the slot. Exit code 3. */
  FENCED(3),
  /**
   * Passes by itself: a network fault, a restart, a quota. Retried; exit code 1 if it ends a run.
   */
  TRANSIENT(1),
  /** The source sent bytes that are not the protocol. Exit code 1. */
  MALFORMED(1),
  /** A defect of walbeam. Exit code 1. */
  BUG(1);

  private final int exitCode;

  FailureKind(int exitCode) {
    this.exitCode = exitCode;
  }

  /** The exit code of a process that ends because of this kind. */
  public int exitCode() {
    return exitCode;
  }
}
