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
public record Installation(Path directory) {
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
  static List<String> javaCommand(List<String> jvmArguments, Path jar, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmArguments);
    command.add("-jar");
    command.add(jar.toString());
    command.addAll(arguments);
    return command;
  }
}
