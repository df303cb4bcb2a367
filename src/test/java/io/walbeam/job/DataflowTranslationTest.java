package io.walbeam.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.walbeam.command.CommandLine;
import io.walbeam.options.OptionsReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.model.pipeline.v1.RunnerApi;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.extensions.gcp.auth.NoopCredentialFactory;
import org.apache.beam.sdk.extensions.gcp.storage.NoopPathValidator;
import org.apache.beam.sdk.runners.TransformHierarchy;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The job that Dataflow gets, written to a file by its runner as the template's launcher has it do:
 * by the program's own command line, without a service.
 */
class DataflowTranslationTest {
  private static final String PASSWORD = "secret:projects/p/secrets/s/versions/1";

  /** The names a running job is updated by. Changing one needs {@code --map} and a release note. */
  private static final List<String> STEPS =
      List.of(
          "Read replication slot",
          "Spread batches",
          "Write batches",
          "Key by slot",
          "Publish progress");

  /** The same as the first runner's workers match them, Beam's own steps inside ours included. */
  private static final List<String> V1_STEPS =
      List.of(
          "Read replication slot/DataflowRunner.StreamingUnboundedRead.ReadWithIds",
          "Read replication slot/StripIds",
          "Spread batches/Pair with random key",
          "Spread batches/Redistribute.RedistributeByKey/SetIdentityWindow/Window.Assign",
          "Spread batches/Redistribute.RedistributeByKey/ReifyOriginalMetadata/ParDo(Anonymous)",
          "Spread batches/Redistribute.RedistributeByKey/DataflowGroupByKey",
          "Spread batches/Redistribute.RedistributeByKey/ExpandIterable",
          "Spread batches/Redistribute.RedistributeByKey/RestoreMetadata/ParDo(Anonymous)",
          "Spread batches/Values/Values/Map",
          "Write batches",
          "Key by slot/AddKeys/Map",
          "Publish progress");

  @TempDir private Path directory;

  private record Translation(int exitCode, String messages, Path file) {
    JsonNode job() throws java.io.IOException {
      assertThat(exitCode).as(messages).isZero();
      return new ObjectMapper().readTree(file.toFile());
    }
  }

  @Test
  void theJobIsAStreamingJobWithTheNamesThatUpdatesMatch() throws Exception {
    JsonNode job = translate("v1", PASSWORD).job();
    assertThat(job.path("type").asText()).isEqualTo("JOB_TYPE_STREAMING");
    List<String> names = new ArrayList<>();
    for (JsonNode step : job.path("steps")) {
      names.add(step.path("properties").path("user_name").path("value").asText());
    }
    assertThat(names).containsExactlyElementsOf(V1_STEPS);
  }

  @Test
  void runnerV2GetsTheSameSteps() throws Exception {
    JsonNode job =
        translate(
                "v2",
                PASSWORD,
                "--experiments=use_runner_v2",
                "--dataflowServiceOptions=streaming_mode_at_least_once")
            .job();
    assertThat(job.path("type").asText()).isEqualTo("JOB_TYPE_STREAMING");
    assertThat(job.path("environment").path("serviceOptions").toString())
        .contains("streaming_mode_at_least_once");
    RunnerApi.Pipeline pipeline =
        RunnerApi.Pipeline.parseFrom(KeepingStager.staged("v2", "pipeline.pb"));
    RunnerApi.Components components = pipeline.getComponents();
    List<String> roots = new ArrayList<>();
    for (String id : pipeline.getRootTransformIdsList()) {
      roots.add(components.getTransformsOrThrow(id).getUniqueName());
    }
    assertThat(roots).containsExactlyElementsOf(STEPS);
    List<String> all = new ArrayList<>();
    components.getTransformsMap().values().forEach(t -> all.add(t.getUniqueName()));
    assertThat(all).doesNotHaveDuplicates();
  }

