package io.walbeam.source;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.MessagePieces;
import io.walbeam.postgres.PostgresConnections;
import io.walbeam.postgres.ReplicationStream;
import io.walbeam.postgres.SideConnection;
import io.walbeam.postgres.StreamHandler;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one slot on a thread of its own, so that neither commits nor stalls downstream stop the
 * answers to the server's keepalives. Hands batches over through a queue bounded in bytes.
 *
 * <p>A lost connection is made again from the last batch handed over; only an error that needs a
 * person ends the session. {@link #poll} and what the reader asks are thread-safe, {@link #close}
 * never waits.
 */
final class ReplicationSession implements StreamHandler, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicationSession.class);

  /** Longest wait for bytes, so that statuses and idle positions are not late. Milliseconds. */
  private static final int IDLE_WAIT_MILLIS = 50;

  /** Wait while the queue is full, milliseconds. */
  private static final long FULL_WAIT_MILLIS = 50;

  /** Time without a runner's call after which the slot is given up, nanoseconds. */
  private static final long LEASE = TimeUnit.MINUTES.toNanos(3);

  /** First and longest pause before the next try to connect, milliseconds. */
  private static final long FIRST_RETRY = 250;

  private static final long LONGEST_RETRY = 15_000;

  private final SourceSettings settings;
  private final LocalPositions positions;
  private final SideConnection side;
  private final ServerMonitor monitor;
  private final SessionConnector connector;
  private final BatchQueue queue = new BatchQueue(BatchQueue.LIMIT_BYTES);
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private final @Nullable Fence fence;
  private final long leaseNanos;

  /** Where the last batch in the queue ends, and where the last one taken out ends. */
  private volatile @Nullable SlotMark enqueued;

  private volatile @Nullable SlotMark handed;
  private volatile long lastDriven = System.nanoTime();
  private volatile @Nullable WalbeamException failure;
  private volatile @Nullable ReplicationStream stream;
  private volatile @Nullable StatusReporter status;
  private volatile long caughtUpMicros;
  private volatile boolean fresh;
  private volatile boolean ending;

  /** Set by the session thread when it has seen that it is to end. */
  private volatile boolean stopped;

  /** Of the current connection, session thread only. */
  private @Nullable BatchBuilder builder;

  private @Nullable BatchPacing pacing;
  private long completeMicros;
  private boolean delivered;
  private boolean fenced;
  private boolean progressed;

  ReplicationSession(
      SourceSettings settings, @Nullable SlotMark mark, LocalPositions positions, long leaseNanos) {
    this.settings = settings;
    this.positions = positions;
    this.leaseNanos = leaseNanos;
    this.enqueued = mark;
    this.handed = mark;
    PostgresConnections connections = new PostgresConnections(settings.postgres());
    this.side = new SideConnection(connections, "walbeam-side:" + settings.slot());
    this.fence = settings.stopAtNow() ? new Fence() : null;
    this.monitor = new ServerMonitor(side, settings.slot(), fence);
    this.connector = new SessionConnector(settings, connections, side, this::pause);
    this.thread = new Thread(this::run, "walbeam-session-" + settings.slot());
    thread.setDaemon(true);
  }

  static ReplicationSession start(
      SourceSettings settings, @Nullable SlotMark mark, LocalPositions positions) {
    ReplicationSession session = new ReplicationSession(settings, mark, positions, LEASE);
    session.thread.start();
    return session;
  }

  /** For tests: with a lease of their own. */
  static ReplicationSession start(
      SourceSettings settings, @Nullable SlotMark mark, LocalPositions positions, long leaseNanos) {
    ReplicationSession session = new ReplicationSession(settings, mark, positions, leaseNanos);
    session.thread.start();
    return session;
  }

  /**
   * The next batch, null if none came in time.
   *
   * @throws WalbeamException that ended the session
   */
  @Nullable Delivery poll(long waitNanos) throws InterruptedException {
    lastDriven = System.nanoTime();
    Delivery delivery = queue.poll(waitNanos);
    if (delivery != null) {
      handed = markOf(delivery);
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
    return handed;
  }

  /** Reads no further; what is in the queue is still handed over, and statuses go on. */
  void requestEnd() {
    ending = true;
  }

  /** Whether the session reads no further and has handed over everything. */
  boolean hasEnded() {
    return ending && (stopped || stream == null) && queue.isEmpty();
  }

  /** Whether the session can go on: neither closed nor failed nor given up. */
  boolean isAlive() {
    return closing.getCount() > 0 && failure == null;
  }

  /** When everything had been read, the server's clock, epoch microseconds; 0 if never. */
  long caughtUpMicros() {
    return queue.isEmpty() ? caughtUpMicros : 0;
  }

  /** Bytes of WAL between the reader and the end of the server's WAL. */
  long backlogBytes() {
    SlotMark mark = handed;
    long read = mark == null ? 0 : mark.position().resumeLsn();
    long end = monitor.flushLsn();
    return read == 0 || Long.compareUnsigned(end, read) <= 0 ? 0 : end - read;
  }

  /** What may be confirmed to the slot: published, and inside a finalized mark. */
  long confirmable() {
    long published = positions.published(settings.slotKey());
    long finalized = positions.finalized(settings.slotKey());
    SlotMark mark = handed;
    long read = mark == null ? 0 : mark.position().resumeLsn();
    long lower = Long.compareUnsigned(published, finalized) < 0 ? published : finalized;
    return Long.compareUnsigned(lower, read) < 0 ? lower : read;
  }

  /** Whether the slot on the server stands at or after what may be confirmed. */
  boolean isConfirmed() {
    StatusReporter reporter = status;
    long wanted = confirmable();
    return wanted == 0
        || (reporter != null
            && Long.compareUnsigned(reporter.reported(), wanted) >= 0
            && Long.compareUnsigned(side.sample(settings.slot()).confirmedFlushLsn(), wanted) >= 0);
  }

  SourceSettings settings() {
    return settings;
  }

  /** Ends the session; the thread goes by itself soon after. */
  @Override
  public void close() {
    closing.countDown();
    queue.close();
    monitor.close();
    ReplicationStream open = stream;
    if (open != null) {
      open.close();
    }
    side.close();
  }

  /** Waits until both threads have ended. */
  boolean join(long millis) throws InterruptedException {
    thread.join(millis);
    return !thread.isAlive() && monitor.join(millis);
  }

  private void run() {
    long retry = FIRST_RETRY;
    try {
      while (isAlive()) {
        try {
          progressed = false;
          SessionConnector.Connected connected = connector.connect(enqueued);
          if (connected != null) {
            stream(connected);
          }
        } catch (IOException e) {
          retry = retryAfter(e, lost(e), retry);
        } catch (WalbeamException e) {
          retry = retryAfter(e, e, retry);
        } catch (ResumeMismatchException e) {
          LOG.info("The open transaction of slot {} is read from its start.", settings.slot());
          startOver();
        } finally {
          closeStream();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      failure =
          e instanceof WalbeamException walbeam
              ? walbeam
              : new WalbeamException(
                  FailureKind.BUG, "The replication session failed.", "Report it as a defect.", e);
    } finally {
      close();
    }
  }

  private void stream(SessionConnector.Connected connected)
      throws IOException, InterruptedException {
    ReplicationStream input = connected.stream();
    stream = input;
    if (closing.getCount() == 0) {
      return;
    }
    ReadPosition position = connected.decision().position();
    fresh = connected.decision().fresh() && !delivered;
    BatchBuilder batches =
        new BatchBuilder(connected.origin(), fresh, position, completeMicros, fence, this::enqueue);
    builder = batches;
    long now = System.nanoTime();
    StatusReporter reporter =
        new StatusReporter(
            input::sendStatus,
            this::confirmable,
            connected.confirmedLsn(),
            connected.senderTimeoutMillis(),
            now);
    status = reporter;
    BatchPacing pace = new BatchPacing(now);
    pacing = pace;
    LOG.info("Reading slot {} from {}.", settings.slot(), position.toStreamPosition());
    monitor.streamStarted();
    while (isAlive()) {
      now = System.nanoTime();
      reporter.tick(now);
      if (ending) {
        fenced = true;
        stopped = true;
      }
      if (queue.isFull()) {
        queue.awaitRoom(FULL_WAIT_MILLIS);
        reporter.heard(System.nanoTime());
        continue;
      }
      int bytes = input.read(this, pace.waitMillis(batches.pendingBytes(), IDLE_WAIT_MILLIS, now));
      now = System.nanoTime();
      if (bytes > 0) {
        reporter.heard(now);
        progressed = true;
      }
      if (!fenced) {
        pace(pace, batches, bytes, now);
      }
      pace.gulp(bytes);
      if (leaseIsOver(now)) {
        LOG.info("Nobody reads slot {} any more, so it is freed.", settings.slot());
        return;
      }
    }
  }

  /** Cuts a batch if it is time for one: of data, of an idle position, or an empty one. */
  private void pace(BatchPacing pace, BatchBuilder batches, int bytes, long now) {
    if (batches.pendingBytes() > 0) {
      if (pace.dataIsDue(bytes, now)) {
        batches.cut();
      }
      return;
    }
    if (batches.insideTransaction()) {
      return;
    }
    ServerMonitor.Sample sample = monitor.sample();
    long idle = pace.idleLsn();
    boolean caughtUp = sample.flushLsn() != 0 && Long.compareUnsigned(idle, sample.flushLsn()) >= 0;
    if (caughtUp && queue.isEmpty()) {
      caughtUpMicros = sample.timeMicros();
    }
    boolean moves = batches.canMoveTo(idle) || batches.hasMoved();
    if (moves && pace.idleIsDue(now)) {
      batches.idle(idle, caughtUp ? sample.timeMicros() : 0);
      batches.cut();
    } else if (pace.nudgeIsDue(now) && awaitsFinalization()) {
      batches.cut();
      pace.nudged();
    }
  }

  /**
   * Whether everything handed over is durable, but the runner did not say so yet: some finalize a
   * mark only when they read the next batch, so an idle slot would stay unconfirmed.
   */
  private boolean awaitsFinalization() {
    SlotMark mark = enqueued;
    if (mark == null || !queue.isEmpty()) {
      return false;
    }
    long end = mark.position().resumeLsn();
    return Long.compareUnsigned(positions.published(settings.slotKey()), end) >= 0
        && Long.compareUnsigned(positions.finalized(settings.slotKey()), end) < 0;
  }

  private boolean leaseIsOver(long now) {
    if (now - lastDriven < leaseNanos) {
      return false;
    }
    SlotMark mark = handed;
    boolean outstanding =
        mark != null
            && !mark.isStart()
            && Long.compareUnsigned(
                    positions.published(settings.slotKey()), mark.position().resumeLsn())
                < 0;
    if (!outstanding) {
      closing.countDown();
    }
    return !outstanding;
  }

  @Override
  public void data(long dataStart, byte[] buffer, int offset, int length) {
    BatchBuilder batches = builder;
    if (fenced || batches == null) {
      return;
    }
    batches.message(dataStart, buffer, offset, length);
    received(dataStart);
  }

  @Override
  public void oversize(long dataStart, long length, MessagePieces pieces) throws IOException {
    BatchBuilder batches = builder;
    if (fenced || batches == null) {
      return;
    }
    OversizeMarker.Result result = OversizeMarker.reduce(length, pieces, batches::relation);
    batches.oversize(dataStart, result.relationId(), result.marker());
    received(dataStart);
  }

  @Override
  public void keepalive(long walEnd, long serverTimeMicros, boolean replyRequested) {
    BatchPacing pace = pacing;
    if (pace != null && !fenced) {
      pace.keepalive(walEnd, replyRequested);
    }
    StatusReporter reporter = status;
    if (reporter != null && replyRequested) {
      reporter.replyRequested();
    }
    received(walEnd);
  }

  @Override
  public void progress() throws IOException {
    StatusReporter reporter = status;
    if (reporter != null) {
      long now = System.nanoTime();
      reporter.heard(now);
      reporter.tick(now);
    }
  }

  private void received(long lsn) {
    StatusReporter reporter = status;
    if (reporter != null) {
      reporter.received(lsn);
    }
  }

  private void enqueue(Delivery delivery) {
    SlotMark mark = markOf(delivery);
    delivered = true;
    completeMicros = delivery.batch().completeTimeMicros();
    enqueued = mark;
    BatchPacing pace = pacing;
    if (pace != null) {
      pace.cut(System.nanoTime(), delivery.batch().changes() > 0);
    }
    fenced = delivery.last();
    queue.put(delivery);
  }

  /** The mark right after a batch; the watermark is the reader's business. */
  private SlotMark markOf(Delivery delivery) {
    Origin read = delivery.batch().origin();
    return new SlotMark(
        settings.slotKey(),
        delivery.after(),
        read.epoch(),
        read.systemId(),
        read.timeline(),
        settings.optionsHash(),
        0,
        delivery.last() ? delivery.after().resumeLsn() : 0,
        delivery.last());
  }

  private void startOver() {
    SlotMark mark = enqueued;
    if (mark != null) {
      enqueued =
          new SlotMark(
              mark.slotKey(),
              mark.position().startOfTransaction(),
              mark.epoch(),
              mark.systemId(),
              mark.timeline(),
              mark.optionsHash(),
              mark.watermarkMillis(),
              mark.stopLsn(),
              mark.done());
    }
  }

  private WalbeamException lost(IOException e) {
    return new WalbeamException(
        FailureKind.TRANSIENT,
        "The replication connection to " + settings.postgres().describe() + " was lost.",
        "Waiting for the server; check that it runs and the network is up.",
        e);
  }

  private long retryAfter(Throwable cause, WalbeamException e, long retry)
      throws InterruptedException {
    if (!isAlive()) {
      return retry;
    }
    if (e.kind() != FailureKind.TRANSIENT) {
      throw e;
    }
    long wait = progressed ? FIRST_RETRY : retry;
    LOG.warn("{} Trying again in {} ms.", e.describe(), wait);
    LOG.debug("Cause", cause);
    pause(wait);
    return Math.min(wait * 2, LONGEST_RETRY);
  }

  /** Waits; true if the session was closed meanwhile. */
  private boolean pause(long millis) throws InterruptedException {
    return closing.await(millis, TimeUnit.MILLISECONDS);
  }

  private void closeStream() {
    ReplicationStream open = stream;
    stream = null;
    builder = null;
    if (open != null) {
      open.close();
    }
  }
}
