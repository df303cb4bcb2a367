package io.walbeam.dump;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.PhysicalTable;
import io.walbeam.postgres.PublishedTable;
import io.walbeam.postgres.TableRange;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a table into chunks, in an order that a restart repeats. Thread-safe.
 *
 * <p>Pages need no index and no scan: their number is the file's size. Keys are for bounds and for
 * storage without pages; each boundary is one look into the index. A row that moves to other pages
 * while it is read was updated, so the stream brings it; unless the whole table is rewritten, which
 * {@link #isAsPlanned} notices.
 */
final class ChunkPlan {
  private static final long PAGE_BYTES = 8_192;

  /** Odd, so that every leaf counts; the 64-bit multiplier of FNV-1a. */
  private static final long HASH_FACTOR = 0x100000001b3L;

  /** Of a table that was never analyzed: rows of 80 bytes. */
  private static final double LIKELY_ROWS_PER_PAGE = 100;

  private final PublishedTable table;
  private final List<PhysicalTable> leaves;
  private final DumpScope scope;
  private final DumpPace pace;
  private final Boundaries boundaries;

  /** The only keys meant, if single ones are. */
  private final Optional<TableRange.Exactly> exactly;

  private int index;
  private int leafIndex;
  private long page;
  private List<String> key;
  private volatile boolean stopped;
  private boolean outdated;

  /** Where a chunk of keys ends. */
  @FunctionalInterface
  interface Boundaries {
    /** The key that is {@code rows} rows behind the beginning of the range; empty at its end. */
    List<String> keyAfter(PhysicalTable leaf, TableRange.Keys range, long rows)
        throws InterruptedException;
  }

  /**
   * @param boundaries asked under this object's lock, by one thread at a time
   * @param resume where an earlier attempt was, or empty
   */
  ChunkPlan(
      PublishedTable table,
      List<PhysicalTable> leaves,
      DumpScope scope,
      DumpPace pace,
      Boundaries boundaries,
      String resume) {
    this(table, leaves, scope, pace, boundaries, resume, Optional.empty());
  }

  /** One chunk of each leaf: the rows of some keys. */
  static ChunkPlan ofKeys(
      PublishedTable table,
      List<PhysicalTable> leaves,
      DumpScope scope,
      DumpPace pace,
      TableRange.Exactly keys) {
    Boundaries none = (leaf, range, rows) -> List.of();
    return new ChunkPlan(table, leaves, scope, pace, none, "", Optional.of(keys));
  }

  private ChunkPlan(
      PublishedTable table,
      List<PhysicalTable> leaves,
      DumpScope scope,
      DumpPace pace,
      Boundaries boundaries,
      String resume,
      Optional<TableRange.Exactly> exactly) {
    this.exactly = exactly;
    this.table = table;
    this.leaves = List.copyOf(leaves);
    this.scope = scope;
    this.pace = pace;
    this.boundaries = boundaries;
    this.key = scope.keyFrom();
    for (PhysicalTable leaf : leaves) {
      if (exactly.isEmpty() && !byPages(leaf) && !hasPublishedKey()) {
        throw new WalbeamException(
            FailureKind.OPERATOR,
            "The table "
                + leaf.table()
                + " cannot be read in parts: "
                + (scope.hasKeys() ? "key bounds need" : "its storage has no pages, and it lacks")
                + " a published primary key.",
            scope.hasKeys() ? "Ask for the whole table." : "Add a primary key to it.");
      }
    }
    resumeAt(resume);
  }

  /** Why the chunks are as they are, for the log. */
  String reason() {
    if (exactly.isPresent()) {
      return "for " + exactly.get().keys().size() + " keys";
    }
    if (scope.hasKeys()) {
      return "by key, because the request has bounds";
    }
    return leaves.stream().allMatch(this::byPages)
        ? "by pages, which needs no index"
        : "by key where the storage has no pages";
  }

  /** Number of chunks, 0 if it is not known. */
  synchronized long total() {
    if (exactly.isPresent()) {
      return leaves.size();
    }
    long total = 0;
    for (PhysicalTable leaf : leaves) {
      if (byPages(leaf)) {
        total += (leaf.pages() + pagesPerChunk(leaf) - 1) / pagesPerChunk(leaf);
      } else if (table.estimatedRows() > 0) {
        total += (long) Math.ceil(table.estimatedRows() / pace.chunkRows() / leaves.size());
      }
    }
    return total;
  }

  /** The next chunk, null after the last or once stopped. */
  synchronized @Nullable Chunk next() throws InterruptedException {
    while (!stopped && leafIndex < leaves.size()) {
      PhysicalTable leaf = leaves.get(leafIndex);
      if (exactly.isPresent()) {
        return new Chunk(index++, leafIndex++, leaf, exactly.get(), "");
      }
      if (!byPages(leaf)) {
        return nextByKey(leaf);
      }
      if (page < leaf.pages()) {
        long from = page;
        page = Math.min(leaf.pages(), from + pagesPerChunk(leaf));
        return new Chunk(
            index++, leafIndex, leaf, new TableRange.Pages(from, page), resume(leaf, page));
      }
      nextLeaf();
    }
    return null;
  }

  /**
   * Whether a chunk that was read holds the rows it was meant to. If the table was rewritten
   * meanwhile (VACUUM FULL, CLUSTER, ALTER TABLE) its rows are in other pages, and the plan ends.
   *
   * @param fileNode of the leaf while the chunk was read
   */
  synchronized boolean isAsPlanned(Chunk chunk, long fileNode) {
    boolean same =
        !(chunk.range() instanceof TableRange.Pages) || fileNode == chunk.leaf().fileNode();
    if (!same) {
      outdated = true;
      stopped = true;
    }
    return same;
  }

  /** Whether the plan ended because of a rewritten table; a new one goes on. */
  synchronized boolean isOutdated() {
    return outdated;
  }

  /** Ends the plan: no chunk comes any more. Never waits for the server. */
  void stop() {
    stopped = true;
  }

  private Chunk nextByKey(PhysicalTable leaf) throws InterruptedException {
    TableRange.Keys rest = new TableRange.Keys(key, scope.keyTo(), true);
    List<String> boundary = boundaries.keyAfter(leaf, rest, pace.chunkRows());
    int at = leafIndex;
    TableRange range = boundary.isEmpty() ? rest : new TableRange.Keys(key, boundary, false);
    if (boundary.isEmpty()) {
      nextLeaf();
    } else {
      key = boundary;
    }
    return new Chunk(index++, at, leaf, range, "");
  }

  private void nextLeaf() {
    leafIndex++;
    page = 0;
    key = scope.keyFrom();
  }

  private boolean byPages(PhysicalTable leaf) {
    return leaf.heap() && !scope.hasKeys();
  }

  private boolean hasPublishedKey() {
    List<String> published =
        table.relation().columns().stream().map(column -> column.name()).toList();
    return !table.primaryKey().isEmpty() && published.containsAll(table.primaryKey());
  }

  private long pagesPerChunk(PhysicalTable leaf) {
    long byBytes = pace.chunkBytes() / PAGE_BYTES;
    double rowsPerPage = leaf.rowsPerPage() > 0 ? leaf.rowsPerPage() : LIKELY_ROWS_PER_PAGE;
    long byRows = (long) (pace.chunkRows() / rowsPerPage);
    return Math.max(1, Math.min(byBytes, byRows));
  }

  private String resume(PhysicalTable leaf, long page) {
    return leaf.oid() + ":" + leaf.fileNode() + ":" + page + ":" + leavesHash();
  }

  /** Tells whether leaves came or went: one that came stands somewhere in the order. */
  private String leavesHash() {
    long hash = 0;
    for (PhysicalTable leaf : leaves) {
      hash = hash * HASH_FACTOR + leaf.oid() + 1;
    }
    return Long.toHexString(hash);
  }

  /**
   * Goes on where an earlier attempt was, if the leaves are the same; unless that leaf has been
   * rewritten since, which is read from its beginning then.
   */
  private void resumeAt(String resume) {
    String[] parts = resume.split(":", -1);
    if (parts.length != 4 || scope.hasKeys() || !parts[3].equals(leavesHash())) {
      return;
    }
    long oid = Long.parseLong(parts[0]);
    for (int i = 0; i < leaves.size(); i++) {
      PhysicalTable leaf = leaves.get(i);
      if (leaf.oid() == oid) {
        leafIndex = i;
        page = leaf.fileNode() == Long.parseLong(parts[1]) ? Long.parseLong(parts[2]) : 0;
        return;
      }
    }
  }
}
