package io.walbeam.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.TableId;
import io.walbeam.sink.SchemaChange;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class CapturedStatementTest {
  private static List<SchemaChange> read(String content) {
    return CapturedStatement.read(
        "slot", new ChangePosition(2, 100, 90, 0), 7, content.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void eachTableOfAStatementIsARowAtTheStatementsPlace() {
    List<SchemaChange> rows =
        read(
            "{\"tag\":\"ALTER TYPE\",\"tables\":[[\"public\",\"t\"],[\"s\",\"Odd \\\"name\"],"
                + "[\"public\",\"t\"]],\"statement\":\"ALTER TYPE x\"}");
    assertThat(rows)
        .extracting(SchemaChange::table)
        .containsExactly(new TableId("public", "t"), new TableId("s", "Odd \"name"));
    assertThat(rows)
        .allSatisfy(
            row -> {
              assertThat(row.position()).isEqualTo(90);
              assertThat(row.epoch()).isEqualTo(2);
              assertThat(row.change()).isEqualTo("ALTER TYPE");
              assertThat(row.statement()).isEqualTo("ALTER TYPE x");
              assertThat(row.done()).isEqualTo(SchemaChange.Done.CAPTURED);
            });
  }

  @Test
  void whatSomebodyElseWroteIsLeftOutOrCut() {
    for (String content :
        List.of("", "x", "[]", "{}", "{\"tables\":1}", "{\"tables\":[1,[2,3],[\"a\"]]}", "{}{}")) {
      assertThat(read(content)).as(content).isEmpty();
    }
    String many = "[\"public\",\"%d\"]";
    StringBuilder tables = new StringBuilder(many.formatted(0));
    for (int i = 1; i < 1000; i++) {
      tables.append(',').append(many.formatted(i));
    }
    List<SchemaChange> rows =
        read(
            "{\"tables\":["
                + tables
                + "],\"statement\":\""
                + "x".repeat(9_999)
                + "\uD83D\uDE00\",\"tag\":\""
                + "t".repeat(500)
                + "\"}");
    assertThat(rows).hasSize(100);
    assertThat(rows.get(0).statement()).isEqualTo("x".repeat(9_999));
    assertThat(rows.get(0).change()).hasSize(100);
  }
}
