package io.walbeam.postgres.pgoutput;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.TableId;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class RelationMessageTest {
  private static final Relation RELATION =
      new Relation(
          0x4001,
          new TableId("public", "t"),
          ReplicaIdentity.FULL,
          List.of(new RelationColumn("id", 23, -1, true), new RelationColumn("é", 25, 9, false)));

  @Test
  void theBytesAreThoseOfThePlugin() {
    assertThat(HexFormat.of().formatHex(RelationMessage.of(RELATION)))
        .isEqualTo(
            "52"
                + "00004001"
                + "7075626c696300"
                + "7400"
                + "66"
                + "0002"
                + "01"
                + "696400"
                + "00000017"
                + "ffffffff"
                + "00"
                + "c3a900"
                + "00000019"
                + "00000009");
  }
}
