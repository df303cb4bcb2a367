package io.walbeam.dump;

import static io.walbeam.sink.DumpEntry.Status.FINISHED;
import static io.walbeam.sink.DumpEntry.Status.SUPERSEDED;
import static java.util.stream.Collectors.joining;

import io.walbeam.postgres.PhysicalTable;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Sums;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How far one dump is; notes it in the ledger now and then. Thread-safe. */
final class DumpProgress {
  private final DumpContext context;
  private final TreeMap<Integer, String> doneAhead = new TreeMap<>();

  // Guarded by this.
  private DumpEntry entry;
  private int contiguous;
  private @Nullable String resume;
  private long notedNanos;
  private boolean dirty;
  private String covered = "";
  private double pages;
  private long ownRows;
  private long ownDeadLetters;
  private long ownBytes;

  DumpProgress(DumpContext context, DumpEntry entry) {
    this.context = context;
    this.entry = entry;
    this.notedNanos = System.nanoTime();
  }

  synchronized DumpEntry entry() {
    return entry;
  }

  /** Rows written since construction; the entry also has those of earlier runs. */
  synchronized long ownRows() {
    return ownRows;
  }

  /** Rows that became dead letters since construction. */
  synchronized long ownDeadLetters() {
    return ownDeadLetters;
  }

  /** Bytes read since construction. */
  synchronized long ownBytes() {
    return ownBytes;
  }

  /** Pages that are not read yet, by the share of chunks that is done. */
  synchronized double pagesLeft() {
    return pages
        - pages * entry.course().sums().chunks() / Math.max(1, entry.course().chunksTotal());
  }

  /** The tables that hold the rows meant. */
  synchronized void covers(List<PhysicalTable> leaves) {
    pages = leaves.stream().mapToDouble(PhysicalTable::pages).sum();
    covered = leaves.stream().map(leaf -> Long.toString(leaf.oid())).collect(joining(","));
  }

  /**
   * The dump begins, or goes on with a new plan from where the entry says. Of a single chunk only
   * the end is noted: it comes soon, and until then a restart repeats no more than the chunk.
   */
  void begin(long chunks) throws InterruptedException {
    synchronized (this) {
      doneAhead.clear();
      contiguous = 0;
      resume = null;
      entry = entry.started(context.nowMicros(), context.owner());
      Sums sums = entry.course().sums();
      Sums kept = entry.resume().isEmpty() ? new Sums(0, sums.rows(), sums.bytes()) : sums;
      entry = entry.progressed(chunks, kept, entry.resume());
    }
    if (chunks != 1) {
      note();
    }
  }

  /** What was read is of a table that was altered since: nothing of it counts. */
  synchronized void startOver() {
    Sums sums = entry.course().sums();
    entry = entry.progressed(0, new Sums(0, sums.rows(), sums.bytes()), "");
  }

  /** A chunk is written. */
  void done(Chunk chunk, DumpWriter.Written written, long bytes) throws InterruptedException {
    boolean due;
    long rows = written.rows();
    synchronized (this) {
      doneAhead.put(chunk.index(), chunk.resume());
      while (!doneAhead.isEmpty() && doneAhead.firstKey() == contiguous) {
        resume = doneAhead.pollFirstEntry().getValue();
        contiguous++;
      }
      String at = resume == null ? entry.resume() : resume;
      Sums before = entry.course().sums();
      Sums sums = new Sums(before.chunks() + 1, before.rows() + rows, before.bytes() + bytes);
      entry = entry.progressed(Math.max(entry.course().chunksTotal(), sums.chunks()), sums, at);
      ownRows += rows;
      ownDeadLetters += written.deadLetters();
      ownBytes += bytes;
      context.meter().chunk(rows, bytes, pages / Math.max(1, entry.course().chunksTotal()));
      dirty = true;
      due = System.nanoTime() - notedNanos >= context.pace().ledger().toNanos();
    }
    if (due) {
      note();
    }
  }

  /** Notes what was not noted yet. */
  void flush() throws InterruptedException {
    boolean due;
    synchronized (this) {
      due = dirty;
    }
    if (due) {
      note();
    }
  }

  /** The dump is over. */
  DumpEntry end(DumpEntry.Status status, String problem) throws InterruptedException {
    synchronized (this) {
      entry = entry.over(status, context.nowMicros(), problem);
      // What a truncation ends covers its partitions; what ends for another reason covers nothing.
      boolean truncated = status == SUPERSEDED && problem.isEmpty() && !covered.isEmpty();
      boolean complete = status == FINISHED || truncated;
      if (complete) {
        DumpEntry.Course course = entry.course();
        entry = entry.progressed(course.chunksTotal(), course.sums(), NewTables.COVERED + covered);
      }
    }
    note();
    return entry();
  }

  private void note() throws InterruptedException {
    long note;
    synchronized (this) {
      note = context.notes().add(entry);
      dirty = false;
      notedNanos = System.nanoTime();
    }
    context.notes().await(note);
  }
}
