package io.walbeam.sink.bigquery;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.row.DestinationTable;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TableOwnerTest {
  private static final String ORDERS =
      "Current state of the PostgreSQL table \"public\".\"orders\", kept by walbeam.";

  @Test
  void theDescriptionsOfCurrentStateAndChangelogTell() {
    assertThat(TableOwner.of(ORDERS)).contains("\"public\".\"orders\"");
    assertThat(
            TableOwner.of(
                "Changes of the PostgreSQL table \"s\".\"a, kept by\n"
                    + "\"\"b\", kept by walbeam. More."))
        .contains("\"s\".\"a, kept by\n\"\"b\"");
    assertThat(TableOwner.of("Orders of our shop")).isEmpty();
    assertThat(TableOwner.of(null)).isEmpty();
  }

  @Test
  void onlyATableThatIsKnownToBeAnothersIsTaken() {
    DestinationTable wanted =
        new DestinationTable("orders", List.of(), List.of("id"), List.of(), ORDERS, "");
    assertThat(TableOwner.other(TableOwner.of(ORDERS), wanted)).isEmpty();
    assertThat(TableOwner.other(TableOwner.of(ORDERS + " Number 2"), wanted)).isEmpty();
    assertThat(TableOwner.other(Optional.empty(), wanted)).isEmpty();
    assertThat(TableOwner.other(Optional.of("\"sales\".\"orders\""), wanted))
        .hasValueSatisfying(
            another ->
                assertThat(another.message())
                    .isEqualTo(
                        "The tables \"sales\".\"orders\" and \"public\".\"orders\" would both be"
                            + " written to orders, which belongs to the first."));
  }
}
