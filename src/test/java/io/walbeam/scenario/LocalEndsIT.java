package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.TableId;
import io.walbeam.local.demo.Difference;
import io.walbeam.local.demo.LocalEnds;
import io.walbeam.local.demo.ShopSchema;
import io.walbeam.local.demo.ShopWorkload;
import io.walbeam.local.demo.StandIn;
import io.walbeam.local.demo.TableComparison;
import java.nio.file.Path;
import java.sql.Connection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalEndsIT {
  @Test
  void withoutAPipelineNothingIsEqualEvenAfterTheStandInWasKilled(@TempDir Path directory)
      throws Exception {
    try (LocalEnds ends = LocalEnds.start(Scenario.installation(), directory, StandIn::storing);
        Connection connection = ends.source().connect(ShopSchema.DATABASE)) {
      TableId customers = new TableId("public", "customers");
      assertThat(TableComparison.compare(connection, ends.destination(), customers).equal())
          .as("both sides without rows")
          .isTrue();
      connection.setAutoCommit(false);
      new ShopWorkload(1).transaction(connection);
      assertThat(ends.destination().tables()).isEmpty();
      String endpoint = ends.standIn().endpoint();
      ends.standIn().killAndRestart();
      assertThat(ends.standIn().endpoint()).isEqualTo(endpoint);
      assertThat(ends.destination().tables()).as("the dataset is still there").isEmpty();
      assertThat(ends.destination().deadLetters()).isEmpty();
      assertThat(ends.destination().state(LocalEnds.SLOT)).isEmpty();
      assertThat(TableComparison.compare(connection, ends.destination(), customers).differences())
          .extracting(Difference::kind)
          .containsExactly(Difference.Kind.NO_TABLE);
    }
  }
}
