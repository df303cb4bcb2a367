package io.walbeam.local.demo;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A built walbeam: the directory with {@code walbeam.jar}, {@code walbeam-local.jar} and their
 * libraries.
 */
public record Installation(Path directory, List<String> jvmArguments) {
  /**
   * For processes that live for seconds: the second compiler and a parallel collector cost more
   * than they gain there. Measured: 4 instead of 9 CPU seconds until the program is ready.
   */
  private static final List<String> SHORT_LIVED =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  public Installation {
    jvmArguments = List.copyOf(jvmArguments);
  }

  /** The jars below {@code directory}, run as any user would. */
  public Installation(Path directory) {
    this(directory, List.of());
  }

  /** The same for processes that live for seconds. */
  public Installation shortLived() {
    return new Installation(directory, SHORT_LIVED);
  }

  /** The installation whose local jar holds this class. */
  public static Installation ofRunningProgram() throws IOException {
    try {
      Path jar =
          Path.of(Installation.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      return new Installation(jar.toAbsolutePath().resolveSibling("")).verified();
    } catch (URISyntaxException e) {
      throw new IOException("The program's own location is not a path.", e);
    }
  }

  /**
   * This installation, if its jars are there.
   *
   * @throws IOException if one is missing
   */
  public Installation verified() throws IOException {
    for (Path jar : List.of(pipelineJar(), localJar())) {
      if (!Files.isRegularFile(jar)) {
        throw new IOException(
            jar + " is missing. Build it with ./mvnw -DskipTests package and start again.");
      }
    }
    return this;
  }

  /** The jar of the pipeline. */
  public Path pipelineJar() {
    return directory.resolve("walbeam.jar");
  }

  /** The jar of the stand-in and the demo. */
  public Path localJar() {
    return directory.resolve("walbeam-local.jar");
  }

  /** The command that runs a jar on this JVM's own Java. */
  List<String> javaCommand(List<String> moreArguments, Path jar, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(ChildProcess.java());
    command.addAll(jvmArguments);
    if (jvmArguments.equals(SHORT_LIVED)) {
      command.addAll(ClassArchives.jvmArguments(jar));
    }
    command.addAll(moreArguments);
    command.add("-jar");
    command.add(jar.toString());
    command.addAll(arguments);
    return command;
  }
}
