package io.walbeam.sink.file;

import io.walbeam.failure.FailPoint;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A directory of this machine, or of a file system that is mounted here. Not through Beam's file
 * system, which knows no {@code fsync}: what the slot is told must survive the machine.
 */
final class LocalStorage implements Storage {
  /** Of files that are written and not published; the dot hides them from readers. */
  private static final String UNPUBLISHED = ".walbeam-";

  private final Path directory;

  LocalStorage(Path directory) {
    this.directory = directory.toAbsolutePath().normalize();
  }

  @Override
  public String describe() {
    return directory.toString();
  }

  @Override
  public void requireDirectory() throws IOException {
    if (!Files.exists(directory)) {
      throw new NoSuchFileException(directory.toString());
    }
    if (!Files.isDirectory(directory)) {
      throw new NotDirectoryException(directory.toString());
    }
  }

  @Override
  public void sweep() throws IOException {
    List<Path> folders = new ArrayList<>(List.of(directory));
    try (Stream<Path> found = Files.list(directory)) {
      found.filter(Files::isDirectory).forEach(folders::add);
    }
    for (Path folder : folders) {
      try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, UNPUBLISHED + "*")) {
        for (Path file : left) {
          Spool.deleteLeftover(file);
        }
      }
    }
  }

  @Override
  public Part begin(String folder, String name) throws IOException {
    Path parent = makeFolder(folder);
    return new LocalPart(Spool.begin(parent.resolve(UNPUBLISHED + name)), parent.resolve(name));
  }

  @Override
  public void put(String path, byte[] content) throws IOException {
    int slash = path.lastIndexOf('/');
    Path parent = slash < 0 ? directory : makeFolder(path.substring(0, slash));
    Spool spool = Spool.begin(parent.resolve(UNPUBLISHED + UUID.randomUUID()));
    try {
      spool.write(content, 0, content.length);
      publish(spool, parent.resolve(path.substring(slash + 1)));
    } finally {
      spool.discard();
    }
  }

  @Override
  public Optional<byte[]> get(String path) throws IOException {
    try {
      return Optional.of(Files.readAllBytes(directory.resolve(path)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public List<String> list(String folder) throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve(folder))) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.startsWith("."))
          .sorted()
          .toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  @Override
  public void delete(String path) throws IOException {
    Files.deleteIfExists(directory.resolve(path));
  }

  /** Never the directory itself: if that is gone, a disk may not be mounted. */
  private Path makeFolder(String folder) throws IOException {
    Path made = directory;
    for (String name : folder.split("/", -1)) {
      Path parent = made;
      made = made.resolve(name);
      if (!Files.isDirectory(made)) {
        Files.createDirectory(made);
        forceDirectory(parent);
      }
    }
    return made;
  }

  private static void publish(Spool spool, Path target) throws IOException {
    spool.force();
    show(spool, target);
  }

  /** Gives what is durable the name that readers look for. */
  private static void show(Spool spool, Path target) throws IOException {
    spool.close();
    Files.move(spool.path(), target, StandardCopyOption.ATOMIC_MOVE);
    forceDirectory(target.resolveSibling("."));
  }

  /** So that the name is durable too. */
  private static void forceDirectory(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static final class LocalPart extends SpooledPart {
    private final Path target;

    LocalPart(Spool spool, Path target) {
      super(spool);
      this.target = target;
    }

    @Override
    public void publish() throws IOException {
      if (!Files.exists(spool.path())) {
        if (!Files.exists(target)) {
          throw new PartLostException(spool.path().toString());
        }
        forceDirectory(target.resolveSibling("."));
        return;
      }
      spool.force();
      FailPoint.FILE_WRITTEN.reached();
      show(spool, target);
      FailPoint.FILE_PUBLISHED.reached();
    }
  }
}
