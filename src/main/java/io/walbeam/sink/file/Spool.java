package io.walbeam.sink.file;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A local file that is being written and that nobody else reads. While it is open it is locked, so
 * that what a dead process left behind can be told from it. Used by one thread at a time.
 *
 * <p>Not written through a channel: an interrupted thread would close it, and with it the rows of
 * others.
 */
final class Spool {
  /** Paths of this process, whose locks another look at the file would give up (POSIX fcntl). */
  private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final RandomAccessFile file;
  private long length;
  private boolean closed;

  private Spool(Path path, RandomAccessFile file) {
    this.path = path;
    this.file = file;
  }

  /** Begins a file. */
  static Spool begin(Path path) throws IOException {
    Path absolute = path.toAbsolutePath();
    OPEN.add(absolute);
    try {
      RandomAccessFile file = new RandomAccessFile(absolute.toFile(), "rw");
      Spool spool = new Spool(absolute, file);
      lock(file);
      return spool;
    } catch (IOException | RuntimeException e) {
      OPEN.remove(absolute);
      throw e;
    }
  }

  /** Deletes a file unless a living process writes it. */
  static void deleteLeftover(Path path) throws IOException {
    Path absolute = path.toAbsolutePath();
    if (OPEN.contains(absolute)) {
      return;
    }
    boolean dead;
    try (RandomAccessFile file = new RandomAccessFile(absolute.toFile(), "rw")) {
      dead = lock(file) != null;
    }
    if (dead) {
      Files.deleteIfExists(absolute);
    }
  }

  /** Null if another process has it, or if the file system has no locks: then it stays. */
  private static @Nullable FileLock lock(RandomAccessFile file) {
    try {
      return file.getChannel().tryLock();
    } catch (IOException | OverlappingFileLockException e) {
      return null;
    }
  }

  Path path() {
    return path;
  }

  long length() {
    return length;
  }

  void write(byte[] bytes, int offset, int count) throws IOException {
    file.seek(length);
    file.write(bytes, offset, count);
    length += count;
  }

  void cutTo(long newLength) {
    length = newLength;
  }

  /** Makes durable what was written and nothing else. */
  void force() throws IOException {
    if (!closed) {
      file.setLength(length);
      file.getFD().sync();
    }
  }

  /** Closes the file, which stays. */
  void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      file.close();
    } catch (IOException e) {
      // It is durable, or it is not wanted.
    } finally {
      OPEN.remove(path);
    }
  }

  /** Closes and deletes the file. */
  void discard() {
    close();
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // The next start deletes it.
    }
  }
}
