package io.walbeam.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.Operation;
import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.TableId;
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import io.walbeam.row.KeyColumns;
import io.walbeam.row.MappingSettings;
import io.walbeam.row.ProtoRows;
import io.walbeam.row.TableMapping;
import io.walbeam.row.TableNameTemplate;
import io.walbeam.sink.NothingOutdated;
import io.walbeam.sink.RejectedRow;
import io.walbeam.sink.Stalls;
import io.walbeam.sink.TableSink;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PurgeTest {
  /** The key's columns are not the first, and another lies between them. */
  private static final Relation RELATION =
      new Relation(
          1,
          new TableId("public", "t"),
          ReplicaIdentity.DEFAULT,
          List.of(
              new RelationColumn("v", 25, -1, false),
              new RelationColumn("a", 25, -1, true),
              new RelationColumn("w", 25, -1, false),
              new RelationColumn("b", 20, -1, true)));

  static final TableMapping MAPPING =
      TableMapping.compile(
          RELATION,
          KeyColumns.of(RELATION, Optional.empty()),
          Map.of(),
          new MappingSettings(TableNameTemplate.DEFAULT, "PT10M"));

  private static final ChangePosition BELOW = new ChangePosition(1, 500, 0, 1);
  private static final ChangePosition AT = new ChangePosition(1, 500, 0, 0);

  private final Answers answers = new Answers();
  private final Deletes deletes = new Deletes();
  private final Purge purge = new Purge(answers, deletes, new Stalls());

  private static Purge.Order order(long limit) {
    return new Purge.Order(MAPPING, BELOW, AT, 0, Operation.DELETE, limit);
  }

  @Test
  void everyKeyThatIsFoundIsDeletedAtAPositionBelowWhatMayStay() throws Exception {
    answers.shows(List.of(List.of("x", "1"), List.of("y", "2")));
    answers.shows(List.of());
    assertThat(purge.run(order(Long.MAX_VALUE))).isEqualTo(2);
    assertThat(deletes.rows)
        .allSatisfy(
            row -> {
              assertThat(row).containsEntry("_CHANGE_TYPE", "DELETE");
              assertThat(row).containsEntry("_CHANGE_SEQUENCE_NUMBER", AT.toSequenceNumber());
              assertThat(row).doesNotContainKeys("v", "w");
            });
    assertThat(deletes.rows)
        .extracting(row -> row.get("a") + "/" + row.get("b"))
        .containsExactly("x/1", "y/2");
  }

  @Test
  void whatAnOlderAnswerHidIsAskedForAgainUntilNothingIsLeft() throws Exception {
    answers.shows(List.of(List.of("x", "1")));
    answers.shows(List.of(List.of("hidden", "2")));
    answers.shows(List.of());
    assertThat(purge.run(order(1))).as("the limit is for the first answer").isEqualTo(2);
    assertThat(deletes.rows).hasSize(2);
  }

  @Test
  void nothingIsDeletedWhereMoreIsToGoThanTheLimit() {
    answers.shows(List.of(List.of("x", "1"), List.of("y", "2")));
    assertThatThrownBy(() -> purge.run(order(1)))
        .isInstanceOf(WalbeamException.class)
        .hasMessageContaining("2 rows to delete");
    assertThat(deletes.rows).isEmpty();
  }

  @Test
  void aTableThatDoesNotExistHasNothingToDelete() throws Exception {
    answers.exists = false;
    assertThat(purge.run(order(0))).isZero();
  }

  @Test
  void aKeyThatPostgresCannotHaveHadIsNamedByItsTableOnly() {
    answers.shows(List.of(List.of("secret", "no number")));
    assertThatThrownBy(() -> purge.run(order(10)))
        .isInstanceOfSatisfying(
            WalbeamException.class,
            e -> assertThat(e.describe()).contains("public_t").doesNotContain("no number"));
  }

  /** What queries show, one after the other. */
  private static final class Answers extends NothingOutdated {
    private final Deque<List<List<String>>> keys = new ArrayDeque<>();
    private boolean exists = true;

    void shows(List<List<String>> some) {
      keys.add(some);
    }

    @Override
    public boolean existedBefore(DestinationTable table, long micros) {
      return exists;
    }

    @Override
    public long count(DestinationTable table, ChangePosition below) {
      assertThat(below).isEqualTo(BELOW);
      return keys.element().size();
    }

    @Override
    public void keys(DestinationTable table, ChangePosition below, Keys taken)
        throws InterruptedException {
      taken.take(keys.remove());
    }
  }

  /** Rows that arrive, decoded. */
  static final class Deletes implements TableSink {
    private final List<Map<String, Object>> rows = new ArrayList<>();

    @Override
    public List<RejectedRow> write(DestinationTable table, List<EncodedRow> encoded) {
      ProtoRows reader = new ProtoRows(table);
      encoded.forEach(row -> rows.add(reader.read(row)));
      return List.of();
    }

    @Override
    public void close() {}
  }
}
