package io.walbeam.local.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** A Flink job manager's REST interface, as far as scenarios need it. Thread-safe. */
public final class FlinkJobs {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final Duration SAVEPOINT = Duration.ofMinutes(2);

  /** Pause between two looks at a savepoint under way, milliseconds. */
  private static final long POLL_MILLIS = 100;

  private final String base;
  private final HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private final ObjectMapper json = new ObjectMapper();

  FlinkJobs(int port) {
    base = "http://localhost:" + port;
  }

  /** Registered task managers; 0 while the job manager does not answer. */
  public int taskManagers() throws InterruptedException {
    try {
      return get("/overview").path("taskmanagers").asInt();
    } catch (IOException e) {
      return 0;
    }
  }

  /** The job that has neither ended nor is ending; empty if there is none. */
  public Optional<String> active() throws IOException, InterruptedException {
    for (JsonNode job : get("/jobs/overview").path("jobs")) {
      if (job.path("end-time").asLong() < 0) {
        return Optional.of(job.path("jid").asText());
      }
    }
    return Optional.empty();
  }

  /** The job's state as Flink names it. */
  public String state(String job) throws IOException, InterruptedException {
    return get("/jobs/" + job).path("state").asText();
  }

  /** Whether every task of the job runs. */
  public boolean isRunning(String job) throws IOException, InterruptedException {
    JsonNode answer = get("/jobs/" + job);
    boolean running = answer.path("state").asText().equals("RUNNING");
    for (JsonNode vertex : answer.path("vertices")) {
      running &= vertex.path("status").asText().equals("RUNNING");
    }
    return running;
  }

  /** Completed checkpoints, and failed ones. */
  public record Checkpoints(int completed, int failed) {}

  /** What became of the job's checkpoints so far. */
  public Checkpoints checkpoints(String job) throws IOException, InterruptedException {
    JsonNode counts = get("/jobs/" + job + "/checkpoints").path("counts");
    return new Checkpoints(counts.path("completed").asInt(), counts.path("failed").asInt());
  }

  /**
   * Why checkpoints of the job failed that had begun, with how many did, as far as it remembers.
   */
  public Map<String, Integer> failures(String job) throws IOException, InterruptedException {
    Map<String, Integer> reasons = new TreeMap<>();
    for (JsonNode checkpoint : get("/jobs/" + job + "/checkpoints").path("history")) {
      if (checkpoint.path("status").asText().equals("FAILED")) {
        reasons.merge(checkpoint.path("failure_message").asText(), 1, Integer::sum);
      }
    }
    return reasons;
  }

  /** Ports of the task managers that run the tasks whose name contains {@code part}. */
  public List<String> taskManagersOf(String job, String part)
      throws IOException, InterruptedException {
    List<String> found = new ArrayList<>();
    for (JsonNode vertex : get("/jobs/" + job).path("vertices")) {
      if (vertex.path("name").asText().contains(part)) {
        String path = "/jobs/" + job + "/vertices/" + vertex.path("id").asText();
        for (JsonNode task : get(path).path("subtasks")) {
          found.add(task.path("taskmanager-id").asText());
        }
      }
    }
    return found;
  }

  /** Cancels without a savepoint. */
  public void cancel(String job) throws IOException, InterruptedException {
    send(request("/jobs/" + job + "?mode=cancel").method("PATCH", none()).build());
  }

  /** Takes a savepoint, the job goes on; returns its path. */
  public String savepoint(String job) throws IOException, InterruptedException {
    return savepoint(job, "savepoints", "{\"cancel-job\": false}");
  }

  /** Takes a savepoint and stops the job, without draining it; returns its path. */
  public String stop(String job) throws IOException, InterruptedException {
    return savepoint(job, "stop", "{\"drain\": false}");
  }

  private String savepoint(String job, String action, String body)
      throws IOException, InterruptedException {
    String trigger =
        send(request("/jobs/" + job + "/" + action)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build())
            .path("request-id")
            .asText();
    long end = System.nanoTime() + SAVEPOINT.toNanos();
    while (System.nanoTime() < end) {
      JsonNode answer = get("/jobs/" + job + "/savepoints/" + trigger);
      if (answer.path("status").path("id").asText().equals("COMPLETED")) {
        JsonNode location = answer.path("operation").path("location");
        if (location.isMissingNode()) {
          throw new IOException("The savepoint failed: " + answer);
        }
        return location.asText();
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    throw new IOException("The savepoint does not end.");
  }

  private JsonNode get(String path) throws IOException, InterruptedException {
    return send(request(path).GET().build());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(base + path)).timeout(TIMEOUT);
  }

  private static HttpRequest.BodyPublisher none() {
    return HttpRequest.BodyPublishers.noBody();
  }

  private JsonNode send(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() >= 300) {
      throw new IOException(
          request.method() + " " + request.uri() + ": " + answer.statusCode() + answer.body());
    }
    return json.readTree(answer.body().isEmpty() ? "{}" : answer.body());
  }
}
