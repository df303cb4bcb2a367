package io.walbeam.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.CommittedTransaction;
import io.walbeam.change.Operation;
import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.TableId;
import io.walbeam.failure.ErrorClass;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.Refusal;
import io.walbeam.failure.Stage;
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.KeyColumns;
import io.walbeam.row.MappingSettings;
import io.walbeam.row.Route;
import io.walbeam.row.TableMapping;
import io.walbeam.row.TableNameTemplate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class MissedChangesTest {
  private static final Relation RELATION =
      new Relation(
          1,
          new TableId("public", "t"),
          ReplicaIdentity.DEFAULT,
          List.of(new RelationColumn("id", 23, -1, true)));

  private static final KeyColumns KEY = KeyColumns.of(RELATION, Optional.empty());

  private static final Route ROUTE =
      new Route(
          RELATION,
          KEY,
          TableMapping.compile(
              RELATION, KEY, Map.of(), new MappingSettings(TableNameTemplate.DEFAULT, "PT10M")),
          null);

  private final List<MissedChanges.Missed> ledger = new ArrayList<>();
  private final MissedChanges changes = new MissedChanges(ledger::addAll, table -> true);

  @Test
  void keysBecomeLettersAndTheLedgerSaysUpToWhere() throws Exception {
    List<RefusedRow> rows = rows(1, 3);
    assertThat(changes.remember(rows)).isEqualTo(rows);
    assertThat(last())
        .isEqualTo(
            new MissedChanges.Missed(
                RELATION.table(), "public_t", at(1), at(3), 1_003, 3, false, "Let go. Grant it."));
    assertThat(changes.remember(rows(2, 2))).hasSize(1);
    assertThat(last().last()).as("it never goes back").isEqualTo(at(3));
    assertThat(last().first()).isEqualTo(at(1));
  }

  @Test
  void aMillionRowsLeaveOneEntryAndTenThousandKeysAtMost() throws Exception {
    int letters = 0;
    for (int i = 0; i < 100; i++) {
      letters += changes.remember(rows(10_000L * i + 1, 10_000L * (i + 1))).size();
    }
    assertThat(letters).isEqualTo(MissedChanges.MOST_KEYS);
    assertThat(last().whole()).isTrue();
    assertThat(last().last()).isEqualTo(at(1_000_000));
    assertThat(last().changes()).isEqualTo(1_000_000);
    assertThat(ledger).extracting(MissedChanges.Missed::first).containsOnly(at(1));
  }

  @Test
  void ofATableWhoseKeysAreInDoubtNoKeyIsKept() throws Exception {
    MissedChanges doubtful = new MissedChanges(ledger::addAll, table -> false);
    assertThat(doubtful.remember(rows(1, 2))).isEmpty();
    assertThat(last().whole()).isTrue();
  }

  @Test
  void whatIsRefusedOtherwiseOrBelongsToAHistoryIsAlwaysALetter() throws Exception {
    List<RefusedRow> others =
        List.of(
            row(1, ErrorClass.FIELD_REFUSED, "public_t"),
            row(2, ErrorClass.LET_GO, "public_t_changelog"));
    assertThat(changes.remember(others)).isEqualTo(others);
    assertThat(ledger).isEmpty();
  }

  @Test
  void whatTheLedgerDidNotTakeIsNotRemembered() throws Exception {
    boolean[] fails = {true};
    MissedChanges failing =
        new MissedChanges(
            missed -> {
              if (fails[0]) {
                throw new WalbeamException(FailureKind.TRANSIENT, "Closed.", "Start again.");
              }
              ledger.addAll(missed);
            },
            table -> true);
    assertThatThrownBy(() -> failing.remember(rows(5, 6))).isInstanceOf(WalbeamException.class);
    fails[0] = false;
    failing.remember(rows(1, 1));
    assertThat(last().first()).isEqualTo(at(1));
    assertThat(last().last()).isEqualTo(at(1));
  }

  private MissedChanges.Missed last() {
    return ledger.get(ledger.size() - 1);
  }

  private static List<RefusedRow> rows(long from, long to) {
    return LongStream.rangeClosed(from, to)
        .mapToObj(lsn -> row(lsn, ErrorClass.LET_GO, "public_t"))
        .toList();
  }

  private static RefusedRow row(long lsn, ErrorClass errorClass, String destination) {
    return new RefusedRow(
        new RowOrigin(
            new byte[0],
            0,
            0,
            ROUTE,
            Operation.UPDATE,
            new CommittedTransaction(0, lsn, 1_000 + lsn, 7),
            lsn,
            0,
            null),
        new Refusal(Stage.APPEND, errorClass, "Let go.", "Grant it."),
        destination);
  }

  private static ChangePosition at(long lsn) {
    return new ChangePosition(0, lsn, lsn, 0);
  }
}
