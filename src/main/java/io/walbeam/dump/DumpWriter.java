package io.walbeam.dump;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.Operation;
import io.walbeam.change.Tuple;
import io.walbeam.deadletter.DeadLetter;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.Refusal;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.CopiedRow;
import io.walbeam.postgres.CopyText;
import io.walbeam.row.ChangelogMapping;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import io.walbeam.row.Route;
import io.walbeam.row.RowBuffer;
import io.walbeam.row.RowJson;
import io.walbeam.row.RowMeta;
import io.walbeam.row.RowRejectedException;
import io.walbeam.row.TableMapping;
import io.walbeam.sink.DeadLetterSink;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.RejectedRow;
import io.walbeam.sink.TableSink;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Writes the rows of one chunk at the position of its request while they are read. Holds a few
 * megabytes, whatever the chunk's size. Used by one thread.
 */
final class DumpWriter implements CopiedRow {
  /** Encoded rows that go out together, bytes: BigQuery advises more than 1 MB. */
  private static final long REQUEST_BYTES = 2L << 20;

  /** Encoded rows of a chunk that is small, bytes: of the dumps under way all may be. */
  private static final long SMALL_BYTES = 256L << 10;

  /** Requests on their way while the next is read. */
  private static final int MAX_OUTSTANDING = 2;

  /** Bits of a row's address that name line and page; the leaf is above them. */
  private static final int LEAF_SHIFT = 48;

  /** Distinguishes dumped rows from the deletes of a purge, which come before them. */
  static final long ROW_N = 1;

  /** What the chunks of one dump share. */
  record Target(
      Route route,
      DumpEntry entry,
      TableSink tables,
      DeadLetterSink deadLetters,
      ExecutorService executor,
      Durability durability,
      DumpContext.Stream stream,
      DumpBrake brake,
      Duration landing,
      Clock clock) {}

  /** Makes sure that what was read so far would survive a crash of the server. */
  interface Durability {
    /** Waits for it, however long that takes. */
    void await() throws InterruptedException;

    /** Returns whether it is so; does not try again. */
    boolean tryOnce() throws InterruptedException;
  }

  /** Rows of a chunk that are durable, and those that are dead letters. */
  record Written(long rows, long deadLetters) {}

  /** Rows of one destination table, with the lines they come from. */
  private static final class Gathered {
    final DestinationTable table;
    List<EncodedRow> rows = new ArrayList<>();
    List<byte[]> lines = new ArrayList<>();
    long bytes;

    Gathered(DestinationTable table) {
      this.table = table;
    }
  }

  private record Sent(
      DestinationTable table, List<byte[]> lines, Future<List<RejectedRow>> result) {}

  private final Target target;
  private final int leafIndex;
  private final Duration holding;
  private final RowMeta meta = new RowMeta();
  private final RowBuffer buffer = new RowBuffer();
  private final RowJson json;
  private final IdentityHashMap<DestinationTable, Gathered> gathered = new IdentityHashMap<>();
  private final Deque<Sent> outstanding = new ArrayDeque<>();
  private final List<DeadLetter> letters = new ArrayList<>();
  private final Set<byte[]> rejectedLines = Collections.newSetFromMap(new IdentityHashMap<>());
  private final int width;

  /** Before the first row was read. */
  private final long begun = System.nanoTime();

  private long rows;
  private long buried;

  /** When the first row came since the last request; not set if none did. */
  private long sliceBegun;

  private boolean inSlice;

  /** Whether a transaction at the source is open meanwhile. */
  private boolean reading = true;

  /**
   * @param holding longest time for {@link #take} to wait until something is taken
   */
  DumpWriter(Target target, int leafIndex, Duration holding) {
    this.target = target;
    this.leafIndex = leafIndex;
    this.holding = holding;
    this.json = new RowJson(target.route().relation());
    this.width = target.route().relation().columns().size();
    DumpEntry entry = target.entry();
    meta.transaction(entry.epoch(), entry.requestLsn(), entry.order().point().commitMicros(), 0);
  }

  /** Whether {@link #take} wants each row's address: what tells the rows of a changelog apart. */
  boolean wantsAddress() {
    return target.route().changelog() != null;
  }

  /**
   * @throws NothingTakenException if nothing was taken for too long
   */
  @Override
  public void take(Tuple row, byte[] line, long address) throws InterruptedException {
    if (row.size() != width) {
      throw new WalbeamException(
          FailureKind.TRANSIENT,
          "The table " + target.entry().table() + " was altered while it was described.",
          "It is read again.");
    }
    rows++;
    if (!inSlice) {
      inSlice = true;
      sliceBegun = System.nanoTime();
    }
    ChangelogMapping changelog = target.route().changelog();
    if (changelog != null) {
      meta.change((long) leafIndex << LEAF_SHIFT | address, ROW_N, Operation.READ);
      add(changelog.destination(), changelog.encode(json, null, row, meta, buffer), line);
    }
    TableMapping current = target.route().current();
    if (current != null) {
      meta.change(0, ROW_N, Operation.READ);
      try {
        add(current.destination(), current.encodeUpsert(row, meta, buffer), line);
      } catch (RowRejectedException e) {
        reject(row, line, e.refusal());
      }
    }
  }

