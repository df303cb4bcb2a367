package io.walbeam.row;

import io.walbeam.failure.Refusal;

/**
 * One row cannot be written as it is: it belongs into the dead-letter table. Says what is wrong and
 * what to do, never the value. Has no stack trace, as it may come in great numbers.
 */
public final class RowRejectedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  // Never serialized: it ends where the row is written.
  private final transient Refusal refusal;
  private final String column;

  RowRejectedException(Refusal refusal, String column) {
    super(refusal.message(), null, false, false);
    this.refusal = refusal;
    this.column = column;
  }

  /** Why. */
  public Refusal refusal() {
    return refusal;
  }

  /** The PostgreSQL column. */
  public String column() {
    return column;
  }
}
