package io.walbeam.source;

import io.walbeam.batch.ReaderIdentity;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.Pauses;
import io.walbeam.failure.Retry;
import io.walbeam.failure.RetryPolicy;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.PostgresConnections;
import io.walbeam.postgres.ReplicationStream;
import io.walbeam.postgres.SideConnection;
import io.walbeam.postgres.SlotOwner;
import io.walbeam.postgres.SlotPreparation;
import io.walbeam.postgres.SlotStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets a session onto its slot: prepares publication and slot, settles who owns the slot, compares
 * positions, starts the stream. Session thread only.
 */
final class SessionConnector {
  private static final Logger log = LoggerFactory.getLogger(SessionConnector.class);

  /** Between looks while somebody else uses the slot. */
  private static final RetryPolicy OCCUPIED =
      new RetryPolicy(Duration.ofMillis(500), Duration.ofSeconds(10), Duration.ZERO, Duration.ZERO);

  /** Time between two log lines about the same wait, nanoseconds. */
  private static final long LOG_INTERVAL = TimeUnit.MINUTES.toNanos(1);

  /** Time beyond wal_sender_timeout after which a stranger is alive and will stay, milliseconds. */
  private static final long STRANGER_MARGIN = 10_000;

  /** How often, and how long, to look whether a terminated process has gone. */
  private static final Duration TERMINATION_POLL = Duration.ofMillis(20);

  private static final Duration TERMINATION_WAIT = Duration.ofSeconds(10);

  /** No two readers of one JVM share a start time, whatever the clock does. */
  private static final AtomicLong LAST_READER_START = new AtomicLong();

  private final SourceSettings settings;
  private final PostgresConnections connections;
  private final SideConnection side;
  private final Pauses pauses;
  private final Runnable lost;
  private @Nullable Incarnation self;
  private Optional<RecordedState> recorded = Optional.empty();
  private boolean first = true;

  /** What is to be recorded before anything is delivered. */
  private @Nullable Beginning beginning;

  private record Beginning(ReaderIdentity reader, long lsn) {}

  /**
   * @param lost called when a newer reader of the job has the slot
   */
  SessionConnector(
      SourceSettings settings,
      PostgresConnections connections,
      SideConnection side,
      Pauses pauses,
      Runnable lost) {
    this.lost = lost;
    this.settings = settings;
    this.connections = connections;
    this.side = side;
    this.pauses = pauses;
  }

  /**
   * A running stream.
   *
   * @param publications that it is read with
   * @param confirmedLsn where the slot stood
   * @param senderTimeoutMillis the server's {@code wal_sender_timeout}, 0 for none
   */
  record Connected(
      ReplicationStream stream,
      ReaderIdentity reader,
      StartUp.Decision decision,
      List<String> publications,
      long confirmedLsn,
      long senderTimeoutMillis) {}

  /**
   * Connects.
   *
   * @param mark where the session is, null if it has nothing yet
   * @return null if the session was closed meanwhile
   * @throws WalbeamException TRANSIENT if it is worth another try
   */
  @Nullable Connected connect(@Nullable SlotMark mark) throws InterruptedException, IOException {
    if (first) {
      // Before there is a connection: the destination may not answer for long, and a server that
      // shuts down would wait for it.
      recorded = settings.recorded().read(settings.slot());
    } else if (mark != null && !mark.isStart()) {
      // From here on the mark knows better; until then a slot that is re-created must be noticed.
      recorded = Optional.empty();
    }
    Incarnation incarnation = incarnation();
    boolean continued =
        (mark != null && !mark.isStart() && mark.epoch() == settings.epoch())
            || recorded.filter(known -> known.epoch() == settings.epoch()).isPresent();
    SlotPreparation preparation = new SlotPreparation(settings.replication(), settings.tables());
    long senderTimeout = side.senderTimeoutMillis();
    Retry look = new Retry(OCCUPIED, pauses, Retry.Board.NONE);
    long began = System.nanoTime();
    long lastLog = began - LOG_INTERVAL;
    while (true) {
      Optional<SlotStatus> prepared = side.prepare(preparation, !continued);
      if (prepared.isEmpty()) {
        throw StartUp.slotGone(settings.epoch(), settings.slot(), mark, recorded, side.identity());
      }
      SlotStatus slot = prepared.get();
      Optional<SlotOwner> owner = side.owner(settings.slot());
      if (owner.isEmpty()) {
        Connected connected = start(incarnation, mark, slot, senderTimeout);
        if (connected != null) {
          first = false;
          return connected;
        }
      } else if (settle(incarnation, owner.get(), lastLog)) {
        continue;
      } else if (first && isLastingStranger(incarnation, owner.get(), began, senderTimeout)) {
        throw new WalbeamException(
            FailureKind.OPERATOR,
            "The slot "
                + settings.slot()
                + " is in use by process "
                + owner.get().pid()
                + " ("
                + owner.get().applicationName()
                + "), which is not a walbeam run.",
            "Stop that reader, or choose another name with --slot.");
      } else if (System.nanoTime() - lastLog >= LOG_INTERVAL) {
        lastLog = System.nanoTime();
      }
      if (!look.pause(FailureKind.TRANSIENT, "Somebody else uses the slot.")) {
        return null;
      }
    }
  }

