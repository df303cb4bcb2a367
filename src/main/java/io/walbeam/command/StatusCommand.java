package io.walbeam.command;

import io.walbeam.doctor.StatusCheck;
import io.walbeam.doctor.StatusFacts;
import io.walbeam.doctor.StatusRules;
import io.walbeam.failure.Pauses;
import io.walbeam.options.OptionsReader;
import io.walbeam.options.ReportOptions;
import io.walbeam.options.StatusOptions;
import io.walbeam.row.TableNameTemplate;
import io.walbeam.sink.Sink;
import java.io.PrintStream;
import java.time.Duration;
import java.util.function.Consumer;

/** {@code status}: how a replication is, without the process of its job. */
final class StatusCommand {
  /** Each look asks BigQuery four small queries, and one more when dead letters came. */
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  /** To the upper left corner, and empty the screen (ECMA-48: CUP, ED). */
  private static final String CLEAR_SCREEN = "\u001b[H\u001b[2J";

  private StatusCommand() {}

  /** One look at both ends. */
  @FunctionalInterface
  interface Look {
    StatusFacts now() throws InterruptedException;
  }

  /** Prints the status and returns the exit code; with {@code --watch} until interrupted. */
  static int run(OptionsReader.Source source, StatusLine terminal, PrintStream out, int columns)
      throws InterruptedException {
    boolean json = source.options().as(ReportOptions.class).getFormat().equals("json");
    boolean watch = source.options().as(StatusOptions.class).isWatch();
    String before = watch && !json && terminal.isTerminal() ? CLEAR_SCREEN : "";
    TableNameTemplate names = source.mapping().tableName();
    return follow(
        check(source)::look,
        watch,
        facts -> {
          out.print(
              before
                  + (json
                      ? StatusText.json(facts, names)
                      : new StatusText(columns, names).text(facts)));
          out.flush();
        },
        Pauses.UNTIL_INTERRUPTED);
  }

  /** Shows one look, or one after the other; returns the exit code that the last one means. */
  static int follow(Look look, boolean watch, Consumer<StatusFacts> screen, Pauses pauses)
      throws InterruptedException {
    StatusFacts facts;
    do {
      facts = look.now();
      screen.accept(facts);
    } while (watch && pauses.pause(INTERVAL));
    return StatusRules.findings(facts).stream()
        .mapToInt(finding -> finding.severity().exitCode())
        .max()
        .orElse(0);
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
