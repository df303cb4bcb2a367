package io.walbeam.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.doctor.CheckReport;
import io.walbeam.doctor.Finding;
import io.walbeam.doctor.Severity;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Everything for people fits their terminal, and what they copy from it works. */
class FoldingTest {
  private static final int COLUMNS = 40;

  private static String sql(String statement) {
    StringBuilder text = new StringBuilder();
    new Folding(COLUMNS).foldSql(text, "> ", "    ", statement);
    return text.toString();
  }

  private static CheckReport report(String remedy) {
    return new CheckReport(
        List.of(),
        List.of(new Finding(Severity.ACT, "some", "Something is in the way.", remedy, "a fact")),
        List.of());
  }

  private static String text(CheckReport report) {
    return new ReportText(new Folding(COLUMNS), new Folding(COLUMNS)).text(report);
  }

  @Test
  void aStatementIsFoldedBetweenItsWordsAndNoQuotedNameIsTakenApart() {
    assertThat(sql("ALTER TABLE \"public\".\"a name of many words\" REPLICA IDENTITY FULL;"))
        .isEqualTo(
            "> ALTER TABLE\n    \"public\".\"a name of many words\"\n    REPLICA IDENTITY FULL;\n");
  }

  @Test
  void aListWithoutBlanksIsFoldedBehindItsCommas() {
    StringBuilder text = new StringBuilder();
    new Folding(COLUMNS)
        .fold(text, "  ", "--excludeTables=public.first,public.second,public.third");
    assertThat(text.toString())
        .isEqualTo("  --excludeTables=public.first,\n  public.second,public.third\n");
  }

  @Test
  void withoutATerminalNothingIsFolded() {
    StringBuilder text = new StringBuilder();
    Folding.none().fold(text, "", "word ".repeat(100) + "end");
    assertThat(text.toString()).hasSize(504);
    assertThat(Terminal.folding(Map.of("COLUMNS", "60"))).isNotNull();
  }

  @Test
  void aReportFitsTheTerminalWithAStatementALineAndSaysHowManyItLeftOut() {
    String remedy =
        IntStream.range(0, 1_000)
            .mapToObj(n -> "ALTER TABLE \"public\".\"t" + n + "\" REPLICA IDENTITY FULL;")
            .collect(Collectors.joining(" "));
    String text = text(report(remedy));
    assertThat(text.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(COLUMNS));
    assertThat(text.lines().filter(line -> line.contains("> ALTER"))).hasSize(20);
    assertThat(text).contains("and 980 more statements");
    assertThat(ReportText.json(report(remedy))).contains("t999");
  }

  @Test
  void aLineForAShellIsNotFolded() {
    String command = "bq update --default_table_expiration 0 project:dataset";
    assertThat(text(report(command))).contains("> " + command + "\n");
  }

  @Test
  void aFailureFitsTheTerminal() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    Failures.report(
        new WalbeamException(
            FailureKind.OPERATOR,
            "Nothing can listen at a place that is long to say.",
            "Give another address with --http, or end what listens there."),
        false,
        new Folding(COLUMNS),
        new PrintStream(printed, true, StandardCharsets.UTF_8));
    assertThat(printed.toString(StandardCharsets.UTF_8).lines())
        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(COLUMNS))
        .first()
        .asString()
        .startsWith("walbeam: Nothing");
  }

  @Test
  void whatACommandSaysKeepsItsIndentation() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    Lines lines =
        new Lines(new PrintStream(printed, true, StandardCharsets.UTF_8), new Folding(COLUMNS));
    lines.print(
        "public.a: 3 rows, 1 changed\n  changed {\"id\":\"1\"} in first, second, third, fourth\n");
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            """
            public.a: 3 rows, 1 changed
              changed {"id":"1"} in first, second,
                  third, fourth
            """);
  }
}