  @Test
  void whatTravelsBetweenStepsHasACoderOfOursAndNoneIsJavaSerialization() throws Exception {
    OptionsReader.Invocation invocation =
        OptionsReader.read(arguments("coders", PASSWORD, directory.resolve("coders.json")));
    Map<String, List<String>> codersByStep = new LinkedHashMap<>();
    ReplicationPipeline.build(invocation.options(), invocation.settings(), OptionsReader::settings)
        .traverseTopologically(
            new Pipeline.PipelineVisitor.Defaults() {
              @Override
              public void visitValue(PValue value, TransformHierarchy.Node producer) {
                String name = producer.getFullName();
                String step = name.substring(0, name.indexOf('/'));
                codersByStep
                    .computeIfAbsent(step, key -> new ArrayList<>())
                    .add(describe(((PCollection<?>) value).getCoder()));
              }
            });
    Map<String, String> outputs = new LinkedHashMap<>();
    codersByStep.forEach((step, coders) -> outputs.put(step, coders.get(coders.size() - 1)));
    assertThat(outputs)
        .containsExactly(
            Map.entry("Read replication slot", "ChangeBatchCoder"),
            Map.entry("Spread batches", "ChangeBatchCoder"),
            Map.entry("Write batches", "ReceiptCoder"),
            Map.entry("Key by slot", "KvCoder[StringUtf8Coder, ReceiptCoder]"),
            Map.entry("Publish progress", "VoidCoder"));
    // Inside the read, Beam passes the source itself, which is serializable by contract.
    codersByStep.remove("Read replication slot");
    assertThat(codersByStep.toString()).doesNotContain("SerializableCoder", "AvroCoder");
  }

  @Test
  void aPasswordThatTheJobWouldHoldIsRefusedBeforeAnythingIsWritten() {
    for (String password : List.of("hunter2", "env:HUNTER2", "file:/hunter2")) {
      Translation translation = translate("refused", password);
      assertThat(translation.exitCode()).isEqualTo(2);
      assertThat(translation.messages())
          .contains("--postgresPassword")
          .doesNotContainIgnoringCase("hunter2");
      assertThat(translation.file()).doesNotExist();
    }
  }

  private Translation translate(String job, String password, String... more) {
    Path file = directory.resolve(job + ".json");
    List<String> arguments = arguments(job, password, file);
    arguments.addAll(List.of(more));
    ByteArrayOutputStream messages = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(messages, true, StandardCharsets.UTF_8);
    int exitCode = CommandLine.execute(arguments.toArray(new String[0]), stream, stream);
    return new Translation(exitCode, messages.toString(StandardCharsets.UTF_8), file);
  }

  private static List<String> arguments(String job, String password, Path file) {
    return new ArrayList<>(
        List.of(
            "--runner=DataflowRunner",
            "--project=project-1",
            "--region=europe-west1",
            "--jobName=" + job,
            "--tempLocation=gs://bucket/temp",
            "--gcpTempLocation=gs://bucket/temp",
            "--stagingLocation=gs://bucket/staging",
            "--templateLocation=" + file.toAbsolutePath(),
            "--labels={\"team\":\"data\"}",
            "--stableUniqueNames=ERROR",
            "--credentialFactoryClass=" + NoopCredentialFactory.class.getName(),
            "--pathValidatorClass=" + NoopPathValidator.class.getName(),
            "--stagerClass=" + KeepingStager.class.getName(),
            "--filesToStage=" + Path.of("pom.xml").toAbsolutePath(),
            "--postgresUrl=postgresql://me@db.example/shop?sslmode=verify-full",
            "--postgresPassword=" + password,
            "--dataset=project-1.shop"));
  }

  private static String describe(Coder<?> coder) {
    List<String> arguments = new ArrayList<>();
    coder.getCoderArguments().forEach(argument -> arguments.add(describe(argument)));
    String name = coder.getClass().getSimpleName();
    return arguments.isEmpty() ? name : name + arguments;
  }
}
