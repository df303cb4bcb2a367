package io.walbeam.dump;

import io.walbeam.change.TableId;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.Copied;
import io.walbeam.postgres.DumpConnection;
import io.walbeam.postgres.PhysicalTable;
import io.walbeam.postgres.PublishedTable;
import io.walbeam.postgres.TableRange;
import io.walbeam.row.Route;
import java.time.Duration;
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

  /** What a standby replays is durable already. */
  private final DumpWriter.Durability durability =
      new DumpWriter.Durability() {
        @Override
        public void await() throws InterruptedException {
          if (standby == null) {
            patience.of("make the WAL durable", this::ask);
          }
        }

        @Override
        public boolean tryOnce() throws InterruptedException {
          try {
            return standby != null || ask() >= 0;
          } catch (WalbeamException e) {
            if (e.kind() == FailureKind.TRANSIENT) {
              return false;
            }
            throw e;
          }
        }

        private long ask() throws InterruptedException {
          return context.primary().ask(DumpConnection::awaitDurable);
        }
      };

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
    if (scope.namesKeys()) {
      return ChunkPlan.ofKeys(
          table, meant, scope, context.pace(), exactly(scope.keysBy(keyNames(route))));
    }
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

  /** Names of the destination's key columns at the source, in its order. */
  static List<String> keyNames(Route route) {
    return route.key().positions().stream()
        .map(column -> route.relation().columns().get(column).name())
        .toList();
  }

  private TableRange.Exactly exactly(List<List<String>> keys) {
    List<Integer> columns = route.key().positions();
    for (List<String> key : keys) {
      if (columns.isEmpty() || key.size() != columns.size()) {
        throw new WalbeamException(
            FailureKind.OPERATOR,
            "The table " + table.relation().table() + " has another key than the one asked for.",
            "Ask for the whole table.");
      }
    }
    return new TableRange.Exactly(columns, keys);
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
    Optional<Copied> read(Asking.Question<Optional<Copied>> chunk) throws InterruptedException;
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
            durability,
            context.stream(),
            context.brake(),
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

  /**
   * Reads a chunk and writes it. No transaction stays open while the destination takes nothing: the
   * chunk is read again then, and waited for longer, so that one that is slow takes it in the end.
   */
  private void read(Turns turns, DumpWriter.Target target, ChunkPlan chunks, Chunk chunk)
      throws InterruptedException {
    Duration holding = context.pace().holding();
    while (!attempt(turns, target, chunks, chunk, holding)) {
      holding = holding.multipliedBy(2);
    }
  }

  /** Returns whether it need not be read again. */
  private boolean attempt(
      Turns turns, DumpWriter.Target target, ChunkPlan chunks, Chunk chunk, Duration holding)
      throws InterruptedException {
    DumpWriter writer = new DumpWriter(target, chunk.leafIndex(), holding);
    boolean done = false;
    try {
      Optional<Copied> read = turns.read(connection -> copy(connection, chunk, writer));
      if (read.isEmpty()) {
        return isStopped();
      }
      Copied copied = read.get();
      if (copied.altered()) {
        synchronized (this) {
          altered = true;
        }
        chunks.stop();
        return true;
      }
      DumpWriter.Written written = writer.finish();
      done = true;
      if (chunks.isAsPlanned(chunk, copied.fileNode())) {
        progress.done(chunk, written, copied.bytes());
      }
      return true;
    } finally {
      if (!done) {
        writer.abandon();
      }
    }
  }

  /** Returns empty, once what was read is written, if the reading was given up. */
  private Optional<Copied> copy(DumpConnection connection, Chunk chunk, DumpWriter writer)
      throws InterruptedException {
    // Who waits for its rows keeps its turn, so that they are few and memory bounded.
    try {
      Copied rows =
          connection.copy(table, chunk.leaf(), chunk.range(), writer.wantsAddress(), writer);
      if (!rows.altered() && !writer.isSmall()) {
        writer.finish();
      }
      return Optional.of(rows);
    } catch (NothingTakenException e) {
      log.info(
          "Reading table {} is given up until its rows are written, so that no transaction stays"
              + " open at the source.",
          progress.entry().table());
      writer.finish();
      return Optional.empty();
    }
  }
}
