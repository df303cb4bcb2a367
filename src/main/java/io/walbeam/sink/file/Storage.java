package io.walbeam.sink.file;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Where files are. Paths are relative to the destination's directory. Thread-safe; nothing is tried
 * again here.
 */
interface Storage {
  /** Rows on their way into a file. Used by one thread at a time. */
  interface Part {
    /** Adds bytes at the end; if it fails, they are not there. */
    void write(byte[] bytes, int offset, int length) throws IOException;

    /** Bytes so far. */
    long length();

    /** Takes back everything behind the first {@code length} bytes. */
    void cutTo(long length);

    /**
     * Makes the file durable and then seen, under its name. May be called again if it fails, and
     * nothing is written any more.
     *
     * @throws PartLostException if somebody deleted what was written
     */
    void publish() throws IOException;

    /** Gives it up, unless it is published. */
    void abandon();
  }

  /** What was written to a part is gone. */
  final class PartLostException extends IOException {
    private static final long serialVersionUID = 1L;

    PartLostException(String message) {
      super(message);
    }
  }

  /** As a person would write it. */
  String describe();

  /**
   * Fails unless the directory is there.
   *
   * @throws IOException if it is not, or cannot be looked at
   */
  void requireDirectory() throws IOException;

  /** Deletes what earlier processes have left behind unpublished. */
  void sweep() throws IOException;

  /** Begins a file in a folder of the directory. */
  Part begin(String folder, String name) throws IOException;

  /** Writes a small file as a whole, instead of one that may be there; durable on return. */
  void put(String path, byte[] content) throws IOException;

  /** A small file; empty if there is none. */
  Optional<byte[]> get(String path) throws IOException;

  /** Names of the files that can be seen in a folder, sorted; none if there is no folder. */
  List<String> list(String folder) throws IOException;

  /** Deletes a file, if it is there. */
  void delete(String path) throws IOException;
}
