package io.walbeam.row;

/**
 * One row cannot be written as it is: it belongs into the dead-letter table. Says what is wrong and
 * what to do, never the value. Has no stack trace, as it may come in great numbers.
 */
public final class RowRejectedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String errorClass;
  private final String column;
  private final String problem;
  private final String remedy;

  RowRejectedException(String errorClass, String column, String problem, String remedy) {
    super(problem, null, false, false);
    this.errorClass = errorClass;
    this.column = column;
    this.problem = problem;
    this.remedy = remedy;
  }

  /** Short stable name, for grouping. */
  public String errorClass() {
    return errorClass;
  }

  /** The PostgreSQL column. */
  public String column() {
    return column;
  }

  /** One sentence that says what is wrong. */
  public String problem() {
    return problem;
  }

  /** One sentence that says what to do. */
  public String remedy() {
    return remedy;
  }
}
