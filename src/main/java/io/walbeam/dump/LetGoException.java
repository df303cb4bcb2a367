package io.walbeam.dump;

import io.walbeam.failure.ErrorClass;
import io.walbeam.failure.Refusal;
import io.walbeam.sink.RejectedRow;
import java.util.List;

/** The destination table was let go while rows were written to it. */
final class LetGoException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String destination;
  private final transient Refusal refusal;

  /**
   * @param destination name of the table
   */
  LetGoException(String destination, Refusal refusal) {
    super(refusal.message(), null, false, false);
    this.destination = destination;
    this.refusal = refusal;
  }

  /** Fails if one of the rows was refused because its table was let go. */
  static void throwIf(List<RejectedRow> rejected, String destination) {
    for (RejectedRow row : rejected) {
      if (row.refusal().errorClass() == ErrorClass.LET_GO) {
        throw new LetGoException(destination, row.refusal());
      }
    }
  }

  String destination() {
    return destination;
  }

  Refusal refusal() {
    return refusal;
  }
}