  /** Whether so little was read that it may wait in memory beside many others. */
  boolean isSmall() {
    return outstanding.isEmpty()
        && gathered.values().stream().mapToLong(of -> of.bytes).sum() <= SMALL_BYTES;
  }

  /**
   * Waits until every row is durable or a dead letter. May be called again.
   *
   * @return how many of each
   */
  Written finish() throws InterruptedException {
    reading = false;
    for (Gathered table : gathered.values()) {
      send(table);
    }
    while (!outstanding.isEmpty()) {
      awaitFirst();
    }
    awaitDurable();
    if (!letters.isEmpty()) {
      target.deadLetters().write(List.copyOf(letters));
      buried += letters.size();
      letters.clear();
    }
    return new Written(rows - buried, buried);
  }

  /** Gives up: what is on its way may or may not arrive. */
  void abandon() {
    outstanding.forEach(sent -> sent.result().cancel(true));
  }

  private void add(DestinationTable table, EncodedRow row, byte[] line)
      throws InterruptedException {
    // By identity: the mapping has one object, and comparing its columns for each row is dear.
    Gathered of = gathered.computeIfAbsent(table, Gathered::new);
    of.rows.add(row);
    of.lines.add(line);
    of.bytes += row.length();
    if (of.bytes >= REQUEST_BYTES) {
      send(of);
    }
  }

  private void send(Gathered of) throws InterruptedException {
    if (of.rows.isEmpty()) {
      return;
    }
    awaitDurableSource();
    if (left() <= 0) {
      throw late();
    }
    if (!target.stream().isRead()) {
      throw unread();
    }
    List<EncodedRow> encoded = of.rows;
    DestinationTable table = of.table;
    outstanding.add(
        new Sent(
            table,
            of.lines,
            target.executor().submit(() -> target.tables().write(table, encoded))));
    of.rows = new ArrayList<>();
    of.lines = new ArrayList<>();
    of.bytes = 0;
    long worked = inSlice ? System.nanoTime() - sliceBegun : 0;
    inSlice = false;
    while (outstanding.size() > MAX_OUTSTANDING) {
      awaitFirst();
    }
    target.brake().after(worked);
  }

  private void awaitFirst() throws InterruptedException {
    Sent sent = outstanding.element();
    String unexpected =
        "Writing dumped rows of table " + target.entry().table() + " failed unexpectedly.";
    awaitLanding(sent.result());
    Tuple tuple = new Tuple();
    List<RejectedRow> refused = Outcome.of(sent.result(), unexpected);
    LetGoException.throwIf(refused, sent.table().name());
    for (RejectedRow rejected : refused) {
      byte[] line = sent.lines().get(rejected.index());
      CopyText.parse(line, tuple);
      reject(tuple, line, rejected.refusal());
    }
    // Only now: what ends the wait before leaves it to be given up.
    outstanding.remove();
  }

  /** The ledger is told of the chunk next, and a restart goes on behind it. */
  private void awaitDurable() throws InterruptedException {
    CompletableFuture<Void> durable = target.tables().flush();
    awaitLanding(durable);
    Object unused =
        Outcome.of(
            durable,
            "Writing dumped rows of table " + target.entry().table() + " failed unexpectedly.");
  }

  private void awaitDurableSource() throws InterruptedException {
    if (!reading) {
      target.durability().await();
    } else if (!target.durability().tryOnce()) {
      throw new NothingTakenException();
    }
  }

  private void awaitLanding(Future<?> result) throws InterruptedException {
    long patience = reading ? Math.min(left(), holding.toNanos()) : left();
    try {
      result.get(Math.max(patience, 0), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      if (left() > 0) {
        throw new NothingTakenException();
      }
      throw late();
    } catch (ExecutionException e) {
      // The caller asks for the outcome.
    }
  }

  /** Nanoseconds until the rows are too old to be written. */
  private long left() {
    return target.landing().toNanos() - (System.nanoTime() - begun);
  }

  /**
   * Rows that waited for very long could bring back what was deleted since they were read, because
   * the destination does not remember deletions forever.
   */
  private WalbeamException late() {
    return new WalbeamException(
        FailureKind.TRANSIENT,
        "Dumped rows of table "
            + target.entry().table()
            + " could not be written within "
            + target.landing()
            + " and are too old now.",
        "They are read again.");
  }

  /** Who reads the slot dumps; see {@link DumpContext.Stream#isRead}. */
  private WalbeamException unread() {
    return new WalbeamException(
        FailureKind.TRANSIENT,
        "The slot is not read by this process at present, so rows that it has dumped of table "
            + target.entry().table()
            + " are not written.",
        "They are read again once it is.");
  }

  /** A row that is refused in both tables is one dead letter. */
  private void reject(Tuple row, byte[] line, Refusal refusal) {
    if (!rejectedLines.add(line)) {
      return;
    }
    DumpEntry entry = target.entry();
    Route route = target.route();
    letters.add(
        new DeadLetter(
            ChronoUnit.MICROS.between(Instant.EPOCH, target.clock().instant()),
            refusal,
            new DeadLetter.Change(
                route.relation().table(),
                Operation.READ,
                new ChangePosition(entry.epoch(), entry.requestLsn(), 0, ROW_N),
                0,
                entry.order().point().commitMicros()),
            route.key().exists() ? json.key(route.key(), row) : "{}",
            json.row(row),
            line));
  }
}
