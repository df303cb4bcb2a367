package io.walbeam.failure;

import org.jspecify.annotations.Nullable;

/**
 * A failure that a person may read: what is wrong in one sentence, and what to do in another.
 *
 * <p>Neither sentence holds a row value or a secret. Unchecked, because most callers can only pass
 * it on to the place that maps {@link #kind} to an action.
 */
public final class WalbeamException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final FailureKind kind;
  private final String problem;
  private final String remedy;

  public WalbeamException(FailureKind kind, String message, String remedy) {
    this(kind, message, remedy, null);
  }

  /**
   * @param cause kept for {@code --debug}; its own message is not shown to users
   */
  public WalbeamException(
      FailureKind kind, String message, String remedy, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.problem = message;
    this.remedy = remedy;
  }

  /**
   * What work in another thread or in a library failed with: {@code cause} itself if it is one of
   * ours, else a bug.
   *
   * @param unexpected what could not be done, one sentence
   */
  public static WalbeamException of(@Nullable Throwable cause, String unexpected) {
    return cause instanceof WalbeamException known
        ? known
        : new WalbeamException(
            FailureKind.BUG, unexpected, "Run again with --debug and report the trace.", cause);
  }

  /** One sentence that says what is wrong. */
  @Override
  public String getMessage() {
    return problem;
  }

  public FailureKind kind() {
    return kind;
  }

  /** One sentence that says what to do. */
  public String remedy() {
    return remedy;
  }

  /** Message and remedy as one line for a log or a terminal. */
  public String describe() {
    return problem + " " + remedy;
  }
}
