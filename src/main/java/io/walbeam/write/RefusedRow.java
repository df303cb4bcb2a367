package io.walbeam.write;

import io.walbeam.failure.ErrorClass;
import io.walbeam.failure.Refusal;
import io.walbeam.row.TableMapping;

/**
 * A row that cannot be written; it becomes a dead letter.
 *
 * @param destination name of the table that it was for
 */
public record RefusedRow(RowOrigin origin, Refusal refusal, String destination) {
  /** Whether the table was let go. */
  boolean isLetGo() {
    return refusal.errorClass() == ErrorClass.LET_GO;
  }

  /** Whether only its key is kept: the row itself comes back with a dump of its table. */
  boolean isKeyOnly() {
    TableMapping current = origin.route().current();
    return isLetGo() && current != null && current.destination().name().equals(destination);
  }
}
