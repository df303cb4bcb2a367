package io.walbeam.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.dump.DumpsOverview;
import io.walbeam.job.MissingChanges;
import io.walbeam.job.RunProgress;
import io.walbeam.local.demo.Await;
import io.walbeam.sink.Stalls;
import io.walbeam.source.SessionLag;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private StatusLine status(boolean terminal) {
    return new StatusLine(
        terminal,
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  private static RunProgress progress(long changes, Stalls.Stall... stalls) {
    return progress(changes, DumpsOverview.NONE, stalls);
  }

  private static RunProgress progress(long changes, DumpsOverview dumps, Stalls.Stall... stalls) {
    SessionLag lag = new SessionLag(20L << 20, 7, 0, 0, 2, 1, 0);
    return new RunProgress(changes, 3, lag, List.of(stalls), dumps, MissingChanges.NONE);
  }

  private static Stalls.Stall stall(String reason) {
    return new Stalls.Stall("public_t", reason, Instant.EPOCH, false);
  }

  @Test
  void theLineSaysWhatChangesAndWhatIsBehind() {
    ProgressLine line = new ProgressLine(0);
    assertThat(line.forLog(progress(5_000), TimeUnit.SECONDS.toNanos(2)))
        .isEqualTo("5,000 changes, 2,500/s, lag 20 MB 7 s, dead letters 3, stalls 0");
    assertThat(line.forLog(progress(5_000), TimeUnit.SECONDS.toNanos(3))).contains(" 0/s,");
  }

  @Test
  void theLineSaysHowFarDumpsAreUntilTheyAreOver() {
    assertThat(
            new ProgressLine(0)
                .forLog(
                    progress(1, new DumpsOverview(3, 7, 40, 1_200_000, 9, OptionalLong.of(8_000))),
                    1_000_000_000))
        .endsWith("stalls 0, dumps 3 of 10 tables 1,200,000 rows, about 2 h 13 min left");
    assertThat(
            new ProgressLine(0)
                .forLog(
                    progress(1, new DumpsOverview(0, 1, 0, 0, 0, OptionalLong.empty())),
                    1_000_000_000))
        .endsWith("dumps 0 of 1 tables 0 rows");
    assertThat(ProgressLine.duration(119)).isEqualTo("119 s");
    assertThat(ProgressLine.duration(7_199)).isEqualTo("119 min");
  }

  @Test
  void aStallIsNamedWithItsTableAndReason() {
    assertThat(new ProgressLine(0).forLog(progress(1, stall("no permission")), 1_000_000_000))
        .endsWith("stalls 1 (public_t waits: no permission)");
  }

  @Test
  void aTableThatWasLetGoCountsThoughItHoldsNothingUp() {
    RunProgress now = progress(1, stall("no permission"));
    MissingChanges missing = new MissingChanges(Map.of("public.t", "No grant."), 1_300);
    assertThat(text(now, now.stalls(), missing))
        .endsWith("stalls 1, let go 1, missing changes 1,300 (public_t waits: no permission)");
    assertThat(text(now, List.of(), missing))
        .endsWith("stalls 0, let go 1, missing changes 1,300 (public.t was let go: No grant.)");
  }

  private static String text(RunProgress now, List<Stalls.Stall> stalls, MissingChanges missing) {
    RunProgress with =
        new RunProgress(now.changes(), now.deadLetters(), now.lag(), stalls, now.dumps(), missing);
    return new ProgressLine(0).forLog(with, 1_000_000_000);
  }

  @Test
  void aTerminalLineNeverWrapsAndUsesTheWholeWidth() {
    for (int columns : new int[] {60, 80, 200}) {
      String line =
          new ProgressLine(0)
              .forTerminal(progress(1, stall("x".repeat(200))), 1_000_000_000, columns);
      assertThat(line).hasSize(columns - 1).endsWith("~");
    }
    String fits = new ProgressLine(0).forLog(progress(1), 1_000_000_000);
    assertThat(new ProgressLine(0).forTerminal(progress(1), 1_000_000_000, fits.length() + 1))
        .isEqualTo(fits);
  }

  @Test
  void onATerminalMessagesStandAboveTheLineThatIsWrittenAgain() {
    StatusLine status = status(true);
    status.show("one");
    status.show("two");
    status.message("WARN something\n");
    status.clear();
    String clear = "\r\u001b[K";
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo(clear + "one" + clear + "two" + clear + "two" + clear);
    assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("WARN something\n");
  }

  @Test
  void withoutATerminalNothingIsWrittenAgain() {
    StatusLine status = status(false);
    status.show("one");
    status.message("INFO something\n");
    status.clear();
    assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
    assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("INFO something\n");
  }

  @Test
  void theReporterGoesOnWhileNothingElseDoesAndLeavesTheTerminalClean() throws Exception {
    ProgressReporter reporter =
        ProgressReporter.start(status(true), () -> progress(9), Duration.ofMillis(1));
    Await.until(
        "two lines", () -> out.toString(StandardCharsets.UTF_8).split("9 changes", -1).length > 2);
    reporter.close();
    assertThat(out.toString(StandardCharsets.UTF_8)).endsWith("\r\u001b[K");
  }

  @Test
  void tracesKeepOurSentencesAndWithholdForeignOnes() {
    Exception foreign = new IllegalStateException("Key (id)=(4711) exists");
    Exception ours =
        new io.walbeam.failure.WalbeamException(
            io.walbeam.failure.FailureKind.BUG, "It failed.", "Report it.", foreign);
    String trace = Traces.of(new RuntimeException(ours));
    assertThat(trace)
        .contains("It failed.", "IllegalStateException", "\tat io.walbeam.command.ProgressTest")
        .doesNotContain("4711");
  }
}
