package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.walbeam.local.chaos.TcpProxy;
import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.Program;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a run answers over HTTP is true while one of its ends is away. */
class HttpIT {
  private static final String TABLE = "CREATE TABLE items (id int PRIMARY KEY, note text)";
  private static final String SECRET_VALUE = "nobodys business";

  private static Servers servers;

  private final HttpClient client = HttpClient.newHttpClient();
  private int port;

  @BeforeAll
  static void start() throws Exception {
    servers = Servers.here();
  }

  @AfterAll
  static void stop() throws Exception {
    servers.close();
  }

  private Program run(Scenario scenario, PipelineCommand command) throws Exception {
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    return scenario.start(command.with("http", ":" + port));
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private boolean isReady() throws InterruptedException {
    try {
      return get("/readyz").statusCode() == 200;
    } catch (IOException e) {
      return false; // It does not listen yet.
    }
  }

  private JsonNode status() throws Exception {
    return new ObjectMapper().readTree(get("/status.json").body());
  }

  private long metric(String name) throws Exception {
    return get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name));
  }

  private void awaitReady(Scenario scenario, Program run) throws Exception {
    scenario.await(
        run,
        "it is ready, the table is dumped and nothing is behind",
        () -> isReady() && scenario.areDumped(1) && isCaughtUp());
  }

  private boolean isCaughtUp() throws Exception {
    return metric("walbeam_lag_bytes") == 0 && metric("walbeam_lag_seconds") == 0;
  }

  private void assertNoValueAnywhere() throws Exception {
    for (String page : List.of("/healthz", "/readyz", "/metrics", "/status.json")) {
      assertThat(get(page).body()).as(page).doesNotContain(SECRET_VALUE).doesNotContain("password");
    }
  }

  @Test
  void aPostgresThatIsFrozenIsSaidToBeSilentAndTheLagToBeThatOfThen() throws Exception {
    try (Scenario scenario = Scenario.on(servers, "http_frozen")) {
      scenario.execute(TABLE, "INSERT INTO items VALUES (1, '" + SECRET_VALUE + "')");
      try (Program run = run(scenario, scenario.command())) {
        awaitReady(scenario, run);
        List<Long> frozen = serverProcesses(scenario);
        for (long process : frozen) {
          signal("STOP", process);
        }
        try {
          scenario.await(run, "it is not ready", () -> !isReady());
          assertThat(get("/healthz").statusCode()).isEqualTo(200);
          assertThat(get("/readyz").body())
              .startsWith("slot http_frozen waits: PostgreSQL has not answered for ");
          assertThat(metric("walbeam_lag_age_seconds")).isGreaterThanOrEqualTo(10);
          assertThat(metric("walbeam_stalls")).isEqualTo(1);
          assertThat(status().path("ready").asBoolean()).isFalse();
          assertThat(status().path("lag").path("ageSeconds").asLong()).isGreaterThanOrEqualTo(10);
          assertThat(status().path("stalls").path(0).path("reason").asText())
              .contains("has not answered");
          assertNoValueAnywhere();
        } finally {
          // A session that ended while the server was stopped is gone once the server goes on.
          for (long process : frozen) {
            kill("CONT", process);
          }
        }
        awaitReady(scenario, run);
        assertThat(metric("walbeam_lag_age_seconds")).isLessThan(10);
        scenario.execute("INSERT INTO items VALUES (2, '')");
        scenario.awaitConfirmation(run);
      }
      scenario.assertEqual();
    }
  }

  @Test
  void aBigQueryThatIsAwayMakesItNotReadyAndTheLagGrows() throws Exception {
    try (Scenario scenario = Scenario.on(servers, "http_away");
        TcpProxy between = new TcpProxy(() -> URI.create(servers.endpoint()).getPort())) {
      scenario.execute(TABLE, "INSERT INTO items VALUES (1, '" + SECRET_VALUE + "')");
      PipelineCommand command =
          scenario.command().with("bigQueryEndpoint", "http://localhost:" + between.port());
      try (Program run = run(scenario, command)) {
        awaitReady(scenario, run);
        between.refuse();
        scenario.execute("UPDATE items SET note = '" + SECRET_VALUE + "!'");
        scenario.await(run, "it is not ready", () -> !isReady());
        assertThat(get("/healthz").statusCode()).isEqualTo(200);
        assertThat(get("/readyz").body()).contains(" waits: BigQuery cannot be reached");
        assertThat(metric("walbeam_stalls")).isPositive();
        scenario.await(
            run,
            "the lag is that of the change that is not written",
            () ->
                status().path("lag").path("seconds").asLong() >= 10
                    && metric("walbeam_lag_bytes") > 0);
        assertThat(metric("walbeam_batches_outstanding")).isPositive();
        assertThat(status().path("ready").asBoolean()).isFalse();
        assertNoValueAnywhere();
        between.heal();
        awaitReady(scenario, run);
        assertThat(metric("walbeam_stalls")).isZero();
        assertThat(status().path("stalls")).isEmpty();
      }
      scenario.assertEqual();
    }
  }

  /** The server itself, and its sessions for this scenario. */
  private static List<Long> serverProcesses(Scenario scenario) throws Exception {
    List<Long> processes = new ArrayList<>();
    processes.add(servers.source().processId());
    String pids =
        servers
            .source()
            .query(
                "postgres",
                "SELECT string_agg(pid::text, ' ') FROM pg_stat_activity WHERE datname = '"
                    + scenario.name()
                    + "'")
            .orElseThrow();
    for (String pid : pids.split(" ", -1)) {
      processes.add(Long.parseLong(pid));
    }
    return processes;
  }

  private static void signal(String name, long process) throws IOException, InterruptedException {
    assertThat(kill(name, process)).as("kill -%s %s", name, process).isZero();
  }

  private static int kill(String name, long process) throws IOException, InterruptedException {
    return new ProcessBuilder("kill", "-" + name, Long.toString(process)).start().waitFor();
  }
}
