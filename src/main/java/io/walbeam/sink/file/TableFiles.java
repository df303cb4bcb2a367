package io.walbeam.sink.file;

import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import io.walbeam.sink.SinkMetrics;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The files of one table: one that takes rows, and those that are being published, one after the
 * other. Thread-safe.
 */
final class TableFiles {
  /** Files of a table that are full and not published yet, and the one that takes rows. */
  private static final int MOST_UNPUBLISHED = 4;

  /** What the tables of one sink share. */
  record Shared(
      FileCalls calls,
      FileSettings settings,
      RowFormat format,
      FileNames names,
      SinkMetrics metrics,
      ExecutorService publishers,
      Set<OpenFile> unpublished) {}

  /** Rows that are not durable yet. */
  static final class OpenFile {
    final String folder;
    final Storage.Part part;
    final RowFormat.Rows content;
    final long begun = System.nanoTime();
    final CompletableFuture<Void> durable = new CompletableFuture<>();
    private int rows;

    OpenFile(String folder, Storage.Part part, RowFormat.Rows content) {
      this.folder = folder;
      this.part = part;
      this.content = content;
    }
  }

  private final String folder;
  private final Shared shared;

  /** Held while rows are written, which may take as long as a disk is full. */
  private final ReentrantLock lock = new ReentrantLock();

  /** A full disk or a lost network must not let files pile up. */
  private final Semaphore room = new Semaphore(MOST_UNPUBLISHED);

  // Guarded by the lock.
  private @Nullable OpenFile open;
  private CompletableFuture<?> last = CompletableFuture.completedFuture(null);

  private volatile boolean urgent;

  TableFiles(String folder, Shared shared) {
    this.folder = folder;
    this.shared = shared;
  }

  /** Returns when all rows are in a file, or none. Rows of an altered table go to another one. */
  void append(DestinationTable table, List<EncodedRow> rows) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      OpenFile file = open;
      if (file != null && !file.content.takes(table)) {
        end(file);
        file = null;
      }
      if (file == null) {
        file = begin(table);
        open = file;
        shared.unpublished().add(file);
      }
      append(rows, file);
      if (urgent || file.part.length() >= shared.settings().bytes()) {
        end(file);
      }
    } finally {
      lock.unlock();
    }
  }

  private OpenFile begin(DestinationTable table) throws InterruptedException {
    room.acquire();
    boolean begun = false;
    try {
      FileCalls calls = shared.calls();
      RowFormat format = shared.format();
      RowFormat.Rows content = format.begin(table);
      Storage.Part part =
          calls.until(
              folder, () -> calls.storage().begin(folder, shared.names().next(format.suffix())));
      begun = true;
      return new OpenFile(folder, part, content);
    } finally {
      if (!begun) {
        room.release();
      }
    }
  }

  private void append(List<EncodedRow> rows, OpenFile file) throws InterruptedException {
    long before = file.part.length();
    boolean taken = false;
    try {
      file.content.write(rows, (bytes, offset, length) -> write(file.part, bytes, offset, length));
      file.rows += rows.size();
      taken = true;
    } finally {
      if (!taken) {
        file.part.cutTo(before);
      }
    }
  }

  private void write(Storage.Part part, byte[] bytes, int offset, int length)
      throws InterruptedException {
    shared.calls().carryOut(folder, () -> part.write(bytes, offset, length));
  }

  /** Ends the file if it is so old, unless rows are being written: then soon. */
  void endIfOlderThan(long nanos) {
    if (!lock.tryLock()) {
      return;
    }
    try {
      OpenFile file = open;
      if (file == null) {
        urgent = false;
      } else if (urgent || System.nanoTime() - file.begun >= nanos) {
        end(file);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends the file now, or once the rows are written that are being written. */
  void endSoon() {
    urgent = true;
    endIfOlderThan(0);
  }

  private void end(OpenFile file) {
    open = null;
    urgent = false;
    // In order, so that a reader who goes by name meets no gap.
    last = last.handleAsync((any, error) -> publish(file), shared.publishers());
  }

  private @Nullable Void publish(OpenFile file) {
    long begin = System.nanoTime();
    try {
      shared.calls().carryOut(folder, file.part::publish);
      shared.metrics().appended(folder, file.rows, file.part.length(), System.nanoTime() - begin);
      room.release();
      // First, so that who was waiting finds it gone from there.
      shared.unpublished().remove(file);
      file.durable.complete(null);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      file.durable.completeExceptionally(e);
    } catch (RuntimeException | Error e) {
      // It stays among the unpublished: whoever asks later must know.
      file.durable.completeExceptionally(e);
    }
    return null;
  }
}
