package io.walbeam.source;

/**
 * The transaction that was read in part does not come again as it was: its start has to be read
 * again. Handled inside the session.
 */
final class ResumeMismatchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ResumeMismatchException() {
    super("the open transaction changed");
  }
}
