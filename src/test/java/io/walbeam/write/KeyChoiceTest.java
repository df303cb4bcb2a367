package io.walbeam.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.TableId;
import io.walbeam.postgres.UniqueIndex;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class KeyChoiceTest {
  private static final UniqueIndex PRIMARY =
      new UniqueIndex(List.of("id"), true, false, false, false);

  /** Of a column that the stream leaves out. */
  private static final UniqueIndex GENERATED =
      new UniqueIndex(List.of("id", "hidden"), true, false, false, true);

  private static final UniqueIndex OTHER =
      new UniqueIndex(List.of("a"), false, false, false, false);

  @Test
  void theDescriptionTellsWhereItFlagsTheWholeIdentity() {
    assertThat(KeyChoice.of(flagged("id"), List.of(PRIMARY, OTHER))).isEmpty();
    assertThat(KeyChoice.of(flagged("id"), List.of())).as("the table is gone").isEmpty();
  }

  @Test
  void theDescriptionTellsOfRowsFromBeforeAColumnOfTheKeyWasRenamed() {
    UniqueIndex renamed = new UniqueIndex(List.of("ident"), true, false, false, false);
    assertThat(KeyChoice.of(flagged("id"), List.of(renamed))).isEmpty();
    UniqueIndex halfRenamed = new UniqueIndex(List.of("id", "ident"), true, false, false, false);
    assertThat(KeyChoice.of(flagged("id", "a"), List.of(halfRenamed))).isEmpty();
  }

  @Test
  void aKeyThatIsNotSentAsAWholeIsNoneUnlessItsRestIsUnique() {
    assertThat(KeyChoice.of(flagged("id"), List.of(GENERATED, OTHER)))
        .containsExactly("id", "hidden");
    UniqueIndex rest = new UniqueIndex(List.of("id"), false, false, false, false);
    assertThat(KeyChoice.of(flagged("id"), List.of(GENERATED, rest))).isEmpty();
    UniqueIndex nullable = new UniqueIndex(List.of("id"), false, false, true, false);
    assertThat(KeyChoice.of(flagged("id"), List.of(GENERATED, nullable))).hasSize(2);
  }

  @Test
  void fullAndNothingGoByThePrimaryKeyOrInItsPlaceByAnotherUniqueIndex() {
    for (ReplicaIdentity identity : List.of(ReplicaIdentity.FULL, ReplicaIdentity.NOTHING)) {
      Relation relation = relation(identity, Set.of());
      assertThat(KeyChoice.of(relation, List.of(OTHER, PRIMARY))).containsExactly("id");
      assertThat(KeyChoice.of(relation, List.of(GENERATED, OTHER))).containsExactly("a");
      assertThat(KeyChoice.of(relation, List.of(GENERATED))).containsExactly("id", "hidden");
      assertThat(KeyChoice.of(relation, List.of(OTHER))).as("no primary key").isEmpty();
    }
  }

  @Test
  void aKeyWithColumnsThatADescriptionLacksIsYoungerUnlessTheyAreLeftOut() {
    UniqueIndex renamed = new UniqueIndex(List.of("ident"), true, false, false, false);
    UniqueIndex unsent = new UniqueIndex(List.of("id", "hidden"), true, false, false, true);
    for (ReplicaIdentity identity : List.of(ReplicaIdentity.FULL, ReplicaIdentity.NOTHING)) {
      Relation relation = relation(identity, Set.of());
      assertThat(KeyChoice.isOlder(relation, List.of(OTHER, renamed))).isTrue();
      assertThat(KeyChoice.isOlder(relation, List.of(unsent))).isFalse();
      assertThat(KeyChoice.isOlder(relation, List.of(PRIMARY))).isFalse();
      assertThat(KeyChoice.isOlder(relation, List.of(OTHER))).isFalse();
    }
    assertThat(KeyChoice.isOlder(flagged("id"), List.of(renamed))).as("it tells").isFalse();
  }

  private static Relation flagged(String... names) {
    return relation(ReplicaIdentity.DEFAULT, Set.of(names));
  }

  private static Relation relation(ReplicaIdentity identity, Set<String> flagged) {
    return new Relation(
        1,
        new TableId("public", "t"),
        identity,
        Stream.of("id", "a", "b")
            .map(name -> new RelationColumn(name, 25, -1, flagged.contains(name)))
            .toList());
  }
}
