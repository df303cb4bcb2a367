package io.walbeam.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.walbeam.dump.DumpsOverview;
import io.walbeam.failure.WalbeamException;
import io.walbeam.job.MissingChanges;
import io.walbeam.job.RunProgress;
import io.walbeam.options.HttpAddress;
import io.walbeam.sink.Stalls;
import io.walbeam.source.SessionLag;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StatusServerTest {
  private final StatusServer server =
      StatusServer.start(new HttpAddress("localhost", 0), "walbeam");
  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    server.close();
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private void watch(Stalls.Stall... stalls) {
    watch(MissingChanges.NONE, stalls);
  }

  private void watch(MissingChanges missing, Stalls.Stall... stalls) {
    server.watch(
        () ->
            new RunProgress(
                17,
                3,
                new SessionLag(2_048, 7, 1, 0, 2, 99, 0),
                List.of(stalls),
                new DumpsOverview(1, 2, 3, 400, 5, OptionalLong.of(60)),
                missing));
  }

  @Test
  void beforeTheSlotIsReadTheRunIsAliveAndNotReady() throws Exception {
    assertThat(get("/healthz").statusCode()).isEqualTo(200);
    assertThat(get("/readyz").statusCode()).isEqualTo(503);
    assertThat(get("/metrics").body()).isEmpty();
    assertThat(get("/status.json").body()).isEqualTo("{\"slot\":\"walbeam\",\"ready\":false}\n");
  }

  @Test
  void metricsHaveTheDocumentedNames() throws Exception {
    watch();
    assertThat(get("/readyz").statusCode()).isEqualTo(200);
    assertThat(get("/metrics").body().lines().filter(line -> !line.startsWith("#")))
        .contains(
            "walbeam_changes_total 17.0",
            "walbeam_dead_letters_total 3.0",
            "walbeam_dumped_rows_total 400.0",
            "walbeam_dumps_left 2.0",
            "walbeam_lag_bytes 2048.0",
            "walbeam_lag_seconds 7.0",
            "walbeam_lag_age_seconds 1.0",
            "walbeam_stalls 0.0",
            "walbeam_confirmed_lsn 99.0");
    assertThat(
            new ObjectMapper()
                .readTree(get("/status.json").body())
                .path("lag")
                .path("seconds")
                .asInt())
        .isEqualTo(7);
  }

  @Test
  void whatWaitsMakesItNotReadyWithTheReason() throws Exception {
    watch(new Stalls.Stall("public_orders", "no permission", Instant.EPOCH, true));
    assertThat(get("/healthz").statusCode()).isEqualTo(200);
    assertThat(get("/readyz").statusCode()).isEqualTo(503);
    assertThat(get("/readyz").body()).isEqualTo("public_orders waits: no permission\n");
    assertThat(get("/metrics").body()).contains("\nwalbeam_stalls 1.0\n");
  }

  @Test
  void aTableThatWasLetGoHoldsNothingUpAndIsNamed() throws Exception {
    watch(new MissingChanges(Map.of("public.orders", "No grant."), 300));
    assertThat(get("/readyz").statusCode()).isEqualTo(200);
    assertThat(get("/readyz").body())
        .isEqualTo(
            "ready\nbut changes are missing in public.orders, which was let go: No grant.\n");
    assertThat(get("/metrics").body())
        .contains("\nwalbeam_tables_let_go 1.0\n", "\nwalbeam_missing_changes 300.0\n");
    assertThat(get("/status.json").body())
        .contains("\"ready\":true", "\"missingChanges\":300")
        .contains("\"letGo\":[{\"table\":\"public.orders\",\"reason\":\"No grant.\"}]");
  }

  @Test
  void nothingElseIsAnsweredAndATakenPortIsNamed() throws Exception {
    assertThat(get("/healthz/more").statusCode()).isEqualTo(404);
    assertThat(get("/").statusCode()).isEqualTo(404);
    assertThatThrownBy(
            () -> StatusServer.start(new HttpAddress("localhost", server.port()), "walbeam"))
        .isInstanceOf(WalbeamException.class)
        .hasMessage("Nothing can listen at localhost:" + server.port() + ".");
  }
}