  private @Nullable Connected start(
      Incarnation incarnation, @Nullable SlotMark mark, SlotStatus slot, long senderTimeout)
      throws IOException {
    ReplicationStream stream =
        connections.openReplication(incarnation.applicationName(settings.slot()));
    boolean started = false;
    try {
      StartUp.Decision decision =
          StartUp.decide(
              settings.epoch(), settings.optionsHash(), mark, recorded, slot, stream.identity());
      ReaderIdentity reader =
          new ReaderIdentity(
              settings.epoch(),
              stream.identity().systemId(),
              stream.identity().timeline(),
              incarnation.jobStart(),
              incarnation.readerStart());
      beginning =
          decision.fresh() && !isRecorded()
              ? new Beginning(reader, slot.confirmedFlushLsn())
              : null;
      List<String> publications = side.publications(settings.publication(), settings.slot());
      started =
          !publications.isEmpty()
              && stream.start(settings.slot(), publications, decision.position().resumeLsn());
      if (started) {
        // Only now may anybody ask for dumps of what is in them.
        side.publicationsRead(publications);
      }
      return started
          ? new Connected(
              stream, reader, decision, publications, slot.confirmedFlushLsn(), senderTimeout)
          : null;
    } finally {
      if (!started) {
        stream.close();
      }
    }
  }

  /**
   * Records where the epoch begins and on which server, unless that is recorded. To be called
   * before anything is delivered; a start that the server refuses leaves nothing behind.
   */
  void begin() {
    Beginning now = beginning;
    if (now != null) {
      ReaderIdentity reader = now.reader();
      settings.recorded().begin(settings.slot(), reader, now.lsn());
      recorded =
          Optional.of(
              new RecordedState(reader.epoch(), reader.systemId(), reader.timeline(), now.lsn()));
      beginning = null;
    }
  }

  private boolean isRecorded() {
    return recorded.filter(known -> known.epoch() == settings.epoch()).isPresent();
  }

  /** Deals with the owner of the slot; true if the slot may be free now. */
  private boolean settle(Incarnation incarnation, SlotOwner owner, long lastLog)
      throws InterruptedException {
    boolean due = System.nanoTime() - lastLog >= LOG_INTERVAL;
    switch (Takeover.decide(incarnation, settings.slot(), owner.applicationName())) {
      case TERMINATE -> {
        log.info("Ending the older reader of slot {} (process {}).", settings.slot(), owner.pid());
        side.terminate(settings.slot(), owner.pid());
        return awaitRelease(owner.pid());
      }
      case RETRY -> {
        lost.run();
        if (due) {
          log.info("Waiting for slot {}: a newer reader of this job has it.", settings.slot());
        }
      }
      case WAIT -> {
        if (due) {
          log.warn(
              "Waiting for slot {}: process {} ({}) uses it; stop that, or choose another --slot.",
              settings.slot(),
              owner.pid(),
              owner.applicationName());
        }
      }
    }
    return false;
  }

  /**
   * Whether a stranger has had the slot for longer than one that died without a word could. Only
   * asked before the first connection; a run that has begun waits.
   */
  private boolean isLastingStranger(
      Incarnation incarnation, SlotOwner owner, long began, long senderTimeoutMillis) {
    long patience = TimeUnit.MILLISECONDS.toNanos(senderTimeoutMillis + STRANGER_MARGIN);
    return System.nanoTime() - began > patience
        && Takeover.decide(incarnation, settings.slot(), owner.applicationName())
            == Takeover.Action.WAIT;
  }

  private boolean awaitRelease(int pid) throws InterruptedException {
    long deadline = System.nanoTime() + TERMINATION_WAIT.toNanos();
    while (System.nanoTime() < deadline) {
      if (side.owner(settings.slot()).filter(owner -> owner.pid() == pid).isEmpty()) {
        return true;
      }
      if (!pauses.pause(TERMINATION_POLL)) {
        return false;
      }
    }
    throw new WalbeamException(
        FailureKind.TRANSIENT,
        "The older reader of slot " + settings.slot() + " (process " + pid + ") does not end.",
        "Look what the process waits for.");
  }

  private Incarnation incarnation() {
    if (self == null) {
      long clock = side.clockMillis();
      long readerStart = LAST_READER_START.updateAndGet(last -> Math.max(last + 1, clock));
      self = new Incarnation(settings.jobStart(), readerStart);
    }
    return self;
  }
}
