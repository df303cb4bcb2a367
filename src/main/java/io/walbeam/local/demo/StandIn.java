package io.walbeam.local.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The BigQuery stand-in as a process of its own, with a data file and a port that outlive a
 * restart. Not thread-safe.
 */
public final class StandIn implements AutoCloseable {
  private static final Duration STARTUP = Duration.ofMinutes(3);

  private final HttpClient http = HttpClient.newHttpClient();
  private final Installation installation;
  private final Path directory;
  private final List<String> arguments;
  private ChildProcess process;
  private int port;

  private StandIn(Installation installation, Path directory, List<String> arguments)
      throws IOException, InterruptedException {
    this.installation = installation;
    this.directory = directory;
    this.arguments = List.copyOf(arguments);
    this.process = launch(0);
  }

  /** Starts one that keeps its tables in a file below {@code directory}. */
  public static StandIn storing(Installation installation, Path directory)
      throws IOException, InterruptedException {
    return new StandIn(
        installation, directory, List.of("--data=" + directory.resolve("standin.duckdb")));
  }

  /** The same, whose queries show changes only once they are older than the table's staleness. */
  public static StandIn stale(Installation installation, Path directory)
      throws IOException, InterruptedException {
    return new StandIn(
        installation,
        directory,
        List.of("--data=" + directory.resolve("standin.duckdb"), "--staleReads=true"));
  }

  /** Starts one that validates rows and stores none. */
  public static StandIn counting(Installation installation, Path directory)
      throws IOException, InterruptedException {
    return new StandIn(installation, directory, List.of("--counting"));
  }

  /** Its address, as {@code --bigQueryEndpoint} takes it. */
  public String endpoint() {
    return "http://localhost:" + port;
  }

  /** The process that serves at present. */
  public ChildProcess process() {
    return process;
  }

  /** Arms a fault, in its JSON form. */
  public void arm(String fault) throws IOException, InterruptedException {
    send("POST", fault);
  }

  /** It has no fault any more. */
  public void disarm() throws IOException, InterruptedException {
    send("DELETE", "");
  }

  private void send(String method, String body) throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(URI.create(endpoint() + "/_standin/faults"))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException("The stand-in refuses " + body + ": " + response.body());
    }
  }

  /** Kills it outright and starts it again with the same data and port. */
  public void killAndRestart() throws IOException, InterruptedException {
    kill();
    restart();
  }

  /** Kills it outright; nothing answers on its port until {@link #restart}. */
  public void kill() throws InterruptedException {
    process.kill();
    process.close();
  }

  /** Starts it again with the same data and port. */
  public void restart() throws IOException, InterruptedException {
    process = launch(port);
  }

  @Override
  public void close() {
    process.close();
  }

  private ChildProcess launch(int wantedPort) throws IOException, InterruptedException {
    Path portFile = directory.resolve("standin.port");
    Files.deleteIfExists(portFile);
    List<String> all = new ArrayList<>(List.of("local", "--port=" + wantedPort));
    all.add("--portFile=" + portFile);
    all.addAll(arguments);
    ChildProcess started =
        ChildProcess.start(
            "standin",
            directory,
            installation.javaCommand(List.of("-Xmx1g"), installation.localJar(), all),
            Map.of());
    try {
      Await.until("the stand-in listens", STARTUP, () -> listens(started, portFile));
    } catch (IOException | InterruptedException | IllegalStateException e) {
      started.close();
      throw e;
    }
    port = Integer.parseInt(Files.readString(portFile, StandardCharsets.UTF_8).trim());
    return started;
  }

  private static boolean listens(ChildProcess started, Path portFile) throws IOException {
    if (!started.isAlive()) {
      throw new IOException("The stand-in ended at once: " + started.errors().trim());
    }
    return Files.exists(portFile) && !Files.readString(portFile, StandardCharsets.UTF_8).isBlank();
  }
}
