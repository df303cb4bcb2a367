package io.walbeam.sink.bigquery;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.services.bigquery.model.Table;
import com.google.api.services.bigquery.model.TableConstraints;
import com.google.api.services.bigquery.model.TableFieldSchema;
import io.walbeam.row.DestinationColumn;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.DestinationType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableEvolutionTest {
  private static final BigQuerySettings SETTINGS =
      new BigQuerySettings("p", "d", "", "", "dead", "walbeam:test");

  @Test
  void theTableWeCreateFits() {
    DestinationTable table = withMetadata("epoch", "commit_lsn");

    assertThat(TableEvolution.plan(created(table), table)).isInstanceOf(TableEvolution.Fits.class);
  }

  @Test
  void legacyTypeNamesAndOtherCaseFit() {
    Table existing = created(Rows.keyed("t"));
    existing.getSchema().getFields().get(0).setType("INTEGER").setName("ID");
    existing.getTableConstraints().getPrimaryKey().setColumns(List.of("ID"));

    assertThat(TableEvolution.plan(existing, Rows.keyed("t")))
        .isInstanceOf(TableEvolution.Fits.class);
  }

  @Test
  void columnsThatWeDoNotWriteStay() {
    assertThat(TableEvolution.plan(created(Rows.keyed("t", "dropped")), Rows.keyed("t")))
        .isInstanceOf(TableEvolution.Fits.class);
  }

  @Test
  void newColumnsComeLastAndNullable() {
    Table existing = created(Rows.keyed("t", "theirs"));

    TableEvolution.Plan plan = TableEvolution.plan(existing, Rows.keyed("t", "added"));

    assertThat(plan).isInstanceOf(TableEvolution.Extend.class);
    List<TableFieldSchema> fields = ((TableEvolution.Extend) plan).schema().getFields();
    assertThat(fields)
        .extracting(TableFieldSchema::getName)
        .containsExactly("id", "name", "theirs", "added");
    assertThat(fields.get(3).getMode()).isEqualTo("NULLABLE");
    assertThat(existing.getSchema().getFields()).hasSize(3);
  }

  @Test
  void newMembersOfAStructAreAdded() {
    Table existing = created(withMetadata("epoch"));

    TableEvolution.Plan plan =
        TableEvolution.plan(existing, withMetadata("epoch", "transaction_id"));

    assertThat(((TableEvolution.Extend) plan).schema().getFields().get(2).getFields())
        .extracting(TableFieldSchema::getName)
        .containsExactly("epoch", "transaction_id");
    assertThat(existing.getSchema().getFields().get(2).getFields()).hasSize(1);
  }

  @Test
  void anotherTypeIsAConflictNamingTableAndColumn() {
    Table existing = created(Rows.keyed("t"));
    existing.getSchema().getFields().get(1).setType("BYTES");

    assertConflict(existing, Rows.keyed("t"), "table t has column name of type BYTES");
  }

  @Test
  void aKeyOnATableThatIsAppendedToIsAConflict() {
    Table existing = created(Rows.plain("t"));
    existing.setTableConstraints(
        new TableConstraints()
            .setPrimaryKey(new TableConstraints.PrimaryKey().setColumns(List.of("id"))));

    assertConflict(
        existing, Rows.plain("t"), "has the primary key (id), but rows are appended to it");
  }

  @Test
  void anArrayIsAConflict() {
    Table existing = created(Rows.keyed("t"));
    existing.getSchema().getFields().get(1).setMode("REPEATED");

    assertConflict(existing, Rows.keyed("t"), "of type ARRAY");
  }

  @Test
  void limitedPrecisionIsAConflictBecauseItRoundsSilently() {
    DestinationTable table =
        new DestinationTable(
            "t",
            List.of(
                new DestinationColumn("price", DestinationType.NUMERIC, 3, false, "", List.of())),
            List.of(),
            List.of(),
            "",
            "");
    Table existing = created(table);
    existing.getSchema().getFields().get(0).setPrecision(10L).setScale(2L);

    assertConflict(existing, table, "limited precision");
  }

  @Test
  void aRequiredColumnThatMayBeNullIsAConflict() {
    Table existing = created(Rows.keyed("t", "theirs"));
    existing.getSchema().getFields().get(2).setMode("REQUIRED");

    assertConflict(existing, Rows.keyed("t"), "REQUIRED column theirs");
    assertConflict(existing, Rows.keyed("t", "theirs"), "REQUIRED column theirs");
  }

  @Test
  void aMissingPrimaryKeyIsAConflictWithTheStatementThatMendsIt() {
    Table existing = created(Rows.keyed("t")).setTableConstraints(null);

    TableEvolution.Plan plan = TableEvolution.plan(existing, Rows.keyed("t"));

    assertThat(((TableEvolution.Conflict) plan).remedy())
        .contains("ADD PRIMARY KEY (id) NOT ENFORCED");
  }

  @Test
  void anotherPrimaryKeyWantsATableOfItsOwn() {
    Table existing =
        created(Rows.keyed("t"))
            .setTableConstraints(
                new TableConstraints()
                    .setPrimaryKey(new TableConstraints.PrimaryKey().setColumns(List.of("name"))));

    assertThat(TableEvolution.plan(existing, Rows.keyed("t")))
        .isInstanceOfSatisfying(
            TableEvolution.OtherKey.class,
            other -> assertThat(other.conflict().message()).contains("primary key (name)"));
  }

  @Test
  void aViewIsAConflict() {
    assertThat(TableEvolution.plan(created(Rows.keyed("t")).setType("VIEW"), Rows.keyed("t")))
        .isInstanceOfSatisfying(
            TableEvolution.NoTable.class,
            none -> assertThat(none.conflict().message()).contains("a view"));
  }

  @Test
  void intervalsAreBigQuerys() {
    assertThat(TableDefinitions.interval(Duration.ofMinutes(10))).isEqualTo("0-0 0 0:10:0");
    assertThat(TableDefinitions.interval(Duration.ofSeconds(3_723))).isEqualTo("0-0 0 1:2:3");
  }

  private static void assertConflict(Table existing, DestinationTable wanted, String message) {
    assertThat(TableEvolution.plan(existing, wanted))
        .isInstanceOfSatisfying(
            TableEvolution.Conflict.class,
            conflict -> {
              assertThat(conflict.message()).contains(message);
              assertThat(conflict.remedy()).isNotEmpty();
            });
  }

  private static Table created(DestinationTable table) {
    return TableDefinitions.of(table, SETTINGS);
  }

  private static DestinationTable withMetadata(String... members) {
    List<DestinationColumn> fields = new ArrayList<>();
    for (String member : members) {
      fields.add(
          new DestinationColumn(
              member, DestinationType.INT64, fields.size() + 1, false, "", List.of()));
    }
    DestinationTable keyed = Rows.keyed("t");
    List<DestinationColumn> columns = new ArrayList<>(keyed.columns());
    columns.add(
        new DestinationColumn("_walbeam", DestinationType.STRUCT, 5, false, "place", fields));
    return new DestinationTable(
        "t", columns, keyed.primaryKey(), keyed.clustering(), "", keyed.maxStaleness());
  }
}
