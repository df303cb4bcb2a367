package io.walbeam.local.live;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.NoCredentials;
import com.google.cloud.bigquery.BigQuery;
import com.google.cloud.bigquery.BigQueryOptions;
import com.google.cloud.bigquery.DatasetInfo;
import io.walbeam.local.StandInOptions;
import io.walbeam.local.StandInServer;
import io.walbeam.local.standin.Fault;
import io.walbeam.local.standin.FaultKind;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The checks of {@code scripts/verify-live}, run against the stand-in. */
class LiveVerificationIT {
  private static StandInServer server;
  private static BigQuery bigQuery;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeAll
  static void start() {
    server = StandInServer.start(StandInOptions.inMemory());
    bigQuery =
        BigQueryOptions.newBuilder()
            .setHost(server.endpoint())
            .setProjectId("p1")
            .setCredentials(NoCredentials.getInstance())
            .build()
            .getService();
    bigQuery.create(DatasetInfo.of("d"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void clearFaults() {
    server.faults().clear();
  }

  private int run(String... arguments) {
    return LiveVerification.run(
        List.of(arguments), new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
  }

  @Test
  void theStandInKeepsEveryAssumptionAndNoTableIsLeft() {
    int exit = run("--project=p1", "--dataset=d", "--bigQueryEndpoint=" + server.endpoint());
    assertThat(out.toString(UTF_8))
        .doesNotContain("DIFFERS")
        .contains("18 of 18 assumptions hold.");
    assertThat(err.toString(UTF_8)).isEmpty();
    assertThat(exit).isZero();
    assertThat(bigQuery.listTables("d").iterateAll()).isEmpty();
  }

  @Test
  void aBigQueryThatDiffersIsSeenToDiffer() throws Exception {
    // Every append is refused, as no BigQuery with these rules would.
    server.faults().add(Fault.of(FaultKind.INVALID_ARGUMENT, "*", 0));
    try (Trials trials = Trials.open("p1", "d", server.endpoint(), Duration.ZERO)) {
      for (Assumption assumption : Assumptions.ALL) {
        boolean expectsRefusal = assumption.expected().startsWith("refused");
        assertThat(assumption.check().run(trials).asExpected())
            .as(assumption.claim())
            .isEqualTo(expectsRefusal);
      }
    }
    assertThat(bigQuery.listTables("d").iterateAll()).isEmpty();
  }

  @Test
  void aLateColumnIsWaitedForAndTheDelayIsShown() throws Exception {
    server.faults().add(Fault.of(FaultKind.SCHEMA_DELAY, "*", 2));
    try (Trials trials = Trials.open("p1", "d", server.endpoint())) {
      Assumption delay =
          Assumptions.ALL.stream()
              .filter(assumption -> assumption.expected().equals("taken"))
              .findFirst()
              .orElseThrow();
      Assumption.Outcome outcome = delay.check().run(trials);
      assertThat(outcome.asExpected()).as(outcome.seen()).isTrue();
      assertThat(outcome.seen()).contains("taken after", "first answer: INVALID_ARGUMENT");
    }
  }

  @Test
  void withoutProjectAndDatasetNothingIsAsked() {
    assertThat(run("--dataset=d")).isEqualTo(2);
    assertThat(run("--project=p1")).isEqualTo(2);
    assertThat(run("--project=p1", "--dataset=d", "--force")).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("Usage: scripts/verify-live");
    assertThat(run("--project=p1", "--dataset=none", "--bigQueryEndpoint=" + server.endpoint()))
        .isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("does not exist");
    assertThat(out.size()).isZero();
  }

  @Test
  void everyAssumptionStandsInTheArchitecture() throws Exception {
    String text = Files.readString(Path.of("ARCHITECTURE.md")).replaceAll("\\s+", " ");
    for (Assumption assumption : Assumptions.ALL) {
      assertThat(text).contains(assumption.claim());
    }
  }
}
