package io.walbeam.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.batch.BatchReader;
import io.walbeam.batch.Batches;
import io.walbeam.batch.ReaderIdentity;
import io.walbeam.change.ColumnValue;
import io.walbeam.change.OldImage;
import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.TableId;
import io.walbeam.change.TablePatterns;
import io.walbeam.change.Tuple;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.pgoutput.PgOutputEncoder;
import io.walbeam.row.ChangelogMapping;
import io.walbeam.row.KeyColumns;
import io.walbeam.row.MappingSettings;
import io.walbeam.row.Route;
import io.walbeam.row.RowMeta;
import io.walbeam.row.SourceTypes;
import io.walbeam.row.TableNameTemplate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BatchDecoderTest {
  private final List<String> mutations = new ArrayList<>();
  private final List<String> changes = new ArrayList<>();

  @Test
  void everyMutationHasThePositionOfItsChange() {
    decode(
        new Batches()
            .begin(1000)
            .relation(Batches.PEOPLE)
            .insert(900, "1", "a")
            .insert(910, "2", "b")
            .commit(1000));
    assertThat(mutations).containsExactly("upsert 1,a @1000:900:0", "upsert 2,b @1000:910:0");
  }

  @Test
  void aBatchOfAnEarlierEpochIsWrittenInThatEpoch() {
    List<Long> epochs = new ArrayList<>();
    BatchDecoder decoder =
        new BatchDecoder(
            new BatchReader(),
            routes(),
            new Recorder() {
              @Override
              public void upsert(Route route, Tuple row, RowMeta meta) {
                epochs.add(meta.position().epoch());
              }
            });
    for (long epoch : new long[] {4, 5, 4}) {
      decoder.decode(
          new Batches()
              .begin(1000)
              .relation(Batches.PEOPLE)
              .insert(900, "1", "a")
              .commit(1000)
              .batch(new ReaderIdentity(epoch, "7000000000000000001", 1, 1, 1), 0, 1008, 0));
    }
    assertThat(epochs).containsExactly(4L, 5L, 4L);
  }

  @Test
  void rowsThatShareAWalRecordAreOrderedByTheirIndex() {
    decode(
        new Batches()
            .begin(1000)
            .relation(Batches.PEOPLE)
            .insert(900, "1", "a")
            .insert(900, "2", "b")
            .insert(900, "3", "c")
            .insert(910, "4", "d")
            .commit(1000));
    assertThat(mutations)
        .containsExactly(
            "upsert 1,a @1000:900:0",
            "upsert 2,b @1000:900:2",
            "upsert 3,c @1000:900:4",
            "upsert 4,d @1000:910:0");
  }

  @Test
  void aBatchThatBeginsInsideAMultiInsertGoesOnCounting() {
    Batches batches =
        new Batches()
            .begin(1000)
            .relation(Batches.PEOPLE)
            .insert(900, "3", "c")
            .insert(900, "4", "d")
            .commit(1000);
    new BatchDecoder(new BatchReader(), routes(), new Recorder()).decode(batches.batch(0, 1008, 2));
    assertThat(mutations).containsExactly("upsert 3,c @1000:900:4", "upsert 4,d @1000:900:6");
  }

  @Test
  void aKeyChangeDeletesTheOldKeyFirstAndUpsertsTheNewOneSecond() {
    decode(
        new Batches()
            .begin(1000)
            .relation(Batches.PEOPLE)
            .add(
                900,
                PgOutputEncoder.update(
                    Batches.PEOPLE.id(),
                    OldImage.KEY,
                    List.of(new ColumnValue.Text("1"), ColumnValue.NULL),
                    Batches.row("2", "a")))
            .commit(1000));
    assertThat(mutations).containsExactly("delete 1,NULL @1000:900:0", "upsert 2,a @1000:900:1");
    assertThat(changes).as("the changelog sees one change").containsExactly("UPDATE 1,NULL 2,a");
  }

  @Test
  void underFullIdentityUnchangedValuesComeFromTheOldRowAndTheKeyIsComparedByValue() {
    Relation full =
        new Relation(
            16_500,
            new TableId("public", "documents"),
            ReplicaIdentity.FULL,
            List.of(
                new RelationColumn("id", 20, -1, true), new RelationColumn("body", 25, -1, true)));
    decode(
        new Batches()
            .begin(1000)
            .relation(full)
            .add(
                900,
                PgOutputEncoder.update(
                    full.id(),
                    OldImage.FULL,
                    Batches.row("1", "long"),
                    List.of(new ColumnValue.Text("1"), ColumnValue.UNCHANGED)))
            .add(
                910,
                PgOutputEncoder.update(
                    full.id(),
                    OldImage.FULL,
                    Batches.row("1", "long"),
                    List.of(new ColumnValue.Text("2"), ColumnValue.UNCHANGED)))
            .commit(1000));
    assertThat(mutations)
        .containsExactly(
            "upsert 1,long @1000:900:0", "delete 1,long @1000:910:0", "upsert 2,long @1000:910:1");
  }

  @Test
  void anUnchangedValueThatNobodyCarriesStaysUnchangedAndIsNeverNull() {
    decode(
        new Batches()
            .begin(1000)
            .relation(Batches.PEOPLE)
            .add(
                900,
                PgOutputEncoder.update(
                    Batches.PEOPLE.id(),
                    OldImage.NONE,
                    List.of(),
                    List.of(new ColumnValue.Text("1"), ColumnValue.UNCHANGED)))
            .commit(1000));
    assertThat(mutations).containsExactly("upsert 1,UNCHANGED @1000:900:0");
  }

  @Test
  void aTruncationNamesEveryTableAndFilteredTablesYieldNothing() {
    Relation audit =
        new Relation(
            16_600, new TableId("audit", "log"), ReplicaIdentity.DEFAULT, Batches.PEOPLE.columns());
    Batches batches =
        new Batches()
            .begin(1000)
            .relation(Batches.PEOPLE)
            .relation(audit)
            .add(890, PgOutputEncoder.insert(audit.id(), Batches.row("9", "z")))
            .add(
                900,
                PgOutputEncoder.truncate(true, false, List.of(audit.id(), Batches.PEOPLE.id())))
            .commit(1000);
    new BatchDecoder(new BatchReader(), routes(TablePatterns.parse("", "audit.*")), new Recorder())
        .decode(batches.batch(0, 1008));
    assertThat(mutations).containsExactly("truncate public.people @1000:900:0");
  }

  @Test
  void aBrokenMessageStopsTheRunWithItsPositionAndNeverBecomesARow() {
    byte[] insert = PgOutputEncoder.insert(Batches.PEOPLE.id(), Batches.row("1", "a"));
    insert[insert.length - 2] = 99;
    Batches batches =
        new Batches().begin(1000).relation(Batches.PEOPLE).add(0x384, insert).commit(1000);
    assertThatThrownBy(() -> decode(batches))
        .isInstanceOf(WalbeamException.class)
        .hasMessageContaining("0/384");
    assertThat(mutations).isEmpty();
  }

  private void decode(Batches batches) {
    new BatchDecoder(new BatchReader(), routes(), new Recorder()).decode(batches.batch(0, 1008));
  }

  private static Routes routes() {
    return routes(TablePatterns.ALL);
  }

  private static Routes routes(TablePatterns tables) {
    return new Routes(
        tables,
        (relation, types) -> TableDetails.ofKey(List.of("id")),
        (relation, types, details) ->
            new Route(
                relation,
                KeyColumns.of(relation, details.keyIfChosen()),
                null,
                ChangelogMapping.appended(
                    relation,
                    KeyColumns.of(relation, details.keyIfChosen()),
                    SourceTypes.NONE,
                    new MappingSettings(TableNameTemplate.DEFAULT, ""))));
  }

  /** Writes down what it is given; an empty catalogue answer would make the key empty. */
  private class Recorder implements BatchDecoder.Mutations {
    @Override
    public void dumpRequest(byte[] content, RowMeta meta) {
      mutations.add("dump request " + new String(content, java.nio.charset.StandardCharsets.UTF_8));
    }

    @Override
    public void change(Route route, @Nullable Tuple oldRow, @Nullable Tuple newRow, RowMeta meta) {
      changes.add(
          meta.operation()
              + " "
              + (oldRow == null ? "-" : describe(oldRow))
              + " "
              + (newRow == null ? "-" : describe(newRow)));
    }

    @Override
    public void upsert(Route route, Tuple row, RowMeta meta) {
      mutations.add("upsert " + describe(row) + at(meta));
    }

    @Override
    public void delete(Route route, Tuple oldRow, RowMeta meta) {
      mutations.add("delete " + describe(oldRow) + at(meta));
    }

    @Override
    public void oversize(Route route, long bytes, RowMeta meta) {
      mutations.add("oversize " + bytes + at(meta));
    }

    @Override
    public void truncate(Route route, RowMeta meta) {
      mutations.add("truncate " + route.relation().table() + at(meta));
    }

    private static String at(RowMeta meta) {
      return " @" + meta.commitLsn() + ":" + meta.changeLsn() + ":" + meta.n();
    }

    private static String describe(Tuple tuple) {
      List<String> columns = new ArrayList<>();
      for (int i = 0; i < tuple.size(); i++) {
        columns.add(tuple.kind(i) == Tuple.Kind.TEXT ? tuple.text(i) : tuple.kind(i).toString());
      }
      return String.join(",", columns);
    }
  }
}
