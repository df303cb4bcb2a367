package io.walbeam.dump;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.Relation;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.MessageEmitter;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Status;
import io.walbeam.sink.SchemaChange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The dumps of one slot. Requests are recorded wherever they are read; dumps run beside the
 * pipeline, in the process that reads the slot, because only one does. The ledger is what a restart
 * goes on from. Thread-safe.
 */
public final class Dumps implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Dumps.class);

  /** What one transaction of somebody else may ask for: more is a mistake or an attack. */
  private static final int MOST_FOREIGN_TABLES = 100;

  private final DumpSettings settings;
  private final DumpContext.Ends ends;
  private final AtomicBoolean ignoring = new AtomicBoolean();
  private final AtomicLong refused = new AtomicLong();
  private final Foreign foreign = new Foreign();
  private final DescribedShapes described = new DescribedShapes();

  /** One for all shifts: what it counts never falls. */
  private final DumpMeter meter = new DumpMeter();

  // Guarded by this.
  private @Nullable DumpShift shift;
  private Optional<DumpsOverview> before = Optional.empty();
  private List<LetGoTable> letGoBefore = List.of();
  private int sessions;
  private final List<DumpShift> starting = new ArrayList<>();
  private final List<DumpEntry> unheard = new ArrayList<>();
  private boolean closed;

  public Dumps(DumpSettings settings, DumpContext.Ends ends) {
    this.settings = settings;
    this.ends = ends;
  }

  /**
   * A session reads the slot: asks for the tables that were never dumped, and begins what is not
   * finished. Each call that returns has its {@link #stop}.
   *
   * @throws WalbeamException of kind TRANSIENT if it is worth another try
   */
  public void start(MessageEmitter emitter) throws InterruptedException {
    DumpShift next;
    synchronized (this) {
      if (closed || shift != null) {
        sessions++;
        return;
      }
      next = new DumpShift(settings, ends, meter, described);
      starting.add(next);
    }
    try {
      start(next, emitter);
    } finally {
      synchronized (this) {
        starting.remove(next);
        if (starting.isEmpty()) {
          unheard.clear();
        }
      }
    }
  }

  private void start(DumpShift next, MessageEmitter emitter) throws InterruptedException {
    boolean started = false;
    try {
      next.start(emitter);
      started = true;
    } finally {
      if (!started) {
        next.close();
      }
    }
    boolean late;
    List<DumpEntry> meanwhile;
    synchronized (this) {
      sessions++;
      late = closed || shift != null;
      if (!late) {
        shift = next;
      }
      meanwhile = List.copyOf(unheard);
    }
    if (late) {
      next.close();
    } else {
      next.learn(meanwhile);
    }
  }

  /** A session has ended; with the last one the dumps end, for whoever reads the slot next. */
  public void stop() {
    DumpShift last = null;
    synchronized (this) {
      sessions--;
      if (sessions == 0) {
        last = take();
      }
    }
    if (last != null) {
      last.close();
    }
  }

  /** A request as the stream brought it. */
  public record Asked(ChangePosition position, long commitMicros, byte[] content) {}

  /** Makes requests that the stream brought durable, in one write; they begin soon. */
  public void record(List<Asked> asked) throws InterruptedException {
    List<DumpEntry> entries = new ArrayList<>();
    for (Asked one : asked) {
      entries.addAll(accepted(one));
    }
    if (!entries.isEmpty()) {
      note(entries);
    }
  }

  private List<DumpEntry> accepted(Asked asked) {
    ChangePosition position = asked.position();
    DumpRequest.Arrival origin =
        new DumpRequest.Arrival(
            settings.slot(),
            position.epoch(),
            position.commitLsn(),
            position.changeLsn(),
            asked.commitMicros(),
            settings.run().token());
    DumpRequest.Read request = DumpRequest.read(origin, asked.content());
    if (request.own()) {
      return request.entries();
    }
    if (request.entries().isEmpty()) {
      log.debug("The request of an earlier run is left to this one's own.");
      return List.of();
    }
    return settings.options().requests() ? ofOthers(request, position.commitLsn()) : ignored();
  }

  /** The session read rows of a table that is described otherwise than before. Never waits. */
  public void described(Relation relation, long commitLsn) {
    described.add(relation, commitLsn);
  }

  /** The session read that a table was altered. Never waits. */
  public void altered() {
    described.wantLook();
  }

  /** Makes statements durable that the stream brought, in one write. */
  public void recordStatements(List<Asked> statements) throws InterruptedException {
    List<SchemaChange> rows = new ArrayList<>();
    for (Asked one : statements) {
      rows.addAll(
          CapturedStatement.read(settings.slot(), one.position(), one.commitMicros(), one.content())
              .stream()
              .filter(row -> settings.tables().matches(row.table()))
              .toList());
    }
    if (!rows.isEmpty()) {
      ends.schemaChanges().write(rows, 0);
    }
  }

  /** Anybody who can log in can write one, so it says little and costs little. */
  private List<DumpEntry> ignored() {
    if (ignoring.compareAndSet(false, true)) {
      log.warn(
          "A dump request that somebody put into the WAL is ignored, as all such are from now on."
              + " Ask with the command backfill --tables=..., or run with --requests=any.");
    }
    return List.of();
  }

  private List<DumpEntry> ofOthers(DumpRequest.Read request, long commitLsn) {
    DumpEntry first = request.entries().get(0);
    if (first.status() == Status.REFUSED) {
      long number = refused.incrementAndGet();
      if (Long.bitCount(number) == 1) {
        log.warn("A dump request is refused, number {}. {}", number, first.error());
      }
      return List.of();
    }
    synchronized (foreign) {
      if (foreign.commitLsn != commitLsn) {
        foreign.commitLsn = commitLsn;
        foreign.tables = 0;
      }
      foreign.tables += request.entries().size();
      if (foreign.tables > MOST_FOREIGN_TABLES) {
        log.warn(
            "A transaction asks for dumps of more than {} tables; the others are left out.",
            MOST_FOREIGN_TABLES);
        return List.of();
      }
    }
    return request.entries();
  }

  private static final class Foreign {
    long commitLsn;
    int tables;
  }

  private void note(List<DumpEntry> requested) throws InterruptedException {
    ends.ledger().write(requested, 0);
    hear(requested);
  }

  private void hear(List<DumpEntry> requested) {
    Optional<DumpShift> running;
    synchronized (this) {
      running = Optional.ofNullable(shift);
      if (running.isEmpty() && !starting.isEmpty()) {
        // The stream may be faster than the start: what it asks for is read back before that ends.
        unheard.addAll(requested);
      }
    }
    running.ifPresent(current -> current.learn(requested));
  }

  /**
   * Makes truncations durable for the process that reads the slot; it applies them once everything
   * before them is written. Who learns of a truncation does not know what others have written.
   */
  public void recordTruncations(List<Truncation> truncations) throws InterruptedException {
    note(
        truncations.stream()
            .map(truncation -> TruncationEntry.of(settings.slot(), truncation))
            .toList());
  }

  /**
   * Makes durable what tables miss that were let go. The row of the highest position counts, so
   * that a late note changes nothing.
   */
  public void recordLetGo(List<LetGoTable> tables) throws InterruptedException {
    List<DumpEntry> entries =
        tables.stream().map(table -> LetGoEntry.of(settings.slot(), table)).toList();
    for (DumpEntry entry : entries) {
      ends.ledger().write(List.of(entry), LetGoEntry.until(entry));
    }
    hear(entries);
  }

  /**
   * Waits until every dump that was asked for is over, or this process reads the slot no longer.
   *
   * @return whether they are over
   * @throws WalbeamException if an initial dump failed, or a table needs a person; a request of
   *     somebody else that failed is in the ledger only, because anybody can make one
   */
  public boolean awaitAll() throws InterruptedException {
    Optional<DumpShift> running = current();
    return running.isEmpty() || running.get().awaitAll();
  }

  /**
   * Whether every dump that was asked for is over; for a job that shall end, once everything up to
   * its fence is confirmed. The first call makes the ledger be read once more, because another
   * worker may have noted the last requests.
   *
   * @throws WalbeamException if an initial dump failed
   */
  public boolean isOver() {
    synchronized (this) {
      if (closed) {
        return true;
      }
    }
    return current().map(DumpShift::isOver).orElse(false);
  }

  /**
   * Looks whether the run may go on.
   *
   * @throws WalbeamException if it shall end for a change of a schema
   */
  public void check() {
    current()
        .flatMap(DumpShift::ended)
        .ifPresent(
            reason -> {
              throw reason;
            });
  }

  /** Guarded by this. */
  private @Nullable DumpShift take() {
    DumpShift last = shift;
    if (last != null) {
      before = Optional.of(last.overview());
      letGoBefore = last.letGo();
    }
    shift = null;
    return last;
  }

  /** Tables of which changes are missing, as far as this process knows, or knew at the end. */
  public List<LetGoTable> letGo() {
    Optional<DumpShift> running = current();
    if (running.isPresent()) {
      return running.get().letGo();
    }
    synchronized (this) {
      return letGoBefore;
    }
  }

  /** How far they are, or were at the end; empty if they run in another process. */
  public Optional<DumpsOverview> overview() {
    Optional<DumpShift> running = current();
    if (running.isPresent()) {
      return running.map(DumpShift::overview);
    }
    synchronized (this) {
      return before;
    }
  }

  /**
   * Dumps that the next start has to do, as far as this process knows: those that are not over, and
   * initial ones that have failed. 0 once this process dumps no longer.
   */
  public int missing() {
    return current().map(DumpShift::missing).orElse(0);
  }

  /** Gives up connections to PostgreSQL that were not used for so long. */
  public void closeIdle(Duration idle) {
    List<DumpShift> all;
    synchronized (this) {
      // One that starts may wait for the destination with a connection open.
      all = new ArrayList<>(starting);
      if (shift != null) {
        all.add(shift);
      }
    }
    all.forEach(one -> one.closeIdle(idle));
  }

  private synchronized Optional<DumpShift> current() {
    return Optional.ofNullable(shift);
  }

  /** Ends everything; what is unfinished goes on at the next start. */
  @Override
  public void close() {
    DumpShift last;
    synchronized (this) {
      closed = true;
      last = take();
    }
    if (last != null) {
      last.close();
    }
  }
}
