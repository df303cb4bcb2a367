package io.walbeam.sink.file;

import java.io.Serializable;
import java.time.Duration;

/**
 * Where and how to write files.
 *
 * @param directory {@code file:///dir} or {@code gs://bucket/dir}, without a slash at the end
 * @param interval longest time from a file's first row to when it can be seen
 * @param bytes of a file, from which on no more rows are added
 * @param deadLetters name of the folder of dead letters
 * @param format of files of rows; walbeam's own files are JSON
 */
public record FileSettings(
    String directory, Duration interval, long bytes, String deadLetters, Format format)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** What files of rows are. */
  public enum Format {
    /** Lines of JSON. */
    JSON,
    /** Object container files of Avro. */
    AVRO
  }

  private static final String LOCAL = "file://";

  /** Whether the directory is one of this machine. */
  boolean local() {
    return directory.startsWith(LOCAL);
  }

  /** The path of a local directory. */
  String path() {
    return directory.substring(LOCAL.length());
  }
}
