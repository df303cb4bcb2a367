package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.ChildProcess;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemoIT {
  private static final Pattern ADDRESS = Pattern.compile("localhost:([0-9]+)");

  /** Of all processes of a demo that lasts for seconds; the launcher says that it has read them. */
  private static final Map<String, String> SHORT_LIVED =
      Map.of("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");

  private static final String READ_THEM = "NOTE: Picked up JDK_JAVA_OPTIONS: ";

  /** A line of the progress table. */
  private static final Pattern PROGRESS = Pattern.compile("(?m)^ +[0-9]+ s +[0-9]");

  @Test
  void theDemoEndsByItselfAndFindsBothSidesEqual(@TempDir Path directory) throws Exception {
    try (ChildProcess demo = demo(directory, "--seconds=4", "--rate=300")) {
      assertThat(demo.exitCode(Scenario.DEADLINE))
          .as("%s%n%s", demo.output(), demo.errors())
          .isZero();
      assertThat(demo.output())
          .contains("EQUAL: every table is the same on both sides")
          .contains("Dead letters\n  public.orders")
          .doesNotContain("NOT EQUAL");
      assertThat(demo.errors().lines()).allMatch(line -> line.startsWith(READ_THEM));
      assertNothingListens(demo.output());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "pubsub"})
  void whatWasWrittenElsewhereReplayedIsEveryTableToo(String to, @TempDir Path directory)
      throws Exception {
    try (ChildProcess demo = demo(directory, "--seconds=3", "--rate=300", "--to=" + to)) {
      assertThat(demo.exitCode(Scenario.DEADLINE))
          .as("%s%n%s", demo.output(), demo.errors())
          .isZero();
      assertThat(demo.output())
          .contains("EQUAL: the changes, replayed, are every table as it is.")
          .contains("No dead letters")
          .doesNotContain("NOT EQUAL");
      assertThat(demo.errors().lines()).allMatch(line -> line.startsWith(READ_THEM));
    }
  }

  @Test
  void anInterruptedDemoLeavesNoProcess(@TempDir Path directory) throws Exception {
    try (ChildProcess demo = demo(directory, "--seconds=600")) {
      Await.until(
          "rows change",
          Scenario.DEADLINE,
          () -> {
            assertThat(demo.isAlive()).as(demo.errors()).isTrue();
            return PROGRESS.matcher(demo.output()).find();
          });
      List<ProcessHandle> children =
          ProcessHandle.of(demo.pid()).orElseThrow().descendants().toList();
      assertThat(children).hasSizeGreaterThanOrEqualTo(2);
      demo.terminate();
      demo.exitCode(Scenario.DEADLINE);
      for (ProcessHandle child : children) {
        child.onExit().get();
      }
      assertNothingListens(demo.output());
    }
  }

  @Test
  void aWrongCommandLineIsRefusedWithEveryProblem(@TempDir Path directory) throws Exception {
    try (ChildProcess demo = demo(directory, "--seconds=0", "--rate=x", "--colour=blue")) {
      assertThat(demo.exitCode(Scenario.DEADLINE)).isEqualTo(2);
      assertThat(demo.errors()).contains("--seconds takes", "--rate takes", "no option --colour");
    }
  }

  private static ChildProcess demo(Path directory, String... options) throws IOException {
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of(
            ChildProcess.java(), "-jar", Scenario.installation().localJar().toString(), "demo"));
    command.addAll(List.of(options));
    return ChildProcess.start("demo", directory, command, SHORT_LIVED);
  }

  private static void assertNothingListens(String output) {
    List<Integer> ports =
        ADDRESS
            .matcher(output)
            .results()
            .map(match -> Integer.parseInt(match.group(1)))
            .distinct()
            .toList();
    assertThat(ports).hasSize(2).noneMatch(DemoIT::listens);
  }

  private static boolean listens(int port) {
    try (Socket socket = new Socket("localhost", port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }
}
