package io.walbeam.local.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A temporary directory that is deleted when closed, or when the JVM ends. */
public final class WorkDirectory implements AutoCloseable {
  private final Path path;
  private final Runnable atExit = this::delete;
  private volatile boolean kept;

  private WorkDirectory(Path path) {
    this.path = path;
    AtExit.add(atExit);
  }

  /** Creates one in the system's directory for temporary files. */
  public static WorkDirectory create(String prefix) throws IOException {
    return new WorkDirectory(Files.createTempDirectory(prefix));
  }

  /** Creates one in a directory, which is made if it is not there. */
  public static WorkDirectory create(Path parent, String prefix) throws IOException {
    return new WorkDirectory(Files.createTempDirectory(Files.createDirectories(parent), prefix));
  }

  /** One that is there already. */
  public static WorkDirectory of(Path directory) {
    return new WorkDirectory(directory);
  }

  public Path path() {
    return path;
  }

  /** Leaves the directory for a person to look at. */
  public void keep() {
    kept = true;
    AtExit.remove(atExit);
  }

  @Override
  public void close() {
    AtExit.remove(atExit);
    if (!kept) {
      delete();
    }
  }

  private void delete() {
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (NoSuchFileException e) {
      // Somebody else deletes it, too: nothing is left to do.
      return;
    } catch (IOException | UncheckedIOException e) {
      System.err.println("Could not delete " + path + ".");
    }
  }
}
