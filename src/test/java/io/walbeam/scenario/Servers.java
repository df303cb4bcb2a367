package io.walbeam.scenario;

import io.walbeam.local.StandInOptions;
import io.walbeam.local.StandInServer;
import io.walbeam.local.demo.ChildProcess;
import io.walbeam.local.demo.ClassArchives;
import io.walbeam.local.demo.Installation;
import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.Program;
import io.walbeam.local.demo.SourceServer;
import io.walbeam.local.demo.StandIn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A PostgreSQL server and a stand-in that any number of scenarios share, and where the program runs
 * between them: in this JVM, or as processes that can be killed.
 */
final class Servers implements AutoCloseable {
  private static Optional<SourceServer> shared = Optional.empty();

  private final SourceServer source;
  private final String endpoint;
  private final Path directory;
  private final Optional<StandIn> process;
  private final Closing closing;

  private interface Closing {
    void close() throws IOException;
  }

  private Servers(
      SourceServer source,
      String endpoint,
      Path directory,
      Optional<StandIn> process,
      Closing closing) {
    this.source = source;
    this.endpoint = endpoint;
    this.directory = directory;
    this.process = process;
    this.closing = closing;
  }

  /** The program and the stand-in run in this JVM; one PostgreSQL serves all of its scenarios. */
  static Servers here() throws IOException {
    return here(StandInOptions.inMemory());
  }

  /** The same with a stand-in that queries show old data of, as BigQuery's do. */
  static Servers hereWithStaleReads() throws IOException {
    return here(StandInOptions.inMemory().withStaleReads());
  }

  private static Servers here(StandInOptions options) throws IOException {
    SourceServer source = shared();
    Path directory = Files.createTempDirectory("walbeam-scenario");
    StandInServer standIn = StandInServer.start(options);
    return new Servers(source, standIn.endpoint(), directory, Optional.empty(), standIn::close);
  }

  /** The same with a PostgreSQL of its own, whose files are below {@code directory}. */
  static Servers here(Path directory, Map<String, String> settings) throws IOException {
    SourceServer source = SourceServer.start(directory, quick(settings));
    StandInServer standIn = StandInServer.start(StandInOptions.inMemory());
    return new Servers(
        source,
        standIn.endpoint(),
        directory,
        Optional.empty(),
        () -> {
          standIn.close();
          source.close();
        });
  }

  /** It ends with the JVM. */
  private static synchronized SourceServer shared() throws IOException {
    if (shared.isEmpty()) {
      Path directory = Files.createTempDirectory("walbeam-scenarios");
      shared = Optional.of(SourceServer.start(directory, quick(Map.of("wal_level", "logical"))));
    }
    return shared.orElseThrow();
  }

  /** No test pulls the plug of the machine, which is all that waiting for its disk is good for. */
  private static Map<String, String> quick(Map<String, String> settings) {
    Map<String, String> quick = new TreeMap<>(settings);
    quick.put("fsync", "off");
    return quick;
  }

  /** Processes of their own, whose files are below {@code directory}. */
  static Servers processes(Path directory) throws IOException, InterruptedException {
    return processes(directory, Map.of("wal_level", "logical"));
  }

  /** The same with these settings of PostgreSQL. */
  static Servers processes(Path directory, Map<String, String> settings)
      throws IOException, InterruptedException {
    SourceServer source = SourceServer.start(directory, quick(settings));
    try {
      StandIn standIn = StandIn.storing(installation(), directory);
      return new Servers(
          source,
          standIn.endpoint(),
          directory,
          Optional.of(standIn),
          () -> {
            standIn.close();
            source.close();
          });
    } catch (IOException | InterruptedException | RuntimeException e) {
      source.close();
      throw e;
    }
  }

  /** The jars of the build under test. */
  static Installation installation() throws IOException {
    Installation installation =
        new Installation(Path.of(System.getProperty("walbeam.build.directory", "target")))
            .shortLived()
            .verified();
    // Not where a build is followed by one test only: they cost as much as ten starts save.
    if (Boolean.getBoolean("walbeam.scenario.archives")) {
      try {
        new ClassArchives(installation.pipelineJar(), installation.localJar()).make();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return installation;
  }

  SourceServer source() {
    return source;
  }

  /** The stand-in's address. */
  String endpoint() {
    return endpoint;
  }

  /** The stand-in's process; only where it is one. */
  StandIn standIn() {
    return process.orElseThrow();
  }

  Path directory() {
    return directory;
  }

  /** Starts the program where programs run here. */
  Program start(PipelineCommand command, Path files) throws IOException {
    // What one command says would mix with what another one says in the same JVM.
    return process.isPresent() || !command.command().equals("run")
        ? startProcess(command, files)
        : ProgramHere.start(command);
  }

  /** Starts the program as a process that can be killed. */
  ChildProcess startProcess(PipelineCommand command, Path files) throws IOException {
    return command.start(files);
  }

  @Override
  public void close() throws IOException {
    closing.close();
  }
}
