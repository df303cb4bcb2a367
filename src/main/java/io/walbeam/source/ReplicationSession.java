package io.walbeam.source;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.Pauses;
import io.walbeam.failure.Retry;
import io.walbeam.failure.RetryPolicy;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.PostgresConnections;
import io.walbeam.postgres.ReplicationStream;
import io.walbeam.postgres.SideConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one slot on a thread of its own, so that neither commits nor stalls downstream stop the
 * answers to the server's keepalives. Hands batches over through a queue bounded in bytes.
 *
 * <p>A lost connection is made again from the last batch in the queue, without limit; only an error
 * that needs a person ends the session. Thread-safe; {@link #close} never waits.
 */
final class ReplicationSession implements StreamLoop.Owner, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ReplicationSession.class);

  /** Before the next try to connect; what needs a person ends the session. */
  private static final RetryPolicy RECONNECT =
      new RetryPolicy(Duration.ofMillis(250), Duration.ofSeconds(15), Duration.ZERO, Duration.ZERO);

  private final SourceSettings settings;
  private final SessionProgress positions;
  private final SideConnection side;
  private final PublicationWatch publications;
  private final ServerMonitor monitor;
  private final StreamCompanion companion;
  private final SessionConnector connector;
  private final BatchQueue queue = new BatchQueue(BatchQueue.LIMIT_BYTES);
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Pauses pauses = new SessionPauses();
  private final Thread thread;
  private final @Nullable Fence fence;
  private final Lease lease;

  private volatile @Nullable WalbeamException failure;
  private volatile @Nullable ReplicationStream stream;
  private volatile @Nullable StreamLoop loop;
  private volatile long caughtUpMicros;
  private volatile boolean ending;

  /** Session thread only. */
  private long completeMicros;

  private boolean delivered;

  private ReplicationSession(
      SourceSettings settings, @Nullable SlotMark mark, LocalPositions local, Lease lease) {
    this.settings = settings;
    this.lease = lease;
    PostgresConnections connections = new PostgresConnections(settings.postgres());
    this.side = new SideConnection(connections, "walbeam-side:" + settings.slot());
    ConfirmationChannel.ReadEnd published =
        settings.channel().reading(settings.replication(), settings.run(), side);
    this.positions = new SessionProgress(settings, published.positions(), local, mark);
    this.fence = settings.stopAtNow() ? new Fence() : null;
    this.publications = new PublicationWatch(side, settings);
    this.monitor = new ServerMonitor(side, settings.slot(), publications, published.look());
    this.companion = new StreamCompanion(side, settings.slot(), fence, settings.hook());
    this.connector =
        new SessionConnector(settings, connections, side, pauses, companion::streamLost);
    this.thread = new Thread(this::run, "walbeam-session-" + settings.slot());
    thread.setDaemon(true);
  }

  /** Starts reading at {@code mark}, or where the slot stands if there is none. */
  static ReplicationSession start(
      SourceSettings settings, @Nullable SlotMark mark, LocalPositions local, Lease lease) {
    ReplicationSession session = new ReplicationSession(settings, mark, local, lease);
    session.thread.start();
    return session;
  }

  /**
   * The next batch, null if none came in time.
   *
   * @throws WalbeamException that ended the session
   */
  @Nullable Delivery poll(long waitNanos) throws InterruptedException {
    lease.driven(System.nanoTime());
    Delivery delivery = queue.poll(waitNanos);
    if (delivery != null) {
      positions.hand(delivery);
      return delivery;
    }
    WalbeamException failed = failure;
    if (failed != null) {
      throw failed;
    }
    return null;
  }

  /** Where the reader is: after the last batch handed to it. Null if it began without a mark. */
  @Nullable SlotMark handed() {
    return positions.handed();
  }

  /** Reads no further; what is in the queue is still handed over, and statuses go on. */
  void requestEnd() {
    ending = true;
  }

  /** Whether the session reads no further and has handed over everything. */
  boolean hasEnded() {
    StreamLoop current = loop;
    return ending && (current == null || current.isFenced()) && queue.isEmpty();
  }

  /** Whether the session can go on: neither closed nor failed nor given up. */
  boolean isAlive() {
    return closing.getCount() > 0 && failure == null;
  }

  /** When everything had been read, the server's clock, epoch microseconds; 0 if not now. */
  long caughtUpMicros() {
    return queue.isEmpty() ? caughtUpMicros : 0;
  }

  /** Bytes of WAL between the reader and the end of the server's WAL. */
  long backlogBytes() {
    return positions.backlog(monitor.flushLsn());
  }

  /** How far the destination is behind the server. */
  SessionLag lag() {
    StreamLoop current = loop;
    return positions.lag(current == null ? 0 : current.reported(), monitor, queue.bytes());
  }

  /** For how long the server has sent nothing though it should, seconds; 0 if that is no stall. */
  long silentSeconds() {
    return monitor.silentSeconds();
  }

  /** Whether the slot on the server stands where it may. Asks the server. */
  boolean isConfirmed() {
    StreamLoop current = loop;
    long wanted = positions.confirmable();
    return wanted == 0
        || (current != null
            && Long.compareUnsigned(current.reported(), wanted) >= 0
            && Long.compareUnsigned(side.sample(settings.slot()).confirmedFlushLsn(), wanted) >= 0);
  }

  /** Whether the slot was last seen at {@code lsn} or beyond. Asks nobody. */
  boolean isSettledAt(long lsn) {
    return Long.compareUnsigned(monitor.sample().confirmedLsn(), lsn) >= 0;
  }

  SourceSettings settings() {
    return settings;
  }

  /** Ends the session; its threads go by themselves soon after. */
  @Override
  public void close() {
    closing.countDown();
    queue.close();
    monitor.close();
    companion.close();
    ReplicationStream open = stream;
    if (open != null) {
      open.close();
    }
    side.close();
  }

  /** Waits until its threads have ended. */
  boolean join(long millis) throws InterruptedException {
    thread.join(millis);
    return !thread.isAlive() && monitor.join(millis) && companion.join(millis);
  }

  @Override
  public boolean isReading() {
    WalbeamException refused = companion.failure();
    if (refused != null) {
      throw refused;
    }
    return isAlive() && !(isForsaken() && !positions.isOutstanding() && giveUp());
  }

  private boolean isForsaken() {
    return lease.isOver(System.nanoTime());
  }

  /** No runner reads any more, but who launched it needs the session until it closes it. */
  void keep() {
    lease.keep();
  }

  /** Whether the server sends its changes to this session now. */
  boolean isStreaming() {
    return loop != null && isAlive();
  }

  /** Why the session has ended, if it failed. */
  Optional<WalbeamException> failure() {
    return Optional.ofNullable(failure);
  }

  /** Frees the slot; the next call of the runner starts another session at the same place. */
  private boolean giveUp() {
    log.info("Nobody reads slot {} any more, so it is freed.", settings.slot());
    closing.countDown();
    return true;
  }

  @Override
  public void check() {
    publications.check();
  }

  @Override
  public boolean isEnding() {
    return ending;
  }

  @Override
  public void accept(Delivery delivery) {
    connector.begin();
    delivered = true;
    completeMicros = delivery.batch().completeTimeMicros();
    positions.enqueue(delivery);
    queue.put(delivery);
  }

  @Override
  public void caughtUp(long micros) {
    caughtUpMicros = micros;
  }

  @Override
  public void proven() {
    companion.streamStarted();
  }

  private void run() {
    try (Retry retry = new Retry(RECONNECT, pauses, Retry.Board.NONE)) {
      while (isReading()) {
        try {
          SessionConnector.Connected connected = connector.connect(positions.enqueued());
          if (connected != null) {
            read(connected);
          }
        } catch (IOException e) {
          awaitRetry(lost(e), retry);
        } catch (WalbeamException e) {
          awaitRetry(e, retry);
        } catch (ResumeMismatchException e) {
          log.info("The open transaction of slot {} is read from its start.", settings.slot());
          positions.startOver();
        } finally {
          closeStream();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (WalbeamException e) {
      failure = e;
    } catch (RuntimeException | Error e) {
      failure =
          new WalbeamException(
              FailureKind.BUG, "The replication session failed.", "Report it as a defect.", e);
    } finally {
      close();
    }
  }

  private void read(SessionConnector.Connected connected) throws IOException, InterruptedException {
    stream = connected.stream();
    boolean start = connected.decision().fresh() && !delivered;
    log.info(
        "Reading slot {} from {}.",
        settings.slot(),
        connected.decision().position().toStreamPosition());
    StreamLoop current =
        new StreamLoop(
            connected,
            start,
            completeMicros,
            fence,
            queue,
            positions,
            monitor,
            new AlterationWatch(settings.hook()),
            this);
    loop = current;
    publications.uses(connected.publications());
    monitor.streamStarted();
    current.run();
  }

  private static boolean hasHeard(@Nullable StreamLoop loop) {
    return loop != null && loop.hasHeard();
  }

  private WalbeamException lost(IOException e) {
    return new WalbeamException(
        FailureKind.TRANSIENT,
        "The replication connection to " + settings.postgres().describe() + " was lost.",
        "Waiting for the server; check that it runs and the network is up.",
        e);
  }

  private void awaitRetry(WalbeamException e, Retry retry) throws InterruptedException {
    if (!isAlive()) {
      return;
    }
    boolean passes = RECONNECT.retries(e.kind());
    if (!passes && !publications.isCauseOf(e)) {
      throw e;
    }
    if (hasHeard(loop)) {
      retry.succeeded();
    }
    log.warn("{} Trying again.", e.describe());
    log.debug("Cause", e);
    retry.pause(passes ? e.kind() : FailureKind.TRANSIENT, e.describe());
  }

  /**
   * Waits without a connection, that end when the session does. Who has no connection and is not
   * driven gives up even with batches outstanding: they are read again by whoever is driven.
   */
  private final class SessionPauses implements Pauses {
    @Override
    public long nanoTime() {
      return System.nanoTime();
    }

    @Override
    public boolean pause(Duration duration) throws InterruptedException {
      boolean closed = closing.await(duration.toNanos(), TimeUnit.NANOSECONDS);
      return !closed && !(isForsaken() && giveUp());
    }
  }

  private void closeStream() {
    ReplicationStream open = stream;
    stream = null;
    loop = null;
    if (open != null) {
      open.close();
    }
  }
}
