package io.walbeam.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.TableId;
import io.walbeam.postgres.TableShape;
import io.walbeam.postgres.TableShape.Column;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BetweenLooksTest {
  private static final TableId TABLE = new TableId("public", "t");
  private static final int INT = 23;
  private static final int TEXT = 25;
  private static final Map<String, Integer> TYPES = Map.of("id", INT, "a", TEXT, "g", INT);
  private static final TableShape SHAPE = shape("id");

  /** Where it was known as it is. */
  private static final long KNOWN = 100;

  private static TableShape shape(String... key) {
    return new TableShape(
        TABLE,
        7,
        List.of(
            new Column(1, "id", "integer", 10, true, false, false),
            new Column(2, "a", "text", 10, true, false, false),
            new Column(3, "g", "integer", 10, true, false, true)),
        List.of(key),
        "d",
        "p",
        Map.of(),
        Map.of(),
        0);
  }

  private static Optional<Long> last(TableShape before, TableShape now, Relation... described) {
    Map<DescribedTable, Long> all = new HashMap<>();
    for (int i = 0; i < described.length; i++) {
      all.put(DescribedTable.of(described[i]), KNOWN + 1 + i);
    }
    return BetweenLooks.last(all, KNOWN, before, now, TYPES);
  }

  private static Relation relation(TableId table, ReplicaIdentity identity, int type, String key) {
    return new Relation(
        7,
        table,
        identity,
        List.of(
            new RelationColumn("id", INT, -1, key.contains("id")),
            new RelationColumn("a", type, -1, key.contains("a"))));
  }

  private static Relation keyed(String key) {
    return relation(TABLE, ReplicaIdentity.DEFAULT, TEXT, key);
  }

  @Test
  void whatIsAsTheCatalogueHasItIsExpected() {
    assertThat(last(SHAPE, SHAPE, keyed("id"))).isEmpty();
    assertThat(last(shape("id", "g"), shape("id", "g"), keyed("id")))
        .as("a generated column of the key is not sent")
        .isEmpty();
    assertThat(last(SHAPE, SHAPE, relation(TABLE, ReplicaIdentity.FULL, TEXT, "id a"))).isEmpty();
    assertThat(last(SHAPE, SHAPE, relation(TABLE, ReplicaIdentity.NOTHING, TEXT, ""))).isEmpty();
  }

  @Test
  void anotherNameOrKeyOrTypeInBetweenIsNotAndTheLastCommitCounts() {
    TableId other = new TableId("public", "x");
    assertThat(last(SHAPE, SHAPE, relation(other, ReplicaIdentity.DEFAULT, TEXT, "id")))
        .isPresent();
    assertThat(last(SHAPE, SHAPE, keyed("id a"))).isPresent();
    assertThat(last(SHAPE, SHAPE, keyed(""))).as("for a while without a key").isPresent();
    assertThat(last(SHAPE, SHAPE, relation(TABLE, ReplicaIdentity.DEFAULT, INT, "id"))).isPresent();
    assertThat(last(SHAPE, SHAPE, keyed("a"), keyed("id"), keyed("id a"))).hasValue(KNOWN + 3);
  }

  @Test
  void whatBothLooksTellApartIsTheirAffair() {
    assertThat(last(shape("a"), SHAPE, keyed("a"))).isEmpty();
    assertThat(last(shape(), shape(), keyed("id"))).as("there is no key").isEmpty();
  }

  @Test
  void whatWasCommittedBeforeTheTableWasKnownSaysNothing() {
    Map<DescribedTable, Long> old = Map.of(DescribedTable.of(keyed("a")), KNOWN);
    assertThat(BetweenLooks.last(old, KNOWN, SHAPE, SHAPE, TYPES)).isEmpty();
  }
}
