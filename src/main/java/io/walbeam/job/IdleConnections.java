package io.walbeam.job;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes connections to PostgreSQL that nobody uses: a server in smart shutdown waits for them.
 * Thread-safe.
 */
final class IdleConnections implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(IdleConnections.class);

  /** Long enough that a busy job opens none twice, short against the minute of {@code pg_ctl}. */
  private static final Duration IDLE = Duration.ofSeconds(10);

  private final List<Consumer<Duration>> keepers;
  private final Repeated looking;

  /**
   * @param keepers each closes what was not used for so long
   */
  IdleConnections(List<Consumer<Duration>> keepers) {
    this.keepers = List.copyOf(keepers);
    this.looking = new Repeated("walbeam-idle", IDLE.dividedBy(2), this::look);
  }

  private void look() {
    keepers.forEach(IdleConnections::look);
  }

  private static void look(Consumer<Duration> keeper) {
    try {
      keeper.accept(IDLE);
    } catch (RuntimeException e) {
      log.warn("Idle connections to PostgreSQL could not be closed; it is tried again.", e);
    }
  }

  @Override
  public void close() {
    looking.close();
  }
}
