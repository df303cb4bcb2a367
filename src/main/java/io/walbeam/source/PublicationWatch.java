package io.walbeam.source;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.SideConnection;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Notices that the slot can be read with other publications than it is: one was dropped, or one
 * that was made later can be read by now. Thread-safe.
 */
final class PublicationWatch {
  /** Time between two looks, nanoseconds. */
  private static final long INTERVAL = TimeUnit.SECONDS.toNanos(10);

  private final SideConnection side;
  private final SourceSettings settings;
  private long looked = System.nanoTime();
  private List<String> used = List.of();
  private List<String> found = List.of();

  PublicationWatch(SideConnection side, SourceSettings settings) {
    this.side = side;
    this.settings = settings;
  }

  /** A stream has begun with these. */
  synchronized void uses(List<String> publications) {
    used = publications;
    found = publications;
  }

  /**
   * Asks the server, if it is time.
   *
   * @throws WalbeamException if it cannot be asked
   */
  void lookIfDue(long now) {
    synchronized (this) {
      if (now - looked < INTERVAL) {
        return;
      }
      looked = now;
    }
    look();
  }

  private void look() {
    List<String> publications = side.publications(settings.publication(), settings.slot());
    synchronized (this) {
      found = publications;
    }
  }

  /** Asks the server whether an error of the stream comes from a publication that is gone. */
  boolean isCauseOf(WalbeamException problem) {
    try {
      look();
      synchronized (this) {
        return !found.isEmpty() && !used.isEmpty() && !found.containsAll(used);
      }
    } catch (WalbeamException e) {
      problem.addSuppressed(e);
      return false;
    }
  }

  /**
   * Ends a stream that is read with other publications than it could be. Asks nobody.
   *
   * @throws WalbeamException of kind TRANSIENT if it is
   */
  synchronized void check() {
    if (!found.isEmpty() && !found.equals(used)) {
      throw new WalbeamException(
          FailureKind.TRANSIENT,
          "The publications of slot "
              + settings.slot()
              + " are now "
              + String.join(", ", found)
              + ", so it is read anew with them.",
          "A publication that is missing is left out until it is back.");
    }
  }
}
