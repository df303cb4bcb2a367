package io.walbeam.source;

import io.walbeam.change.Lsn;
import io.walbeam.postgres.ServerSample;
import io.walbeam.postgres.Shutdown;
import io.walbeam.postgres.SideConnection;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Samples the server's WAL position about once a second, on a thread of its own, and so notices
 * when the server shuts down. Thread-safe; an error is tried again at the next turn.
 */
final class ServerMonitor implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ServerMonitor.class);

  /** Time between two samples, milliseconds. */
  private static final long INTERVAL_MILLIS = 1_000;

  /**
   * What the server said last; zeros before the first sample.
   *
   * @param flushLsn end of the WAL
   * @param timeMicros the server's clock, epoch microseconds
   * @param confirmedLsn where the slot stood
   * @param nanos this machine's clock then
   */
  record Sample(long flushLsn, long timeMicros, long confirmedLsn, long nanos) {
    /** The server's clock now, as far as this machine knows. */
    long serverMicros(long now) {
      return timeMicros + (now - nanos) / 1_000;
    }

    /** How old it is, seconds; 0 before the first. */
    long ageSeconds(long now) {
      return timeMicros == 0 ? 0 : TimeUnit.NANOSECONDS.toSeconds(now - nanos);
    }
  }

  private final SideConnection side;
  private final String slot;
  private final Runnable look;
  private final PublicationWatch publications;
  private final WalHistory history = new WalHistory();
  private final ReaderSilence silence;
  private final HeadroomWatch headroom;
  private final SessionThread thread;
  private volatile Sample sample = new Sample(0, 0, 0, 0);

  /**
   * @param look called at every turn, on the monitor's thread
   */
  ServerMonitor(SideConnection side, String slot, PublicationWatch publications, Runnable look) {
    this.publications = publications;
    this.look = look;
    this.side = side;
    this.slot = slot;
    this.silence = new ReaderSilence(slot, System.nanoTime());
    this.headroom = new HeadroomWatch(slot);
    this.thread = new SessionThread("walbeam-monitor-" + slot, this::run);
  }

  /** There is a server to look at. Session thread only. */
  void streamStarted() {
    thread.start();
  }

  /** What is known of a shutdown of the server. */
  Shutdown shutdown() {
    return side.shutdown();
  }

  Sample sample() {
    return sample;
  }

  /** For how long the server has had WAL beyond {@code lsn}, nanoseconds; 0 if it has none. */
  long ageOf(long lsn) {
    return history.ageOf(lsn, System.nanoTime());
  }

  /** The stream has brought everything up to {@code lsn}, or is not listened to. */
  void heard(long lsn, long now) {
    silence.heard(Lsn.max(lsn, sample.flushLsn()), now);
  }

  /** For how long the stream has brought nothing though it should, seconds; 0 if it is no stall. */
  long silentSeconds() {
    return silence.seconds(System.nanoTime());
  }

  long flushLsn() {
    return sample.flushLsn();
  }

  @Override
  public void close() {
    thread.close();
  }

  boolean join(long millis) throws InterruptedException {
    return thread.join(millis);
  }

  private void watchHeadroom() {
    long now = System.nanoTime();
    if (headroom.isDue(now)) {
      side.headroom(slot).flatMap(found -> headroom.look(found, now)).ifPresent(log::warn);
    }
  }

  private void run() throws InterruptedException {
    do {
      try {
        ServerSample read = side.sample(slot);
        long now = System.nanoTime();
        history.seen(read.flushLsn(), now);
        sample = new Sample(read.flushLsn(), read.timeMicros(), read.confirmedFlushLsn(), now);
        silence.look(history.ageBeyond(silence.heardLsn(), now), now);
        look.run();
        watchHeadroom();
        publications.lookIfDue(now);
      } catch (RuntimeException e) {
        log.debug("No sample of the WAL position", e);
      }
    } while (!thread.pause(INTERVAL_MILLIS));
  }
}
