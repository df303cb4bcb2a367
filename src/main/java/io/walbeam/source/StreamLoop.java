package io.walbeam.source;

import io.walbeam.batch.OversizeMarker;
import io.walbeam.postgres.MessagePieces;
import io.walbeam.postgres.ReplicationStream;
import io.walbeam.postgres.StreamHandler;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The life of one connection: reads, cuts batches, answers the server. Runs on the session's
 * thread; what other threads may ask says so.
 */
final class StreamLoop implements StreamHandler {
  /** Longest wait for bytes, so that statuses and idle positions are not late. Milliseconds. */
  private static final int IDLE_WAIT_MILLIS = 50;

  /** Wait while the queue is full, milliseconds. */
  private static final long FULL_WAIT_MILLIS = 50;

  /** What the loop needs of its session. */
  interface Owner {
    /** Whether to go on. */
    boolean isReading();

    /**
     * Looks whether this stream is the right one still.
     *
     * @throws io.walbeam.failure.WalbeamException of kind TRANSIENT if another is to be begun
     */
    void check();

    /** Whether nothing more is to be taken, although the connection goes on. */
    boolean isEnding();

    /** Takes a batch. */
    void accept(Delivery delivery);

    /** Everything had been read when the server's clock was at {@code micros}. */
    void caughtUp(long micros);

    /** The server can decode where it begins. Called again and again. */
    void proven();
  }

  private final ReplicationStream stream;
  private final BatchQueue queue;
  private final SessionProgress positions;
  private final ServerMonitor monitor;
  private final AlterationWatch alterations;
  private final Owner owner;
  private final BatchBuilder builder;
  private final BatchPacing pacing;
  private final StatusReporter status;
  private final ShutdownWatch shutdown = new ShutdownWatch();
  private final StreamProof proof;

  /**
   * Our own fence was read, or the job was asked to end: from then on the stream is kept alive, and
   * nothing is taken.
   */
  private volatile boolean fenced;

  private boolean heard;

  StreamLoop(
      SessionConnector.Connected connected,
      boolean start,
      long completeMicros,
      @Nullable Fence fence,
      BatchQueue queue,
      SessionProgress positions,
      ServerMonitor monitor,
      AlterationWatch alterations,
      Owner owner) {
    this.alterations = alterations;
    this.stream = connected.stream();
    this.queue = queue;
    this.positions = positions;
    this.monitor = monitor;
    this.owner = owner;
    SlotMark mark = positions.enqueued();
    this.fenced = mark != null && mark.done();
    this.builder =
        new BatchBuilder(
            connected.reader(),
            start,
            connected.decision().position(),
            completeMicros,
            fence,
            this::cut);
    long now = System.nanoTime();
    this.pacing = new BatchPacing(now);
    this.proof = new StreamProof(stream.identity().flushLsn(), now);
    this.status =
        new StatusReporter(
            stream::sendStatus,
            positions::confirmable,
            connected.confirmedLsn(),
            connected.senderTimeoutMillis(),
            now);
  }

  /** Whether the server sent anything. */
  boolean hasHeard() {
    return heard;
  }

  /** Whether nothing more is taken. Any thread. */
  boolean isFenced() {
    return fenced;
  }

  /** What was reported as flushed last. Any thread. */
  long reported() {
    return status.reported();
  }

  /**
   * Reads until the owner stops, or the connection fails.
   *
   * @throws io.walbeam.failure.WalbeamException if the server shuts down
   */
  void run() throws IOException, InterruptedException {
    while (owner.isReading()) {
      long now = System.nanoTime();
      shutdown.check(monitor.shutdown(), status.received(), status.reported(), now);
      owner.check();
      status.tick(now);
      if (proof.isGiven(now)) {
        owner.proven();
      }
      if (owner.isEnding()) {
        fenced = true;
      }
      if (queue.isFull()) {
        queue.awaitRoom(FULL_WAIT_MILLIS);
        now = System.nanoTime();
        status.heard(now);
        monitor.heard(status.received(), now);
        continue;
      }
      int wait = pacing.waitMillis(builder.pendingBytes(), IDLE_WAIT_MILLIS, !queue.isEmpty(), now);
      int bytes = stream.read(this, wait);
      now = System.nanoTime();
      if (bytes > 0) {
        status.heard(now);
        monitor.heard(status.received(), now);
        heard = true;
      }
      if (!fenced) {
        cutIfDue(bytes, now);
      }
      pacing.gulp(bytes);
      alterations.tell();
    }
  }

  /** Cuts a batch if it is time for one: of data, of an idle position, or an empty one. */
  private void cutIfDue(int bytes, long now) {
    if (builder.pendingBytes() > 0) {
      if (pacing.dataIsDue(bytes, !queue.isEmpty(), now)) {
        builder.cut();
      }
      return;
    }
    if (builder.insideTransaction()) {
      return;
    }
    ServerMonitor.Sample sample = monitor.sample();
    long idle = pacing.idleLsn();
    boolean caughtUp = sample.flushLsn() != 0 && Long.compareUnsigned(idle, sample.flushLsn()) >= 0;
    if (caughtUp && queue.isEmpty()) {
      owner.caughtUp(sample.timeMicros());
    }
    boolean moves = builder.canMoveTo(idle) || builder.hasMoved();
    if (moves && pacing.idleIsDue(now)) {
      builder.idle(idle, caughtUp ? sample.timeMicros() : 0);
      builder.cut();
    } else if (pacing.nudgeIsDue(now) && queue.isEmpty() && positions.awaitsFinalization()) {
      builder.cut();
      pacing.nudged();
    }
  }

  private void cut(Delivery delivery) {
    fenced = delivery.last();
    pacing.cut(System.nanoTime(), delivery.batch().changes() > 0);
    owner.accept(delivery);
  }

  @Override
  public void data(long dataStart, byte[] buffer, int offset, int length) {
    proof.decoded();
    if (!fenced) {
      alterations.see(buffer, offset, length, builder);
      builder.message(dataStart, buffer, offset, length);
      status.received(dataStart);
    }
  }

  @Override
  public void oversize(long dataStart, long length, MessagePieces pieces) throws IOException {
    proof.decoded();
    if (!fenced) {
      OversizeMarker.Result result = OversizeMarker.reduce(length, pieces, builder::relation);
      builder.oversize(dataStart, result.relationId(), result.marker());
      status.received(dataStart);
    }
  }

  @Override
  public void keepalive(long walEnd, long serverTimeMicros, boolean replyRequested) {
    pacing.keepalive(walEnd, replyRequested);
    proof.read(walEnd);
    status.received(walEnd);
    if (replyRequested) {
      status.replyRequested();
    }
  }

  @Override
  public void progress() throws IOException {
    long now = System.nanoTime();
    status.heard(now);
    status.tick(now);
  }
}
