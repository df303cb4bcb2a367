package io.walbeam.sink;

import io.walbeam.change.ChangePosition;
import io.walbeam.row.DestinationTable;

/** Of a destination whose changes show at once, and in which nothing is to go. Thread-safe. */
public class NothingOutdated implements OutdatedRows {
  @Override
  public long nowMicros() {
    return 0;
  }

  @Override
  public boolean showsChangesUntil(DestinationTable table, long micros) {
    return true;
  }

  @Override
  public boolean existedBefore(DestinationTable table, long micros) {
    return false;
  }

  @Override
  public long count(DestinationTable table, ChangePosition below) {
    return 0;
  }

  @Override
  public void keys(DestinationTable table, ChangePosition below, Keys keys)
      throws InterruptedException {}
}
