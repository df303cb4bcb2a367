package io.walbeam.command;

import io.walbeam.doctor.StatusCheck;
import io.walbeam.doctor.StatusFacts;
import io.walbeam.doctor.StatusRules;
import io.walbeam.options.OptionsReader;
import io.walbeam.options.ReportOptions;
import io.walbeam.options.StatusOptions;
import io.walbeam.sink.Sink;
import java.io.PrintStream;
import java.time.Duration;

/** {@code status}: how a replication is, without the process of its job. */
final class StatusCommand {
  /** Each look asks BigQuery four small queries, and one more when dead letters came. */
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  /** To the upper left corner, and empty the screen (ECMA-48: CUP, ED). */
  private static final String CLEAR_SCREEN = "\u001b[H\u001b[2J";

  private StatusCommand() {}

  /** Prints the status and returns the exit code; with {@code --watch} until interrupted. */
  static int run(OptionsReader.Source source, StatusLine terminal, PrintStream out, int columns)
      throws InterruptedException {
    boolean json = source.options().as(ReportOptions.class).getFormat().equals("json");
    boolean watch = source.options().as(StatusOptions.class).isWatch();
    StatusCheck check = check(source);
    while (true) {
      StatusFacts facts = check.look();
      String text =
          json
              ? StatusText.json(facts, source.mapping().tableName())
              : new StatusText(columns, source.mapping().tableName()).text(facts);
      out.print(watch && !json && terminal.isTerminal() ? CLEAR_SCREEN + text : text);
      out.flush();
      if (!watch) {
        return StatusRules.findings(facts).stream()
            .mapToInt(finding -> finding.severity().exitCode())
            .max()
            .orElse(0);
      }
      Thread.sleep(INTERVAL.toMillis());
    }
  }

  private static StatusCheck check(OptionsReader.Source source) {
    LaterImages later = new LaterImages(source.mapping().tableName());
    return new StatusCheck(
        source.replication(),
        () -> {
          try (Sink sink = source.destination().open()) {
            sink.verify();
            String slot = source.replication().slot();
            return new StatusCheck.Recorded(
                sink.stateStore().read(slot),
                sink.dumpLedger().read(slot),
                later.of(sink.deadLetterCounts(), sink),
                sink.applied());
          }
        });
  }
}
