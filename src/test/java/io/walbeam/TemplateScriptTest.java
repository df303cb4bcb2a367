package io.walbeam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@code scripts/template} asks gcloud for. A script stands in for gcloud and writes down its
 * arguments, one a line; the last test asks the real one where it is installed.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the scripts are for a POSIX shell")
class TemplateScriptTest {
  private static final String IMAGE = "europe-west1-docker.pkg.dev/p/r/walbeam:1";
  private static final String SPEC = "--spec=gs://bucket/walbeam.json";

  /** Far beyond what any of them takes; a deadline, not a measurement. */
  private static final long DEADLINE_MINUTES = 5;

  @TempDir private Path directory;

  private Path calls = Path.of("");

  private record Outcome(int exitCode, String out, String err) {}

  @BeforeEach
  void putTheStandInForGcloudInItsPlace() throws IOException {
    calls = directory.resolve("calls");
    Path gcloud = directory.resolve("gcloud");
    Files.writeString(
        gcloud,
        """
        #!/bin/sh
        for argument in "$@"; do printf '%s\\n' "$argument"; done >> "$CALLS"
        case "$*" in
          *"storage cp -"*) cat > "$CALLS.spec" ;;
          *"jobs list"*) printf '%s' "$ACTIVE" ;;
        esac
        """);
    assertThat(gcloud.toFile().setExecutable(true)).isTrue();
  }

  @Test
  void theSpecHoldsTheImageAndTheWholeMetadata() throws Exception {
    Outcome outcome = run(Map.of(), "spec", "--image=" + IMAGE);
    assertThat(outcome.exitCode()).isZero();
    JsonNode spec = new ObjectMapper().readTree(outcome.out());
    assertThat(spec.fieldNames()).toIterable().containsOnly("image", "sdkInfo", "metadata");
    assertThat(spec.path("image").asText()).isEqualTo(IMAGE);
    assertThat(spec.path("sdkInfo").path("language").asText()).isEqualTo("JAVA");
    assertThat(spec.path("metadata"))
        .isEqualTo(new ObjectMapper().readTree(Path.of("metadata.json").toFile()));
    assertThat(spec.path("metadata").path("streaming").asBoolean()).isTrue();
  }

  @Test
  void optionsReachGcloudAsTheyAreCommasQuotesAndSpacesIncluded() throws Exception {
    Outcome outcome =
        run(
            Map.of(),
            "launch",
            "--project=p",
            "--region=r",
            SPEC,
            "--job=shop",
            "--at-least-once",
            "--gcloud=--max-workers=4",
            "--",
            "--tables=public.*,\"Weird $HOME\".'x y'",
            "--postgresPassword=secret:projects/p/secrets/s/versions/1");
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(Files.readAllLines(calls))
        .containsExactly(
            "dataflow",
            "flex-template",
            "run",
            "shop",
            "--project=p",
            "--region=r",
            "--template-file-gcs-location=gs://bucket/walbeam.json",
            "--additional-experiments=streaming_mode_at_least_once",
            "--max-workers=4",
            "--parameters=^~~^tables=public.*,\"Weird $HOME\".'x y'",
            "--parameters=^~~^postgresPassword=secret:projects/p/secrets/s/versions/1");
  }

  @Test
  void anUpdateNamesTheStepsThatWereRenamed() throws Exception {
    Outcome outcome =
        run(
            Map.of(),
            "update",
            "--project=p",
            "--region=r",
            SPEC,
            "--job=shop",
            "--map=Write rows:Write batches",
            "--",
            "--dataset=p.shop");
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(Files.readAllLines(calls))
        .contains("--update", "--transform-name-mappings=^~~^Write rows=Write batches");
  }

  @ParameterizedTest
  @ValueSource(strings = {"hunter2", "env:PW", "file:/etc/pw"})
  void aPasswordThatTheJobWouldStoreNeverLeavesTheMachine(String password) throws Exception {
    Outcome outcome =
        run(
            Map.of(),
            "launch",
            "--project=p",
            "--region=r",
            SPEC,
            "--job=shop",
            "--",
            "--postgresPassword=" + password);
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).contains("secret:projects").doesNotContain(password);
    assertThat(calls).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"drain", "cancel"})
  void aJobIsEndedByTheIdOfTheActiveOne(String command) throws Exception {
    Outcome outcome =
        run(
            Map.of("ACTIVE", "2026-01-01_00_00_00-1"),
            command,
            "--project=p",
            "--region=r",
            "--job=shop");
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(Files.readAllLines(calls))
        .containsSubsequence(
            "--filter=name=shop",
            "dataflow",
            "jobs",
            command,
            "2026-01-01_00_00_00-1",
            "--project=p",
            "--region=r");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "id-1\nid-2"})
  void noJobOrMoreThanOneIsRefused(String active) throws Exception {
    Outcome outcome =
        run(Map.of("ACTIVE", active), "drain", "--project=p", "--region=r", "--job=shop");
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(Files.readAllLines(calls)).doesNotContain("drain");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "lunch", "spec", "launch --project=p", "spec --imge=x", "spec --image=a\"b"})
  void whatIsWrongEndsWithTwoAndAsksNothingOfTheCloud(String line) throws Exception {
    Outcome outcome = run(Map.of(), line.isEmpty() ? new String[0] : line.split(" ", -1));
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).isNotBlank();
    assertThat(calls).doesNotExist();
  }

  @Test
  void theRealGcloudTakesTheMetadata() throws Exception {
    Outcome lookUp = execute(Map.of(), List.of("sh", "-c", "command -v gcloud"));
    assumeTrue(lookUp.exitCode() == 0, "gcloud is not installed");
    Path token = Files.writeString(directory.resolve("token"), "none");
    Outcome outcome =
        execute(
            Map.of("CLOUDSDK_CONFIG", directory.toString(), "CLOUDSDK_CORE_DISABLE_PROMPTS", "1"),
            List.of(
                "gcloud",
                "dataflow",
                "flex-template",
                "build",
                "gs://bucket/walbeam.json",
                "--image=" + IMAGE,
                "--sdk-language=JAVA",
                "--metadata-file=metadata.json",
                "--print-only",
                "--project=p",
                "--access-token-file=" + token));
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(outcome.out() + outcome.err()).contains("postgresUrl", "deadLetterTable", IMAGE);
  }

  private Outcome run(Map<String, String> environment, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("sh", "scripts/template"));
    command.addAll(List.of(arguments));
    Map<String, String> all = new java.util.HashMap<>(environment);
    all.put("CALLS", calls.toString());
    all.put("PATH", directory + File.pathSeparator + System.getenv("PATH"));
    return execute(all, command);
  }

  private Outcome execute(Map<String, String> environment, List<String> command) throws Exception {
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      assertThat(process.waitFor(DEADLINE_MINUTES, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
  }
}
