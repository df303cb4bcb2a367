package io.walbeam.dump;

import io.walbeam.change.TableId;
import io.walbeam.postgres.DumpConnection;
import io.walbeam.postgres.PhysicalTable;
import io.walbeam.postgres.PublishedTable;
import io.walbeam.row.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the chunks of one table over several connections and writes their rows. Used by one thread,
 * but {@link #stop} by any.
 */
final class TableReading {
  private static final Logger log = LoggerFactory.getLogger(TableReading.class);

  private final DumpContext context;
  private final DumpProgress progress;
  private final ChunkAttempts patience;
  private final Asking planner;
  private final PublishedTable table;
  private final Route route;
  private final @Nullable Standby standby;

  // Guarded by this.
  private boolean stopped;
  private boolean altered;
  private @Nullable ChunkPlan plan;

  /**
   * @param planner asks the server that rows are read from
   * @param standby where rows are read, null for the primary
   */
  TableReading(
      DumpContext context,
      DumpProgress progress,
      ChunkAttempts patience,
      Asking planner,
      PublishedTable table,
      Route route,
      @Nullable Standby standby) {
    this.context = context;
    this.progress = progress;
    this.patience = patience;
    this.planner = planner;
    this.table = table;
    this.route = route;
    this.standby = standby;
  }

  /** Reads no further chunk; {@link #run} returns soon after. */
  void stop() {
    ChunkPlan current;
    synchronized (this) {
      stopped = true;
      current = plan;
    }
    if (current != null) {
      current.stop();
    }
  }

  private synchronized boolean isStopped() {
    return stopped;
  }

  /**
   * Returns when every row is written, or soon after {@link #stop}.
   *
   * @return false if the table is not as described any more, so that it must be read again
   */
  boolean run(DumpScope scope, int workers) throws InterruptedException {
    TableId id = progress.entry().table();
    for (boolean whole = false; !whole; ) {
      ChunkPlan chunks = plan(scope);
      synchronized (this) {
        plan = chunks;
        if (stopped) {
          return true;
        }
      }
      log.info("Dumping table {} {}.", id, chunks.reason());
      progress.begin(chunks.total());
      read(chunks, workers);
      synchronized (this) {
        if (altered) {
          return false;
        }
      }
      whole = !chunks.isOutdated();
      if (!whole) {
        log.info("Table {} was rewritten meanwhile; it is read from its first page again.", id);
      }
    }
    return true;
  }

  private ChunkPlan plan(DumpScope scope) throws InterruptedException {
    List<PhysicalTable> leaves =
        patience.of(
            "describe the table", () -> planner.ask(any -> any.leaves(table.relation().id())));
    Set<Optional<TableId>> only =
        scope.partitions().stream().map(TableNames::parse).collect(Collectors.toSet());
    List<PhysicalTable> meant =
        only.isEmpty()
            ? leaves
            : leaves.stream().filter(leaf -> only.contains(Optional.of(leaf.table()))).toList();
    progress.covers(meant);
    return new ChunkPlan(
        table,
        meant,
        scope,
        context.pace(),
        (leaf, range, rows) ->
            patience.of(
                "plan a chunk", () -> planner.ask(any -> any.keyAfter(table, leaf, range, rows))),
        progress.entry().resume());
  }

  private void read(ChunkPlan chunks, int workers) throws InterruptedException {
    List<Future<?>> others = new ArrayList<>();
    for (int i = 1; i < workers; i++) {
      others.add(
          context
              .executor()
              .submit(
                  () -> {
                    work(chunks);
                    return null;
                  }));
    }
    boolean done = false;
    try {
      work(chunks);
      for (Future<?> other : others) {
        Outcome.of(other, "Reading a chunk failed unexpectedly.");
      }
      done = true;
    } finally {
      if (!done) {
        chunks.stop();
        others.forEach(other -> other.cancel(true));
      }
    }
  }

  /** Takes its turn to read something. */
  @FunctionalInterface
  private interface Turns {
    DumpConnection.Copied read(Asking.Question<DumpConnection.Copied> chunk)
        throws InterruptedException;
  }

  /** One thread's share of the chunks. */
  private void work(ChunkPlan chunks) throws InterruptedException {
    boolean done = false;
    try {
      if (standby == null) {
        work(chunks, context.primary()::read);
      } else {
        try (DumpConnection connection = context.openReader(standby)) {
          work(chunks, chunk -> context.primary().read(connection, chunk));
        }
      }
      done = !isStopped();
    } finally {
      // Of a whole table the end is noted soon.
      if (!done) {
        progress.flush();
      }
    }
  }

  private void work(ChunkPlan chunks, Turns turns) throws InterruptedException {
    DumpWriter.Target target =
        new DumpWriter.Target(
            route,
            progress.entry(),
            context.tables(),
            context.deadLetters(),
            context.executor(),
            this::awaitDurable,
            context.pace().landing(),
            context.clock());
    for (Chunk chunk = chunks.next(); chunk != null && !isStopped(); chunk = chunks.next()) {
      Chunk next = chunk;
      patience.of(
          "read a chunk",
          () -> {
            read(turns, target, chunks, next);
            return 0;
          });
    }
  }

  /** What a standby replays is durable already. */
  private void awaitDurable() throws InterruptedException {
    if (standby == null) {
      patience.of(
          "make the WAL durable", () -> context.primary().ask(DumpConnection::awaitDurable));
    }
  }

  private void read(Turns turns, DumpWriter.Target target, ChunkPlan chunks, Chunk chunk)
      throws InterruptedException {
    DumpWriter writer = new DumpWriter(target, chunk.leafIndex());
    boolean done = false;
    try {
      DumpConnection.Copied copied =
          turns.read(
              connection -> {
                DumpConnection.Copied rows =
                    connection.copy(
                        table, chunk.leaf(), chunk.range(), writer.wantsAddress(), writer);
                if (!rows.altered() && !writer.isSmall()) {
                  // Who waits for its rows keeps its turn, so that they are few and memory bounded.
                  writer.finish();
                }
                return rows;
              });
      if (copied.altered()) {
        synchronized (this) {
          altered = true;
        }
        chunks.stop();
        return;
      }
      DumpWriter.Written written = writer.finish();
      done = true;
      if (chunks.isAsPlanned(chunk, copied.fileNode())) {
        progress.done(chunk, written, copied.bytes());
      }
    } finally {
      if (!done) {
        writer.abandon();
      }
    }
  }
}
