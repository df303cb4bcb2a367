package io.walbeam.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.TableId;
import io.walbeam.row.DestinationTable;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Course;
import io.walbeam.sink.DumpEntry.Kind;
import io.walbeam.sink.DumpEntry.Status;
import io.walbeam.sink.OutdatedRows;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RecountTest {
  private static final TableId TABLE = new TableId("public", "t");

  private static final DestinationTable DESTINATION =
      new DestinationTable(
          "public_t", List.of(), List.of("id"), List.of(), "", "", "", Optional.empty());

  private static final DumpEntry DUMP =
      new DumpEntry(
          new DumpEntry.Order("s", new DumpEntry.Point(0, 1, 1, 0), TABLE, Kind.REQUEST, "{}"),
          Status.FINISHED,
          new Course(1, 2, 1, new DumpEntry.Sums(1, 10, 1), ""),
          "");

  private final Rows rows = new Rows();
  private final Recount recount = new Recount(rows, 0);

  private static final class Rows implements OutdatedRows {
    long there;
    boolean shown = true;

    @Override
    public long nowMicros() {
      return 3;
    }

    @Override
    public boolean showsChangesUntil(DestinationTable table, long micros) {
      return shown;
    }

    @Override
    public boolean existedBefore(DestinationTable table, long micros) {
      return true;
    }

    @Override
    public long count(DestinationTable table, ChangePosition below) {
      return there;
    }

    @Override
    public void keys(DestinationTable table, ChangePosition below, Keys keys) {}
  }

  @Test
  void aTableThatWasNotMadeAnewIsNotCounted() throws Exception {
    assertThat(recount.missing(DUMP, DESTINATION)).isEmpty();
  }

  @Test
  void fewerRowsThanWereDumpedAreNoticedOnceAndOnlyWhenTheDumpShows() throws Exception {
    recount.expect(TABLE);
    rows.there = 9;
    rows.shown = false;
    assertThat(recount.missing(DUMP, DESTINATION)).isEmpty();
    rows.shown = true;
    assertThat(recount.missing(DUMP, DESTINATION)).hasValue(9);
    assertThat(recount.missing(DUMP, DESTINATION)).isEmpty();
  }

  @Test
  void asManyRowsAsWereDumpedAreWell() throws Exception {
    recount.expect(TABLE);
    rows.there = 10;
    assertThat(recount.missing(DUMP, DESTINATION)).isEmpty();
  }
}
