package io.walbeam.local.standin.store;

/**
 * One row cannot be accepted. Carries no row value; made without a stack trace, because a request
 * may hold thousands.
 */
public final class RowProblem extends Exception {
  private static final long serialVersionUID = 1L;

  public RowProblem(String message) {
    super(message, null, false, false);
  }

  public String message() {
    String message = getMessage();
    return message == null ? "" : message;
  }
}
