package io.walbeam.source;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;

/**
 * Tells a runner that starting again is of no use. Flink restarts a failed job without end unless
 * the failure says otherwise; its exception for that is there only where Flink is, hence
 * reflection. Other runners get the failure as it is.
 */
public final class EndsTheJob {
  private static final String FLINK =
      "org.apache.flink.runtime.execution.SuppressRestartsException";

  private EndsTheJob() {}

  /** What to throw for {@code failure}: itself, or a wrapper that the runner heeds. */
  public static RuntimeException of(WalbeamException failure) {
    if (failure.kind() == FailureKind.TRANSIENT) {
      return failure;
    }
    try {
      return Class.forName(FLINK)
          .asSubclass(RuntimeException.class)
          .getConstructor(Throwable.class)
          .newInstance(failure);
    } catch (ReflectiveOperationException e) {
      return failure;
    }
  }
}
