package io.walbeam.local.demo;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Archives of loaded classes beside the jars (JEP 350), which save a process a third of its start.
 * One that does not fit its jar is ignored by the JVM. Thread-safe, also between processes.
 */
public final class ClassArchives {
  private static final Duration DEADLINE = Duration.ofMinutes(3);

  /** Ends at the first look at its destination, when most classes of any run are loaded. */
  private static final List<String> RUN =
      List.of(
          "run",
          "--postgresUrl=postgresql://127.0.0.1:1/none",
          "--postgresUser=none",
          "--startPatience=PT0S",
          "--dataset=none.none",
          "--bigQueryEndpoint=http://127.0.0.1:1");

  private static final String NO_REMARKS = "-Xlog:cds=off";
  private static final String NO_REMARKS_EITHER = "-Xlog:cds+dynamic=off";

  private final Path pipelineJar;
  private final Path localJar;

  /** Those of two jars in one directory. */
  public ClassArchives(Path pipelineJar, Path localJar) {
    this.pipelineJar = pipelineJar;
    this.localJar = localJar;
  }

  /** What a JVM is told of the archive of this jar: nothing, if there is none. */
  static List<String> jvmArguments(Path jar) {
    Path archive = archiveOf(jar);
    return Files.exists(archive)
        ? List.of(NO_REMARKS, NO_REMARKS_EITHER, "-XX:SharedArchiveFile=" + archive)
        : List.of();
  }

  /** Makes those that are missing or older than their jar. */
  public void make() throws IOException, InterruptedException {
    synchronized (ClassArchives.class) {
      Path lock = pipelineJar.resolveSibling("archives.lock");
      // The lock goes with its channel.
      try (FileChannel channel =
          FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        FileLock unused = channel.lock();
        if (!isFresh(pipelineJar)) {
          record(pipelineJar, RUN, Optional.empty());
        }
        if (!isFresh(localJar)) {
          Path portFile = Files.createTempFile("walbeam-archive", ".port");
          Files.delete(portFile);
          record(
              localJar,
              List.of("local", "--port=0", "--portFile=" + portFile),
              Optional.of(portFile));
          Files.deleteIfExists(portFile);
        }
      }
    }
  }

  private static boolean isFresh(Path jar) throws IOException {
    Path archive = archiveOf(jar);
    return Files.exists(archive)
        && Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(jar)) >= 0;
  }

  /** Under another name first, because other processes may start meanwhile. */
  private void record(Path jar, List<String> arguments, Optional<Path> serving)
      throws IOException, InterruptedException {
    Path archive = archiveOf(jar);
    Files.deleteIfExists(archive);
    Path directory = Files.createTempDirectory("walbeam-archive");
    Path fresh = directory.resolve("classes.jsa");
    List<String> command = new ArrayList<>();
    command.add(ChildProcess.java());
    command.add("-XX:ArchiveClassesAtExit=" + fresh);
    command.addAll(List.of("-jar", jar.toString()));
    command.addAll(arguments);
    try (ChildProcess recorded = ChildProcess.start("archive", directory, command, Map.of())) {
      if (serving.isPresent()) {
        Await.until(
            "it serves",
            DEADLINE,
            () -> Files.exists(serving.orElseThrow()) || !recorded.isAlive());
        recorded.terminate();
      }
      int unused = recorded.exitCode(DEADLINE);
    }
    if (Files.exists(fresh)) {
      Files.move(fresh, archive, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static Path archiveOf(Path jar) {
    String name = jar.getFileName().toString();
    return jar.resolveSibling(name.substring(0, name.lastIndexOf('.')) + ".jsa");
  }
}
