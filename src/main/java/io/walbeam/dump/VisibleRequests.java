package io.walbeam.dump;

import java.util.OptionalLong;

/**
 * The requests that nothing older is under way of: who has waited for one has waited for all that
 * were known then, so a thousand tables need no thousand waits. Thread-safe.
 */
final class VisibleRequests {
  // Guarded by this.
  private long through;
  private OptionalLong ready = OptionalLong.empty();

  /**
   * A position of the WAL behind everything that a dump of the request is to see; empty if nobody
   * has waited for it.
   */
  synchronized OptionalLong ready(long requestLsn) {
    return Long.compareUnsigned(requestLsn, through) <= 0 ? ready : OptionalLong.empty();
  }

  /**
   * The transactions have ended that were older than the requests known at a moment.
   *
   * @param requestLsn highest position of those requests
   * @param walEnd behind what was visible after that
   */
  synchronized void ended(long requestLsn, long walEnd) {
    if (ready.isEmpty() || Long.compareUnsigned(requestLsn, through) > 0) {
      through = requestLsn;
      ready = OptionalLong.of(walEnd);
    }
  }
}
