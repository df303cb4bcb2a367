package io.walbeam.row;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.change.TableId;
import io.walbeam.failure.WalbeamException;
import java.util.List;
import org.junit.jupiter.api.Test;

class NamesTest {
  @Test
  void validColumnNamesAreKeptWhateverTheyMeanElsewhere() {
    List<String> names = List.of("id", "f", "order", "CamelCase", "_private", "a1");

    assertThat(ColumnNames.of(names, "_walbeam")).isEqualTo(names);
  }

  @Test
  void otherColumnNamesAreMadeValid() {
    assertThat(
            ColumnNames.of(
                List.of(
                    "first name",
                    "1st",
                    "Weird \"Name",
                    "caf\u00E9",
                    "\uD83D\uDE00",
                    "_TABLE_x",
                    "_partitiondate",
                    "_change_type"),
                "_walbeam"))
        .containsExactly(
            "first_name",
            "_1st",
            "Weird__Name",
            "caf_",
            "_",
            "c_TABLE_x",
            "c_partitiondate",
            "c_change_type");
  }

  @Test
  void laterOfTwoEqualNamesGetsASuffixOfItsOwn() {
    assertThat(ColumnNames.of(List.of("a b", "a_b", "A_B", "_walbeam", "_WALBEAM"), "_walbeam"))
        .containsExactly(
            "a_b", "a_b_28cb39ea", "A_B_2be85fc2", "_walbeam_cf57e755", "_WALBEAM_f012194f");
  }

  @Test
  void tableNamesFollowTheTemplate() {
    TableId weird = new TableId("Sales-EU", "Weird \"\"Name");

    assertThat(TableNameTemplate.DEFAULT.nameOf(weird)).isEqualTo("Sales_EU_Weird___Name");
    assertThat(new TableNameTemplate("raw_{table}").nameOf(weird)).isEqualTo("raw_Weird___Name");
    assertThat(new TableNameTemplate("{table}").nameOf(new TableId("s", "_walbeam_state")))
        .isEqualTo("t_walbeam_state");
  }

  @Test
  void templatesThatCannotNameATableAreRefusedWithTheRemedy() {
    for (String text :
        List.of("", "{schema}", "{table}-x", "{Table}", "{table}{", "x".repeat(600))) {
      assertThatThrownBy(() -> new TableNameTemplate(text))
          .isInstanceOfSatisfying(
              WalbeamException.class, e -> assertThat(e.remedy()).contains("{table}"));
    }
  }
}
