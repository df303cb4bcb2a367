package io.walbeam.local;

/**
 * One row cannot be accepted. Carries no row value; made without a stack trace, because a request
 * may hold thousands.
 */
final class RowProblem extends Exception {
  private static final long serialVersionUID = 1L;

  RowProblem(String message) {
    super(message, null, false, false);
  }

  String message() {
    String message = getMessage();
    return message == null ? "" : message;
  }
}
