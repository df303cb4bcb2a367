package io.walbeam.row;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.Operation;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ContextMappingTest {
  @Test
  void jsonIsKeptAsItIs() {
    for (String json :
        List.of("{\"user\": 7}", "[]", "\"text\"", "12", " null ", "{\"a\":{\"b\":[1]}}")) {
      assertThat(json(json)).isEqualTo(json);
    }
  }

  @Test
  void whatIsNoJsonIsKeptAsAString() {
    assertThat(json("user 7")).isEqualTo("\"user 7\"");
    assertThat(json("")).isEqualTo("\"\"");
    assertThat(json("{\"a\":1")).isEqualTo("\"{\\\"a\\\":1\"");
    assertThat(json("{} {}")).isEqualTo("\"{} {}\"");
    assertThat(json("NaN")).isEqualTo("\"NaN\"");
    assertThat(ContextMapping.json(new byte[] {(byte) 0xFF}, 0, 1))
        .isEqualTo("\"\uFFFD\"".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void jsonThatBigQueryWouldRoundOrRefuseIsKeptAsAString() {
    assertThat(json("{\"n\":0.12345678901234567890}")).startsWith("\"{");
    assertThat(json("[".repeat(501) + "]".repeat(501))).startsWith("\"[");
    assertThat(json("[".repeat(500) + "]".repeat(500))).startsWith("[");
  }

  @Test
  void whatIsTooLongIsCutAndSoAString() {
    String long1 = "\"" + "x".repeat(ContextMapping.MOST_CONTENT) + "\"";
    assertThat(json(long1)).hasSize(ContextMapping.MOST_CONTENT + 3).startsWith("\"\\\"xxx");
  }

  @Test
  void onlyWhatIsSmallIsAttachedToEachChangeAndAnEarlierContextNoLongerHolds() {
    RowMeta meta = new RowMeta().transaction(1, 2, 3, 4);
    ContextMapping.attach("{}".getBytes(StandardCharsets.UTF_8), meta);
    assertThat(meta.context()).isNotNull();
    ContextMapping.attach(new byte[ContextMapping.MOST_ATTACHED + 1], meta);
    assertThat(meta.context()).isNull();
  }

  @Test
  void aMessageIsARowThatNamesItsTransaction() {
    RowMeta meta = new RowMeta().transaction(1, 0x20, 99, 77).change(0x10, 2, Operation.READ);
    ContextMapping mapping =
        new ContextMapping(
            new MappingSettings(
                TableNameTemplate.DEFAULT,
                "",
                WriteMode.BOTH,
                "shop",
                StructureMode.JSON,
                List.of("a", "b")));
    EncodedRow row =
        mapping.encode("a", "{}".getBytes(StandardCharsets.UTF_8), meta, new RowBuffer());
    String position = new ChangePosition(1, 0x20, 0x10, 2).toSequenceNumber();
    assertThat(new ProtoRows(ContextMapping.DESTINATION).read(row))
        .isEqualTo(
            Map.of(
                "commit_position", "0000000000000001/0000000000000020",
                "position", position,
                "database", "shop",
                "commit_time", 99L,
                "transaction_id", 77L,
                "prefix", "a",
                "content", "{}"));
    assertThat(position).startsWith("0000000000000001/0000000000000020/");
    assertThat(mapping.wants("b")).isTrue();
    assertThat(mapping.wants("c")).isFalse();
  }

  private static String json(String content) {
    byte[] bytes = ("xx" + content).getBytes(StandardCharsets.UTF_8);
    return new String(ContextMapping.json(bytes, 2, bytes.length - 2), StandardCharsets.UTF_8);
  }
}
