package io.walbeam.source;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.Shutdown;
import java.util.concurrent.TimeUnit;

/**
 * Decides when to let a server go that shuts down. It waits for a stream to be confirmed to the end
 * of its WAL, and meanwhile refuses the connections that confirming may need; what is not confirmed
 * comes again when the server is back. One for each stream, session thread only.
 */
final class ShutdownWatch {
  /**
   * Time in which the confirmed position must move while a server in smart shutdown takes no new
   * session, nanoseconds. Others may work in their sessions for hours, and their changes flow.
   */
  private static final long SMART_PATIENCE = TimeUnit.SECONDS.toNanos(10);

  private boolean smart;
  private long confirmed;
  private long movedAt;

  /**
   * Looks.
   *
   * @param received end of what the server has sent
   * @param reported what it was told to be durable
   * @throws WalbeamException of kind TRANSIENT if the stream must be ended now
   */
  void check(Shutdown shutdown, long received, long reported, long now) {
    switch (shutdown) {
      case NONE -> smart = false;
      case FAST -> throw hangUp();
      case SMART -> {
        if (!smart || reported != confirmed || reported == received) {
          smart = true;
          confirmed = reported;
          movedAt = now;
        } else if (now - movedAt >= SMART_PATIENCE) {
          throw hangUp();
        }
      }
    }
  }

  private static WalbeamException hangUp() {
    return new WalbeamException(
        FailureKind.TRANSIENT,
        "PostgreSQL shuts down, so walbeam has ended its replication stream.",
        "It is taken up again when the server is back.");
  }
}
