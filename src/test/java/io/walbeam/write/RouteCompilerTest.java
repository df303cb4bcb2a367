package io.walbeam.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.TableId;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.DestinationType;
import io.walbeam.row.ExistingColumns;
import io.walbeam.row.MappingSettings;
import io.walbeam.row.Route;
import io.walbeam.row.Substitutions;
import io.walbeam.row.TableNameTemplate;
import io.walbeam.row.WriteMode;
import io.walbeam.sink.ExistingTables;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RouteCompilerTest {
  private static final int INT4 = 23;
  private static final int TEXT = 25;

  private static RouteCompiler compiler(ExistingTables existing) {
    return new RouteCompiler(
        new MappingSettings(TableNameTemplate.DEFAULT, ""),
        existing,
        changelog -> false,
        Substitutions.UNTOLD);
  }

  private static DestinationType compiled(RouteCompiler compiler, int type) {
    Relation relation =
        new Relation(
            1,
            new TableId("public", "t"),
            ReplicaIdentity.DEFAULT,
            List.of(
                new RelationColumn("id", INT4, -1, true),
                new RelationColumn("v", type, -1, false)));
    return Objects.requireNonNull(compiler.compile(relation, Map.of(), TableDetails.NONE).current())
        .destination()
        .columns()
        .get(2)
        .type();
  }

  @Test
  void aColumnOfTheDestinationKeepsItsType() {
    RouteCompiler compiler =
        compiler(
            table -> {
              assertThat(table).isEqualTo("public_t");
              return new ExistingColumns(Map.of("v", DestinationType.STRING));
            });

    assertThat(compiled(compiler, INT4)).isEqualTo(DestinationType.STRING);
  }

  @Test
  void aColumnOfAnEarlierDescriptionKeepsItsTypeThoughItsRowsAreStillUnderWay() {
    RouteCompiler compiler = compiler(table -> ExistingColumns.NONE);

    assertThat(compiled(compiler, TEXT)).isEqualTo(DestinationType.STRING);
    assertThat(compiled(compiler, INT4)).isEqualTo(DestinationType.STRING);
  }

  @Test
  void aSinkThatIsClosedMeanwhileEndsTheLookUp() {
    RouteCompiler compiler = compiler(table -> refuse());

    assertThatThrownBy(() -> compiled(compiler, INT4)).isInstanceOf(WalbeamException.class);
  }

  @Test
  void nothingIsAskedForAChangelog() {
    RouteCompiler compiler =
        new RouteCompiler(
            new MappingSettings(TableNameTemplate.DEFAULT, "", WriteMode.CHANGELOG, "db"),
            table -> refuse(),
            changelog -> false,
            Substitutions.UNTOLD);
    Relation relation =
        new Relation(
            1,
            new TableId("public", "t"),
            ReplicaIdentity.DEFAULT,
            List.of(new RelationColumn("id", INT4, -1, true)));

    assertThat(compiler.compile(relation, Map.of(), TableDetails.NONE).current()).isNull();
  }

  private static ExistingColumns refuse() {
    throw new WalbeamException(FailureKind.TRANSIENT, "No.", "Wait.");
  }

  private static Route compiledOlder(String... keys) {
    Relation relation =
        new Relation(
            1,
            new TableId("public", "t"),
            ReplicaIdentity.FULL,
            List.of(
                new RelationColumn("id", INT4, -1, true), new RelationColumn("v", TEXT, -1, true)));
    ExistingTables existing =
        new ExistingTables() {
          @Override
          public ExistingColumns columns(String table) {
            return ExistingColumns.NONE;
          }

          @Override
          public List<List<String>> keys(String table) {
            return Stream.of(keys).map(List::of).toList();
          }
        };
    return compiler(existing)
        .compile(relation, Map.of(), new TableDetails(List.of(), true, List.of(), Map.of()));
  }

  @Test
  void rowsOfBeforeAKeyWasChangedGoByTheNewestKeyThatTheyHave() {
    assertThat(compiledOlder("ident", "id", "v").key().positions()).containsExactly(0);
    assertThat(compiledOlder("ident").key().exists()).isFalse();
    assertThat(compiledOlder("ident").key().absence()).contains("was changed since");
    assertThat(compiledOlder("ident").changelog()).isNotNull();
  }
}
