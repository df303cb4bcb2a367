package io.walbeam.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.TableId;
import io.walbeam.postgres.TableShape;
import io.walbeam.postgres.TableShape.Column;
import io.walbeam.postgres.TableShape.Part;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ShapeComparisonTest {
  private static final TableId TABLE = new TableId("public", "t");
  private static final Column ID = new Column(1, "id", "integer", 10, true, false, false);
  private static final Column A = new Column(2, "a", "text", 10, true, false, false);
  private static final Map<Long, Part> FILE = Map.of(7L, new Part(100, 0));
  private static final Map<Long, Part> REWRITTEN = Map.of(7L, new Part(101, 0));
  private static final TableShape PLAIN = shape(List.of(ID, A), FILE);

  @Test
  void whatOnlyTouchesTheCatalogueOrOnlyTheFileSaysNothing() {
    Column granted = new Column(2, "a", "text", 11, true, false, false);
    assertSilent(shape(List.of(ID, granted), FILE));
    assertSilent(shape(List.of(ID, A), REWRITTEN));
    assertSilent(PLAIN);
  }

  @Test
  void aRewriteOfAColumnThatWasAlteredConcernsItsValues() {
    Column altered = new Column(2, "a", "text", 11, true, false, false);
    assertThat(compare(shape(List.of(ID, altered), REWRITTEN)))
        .satisfies(
            difference -> {
              assertThat(difference.values()).isTrue();
              assertThat(difference.what()).isEqualTo("values of column a were rewritten");
            });
  }

  @Test
  void anAddedColumnConcernsRowsOfBeforeIfItHasAValueThere() {
    assertThat(added(false, FILE, Set.of()).values()).isFalse();
    assertThat(added(false, FILE, Set.of()).what()).isEqualTo("column c integer was added");
    assertThat(added(true, FILE, Set.of()).values()).as("a constant").isTrue();
    assertThat(added(false, REWRITTEN, Set.of()).values()).as("one for each row").isTrue();
    assertThat(added(false, FILE, Set.of("c")).values()).as("a former column's values").isTrue();
  }

  @Test
  void aColumnThatIsComputedWhenItIsReadConcernsItsValuesWithoutARewrite() {
    Column computed = new Column(3, "c", "integer", 12, true, true, true);
    Column otherwise = new Column(3, "c", "integer", 13, true, true, true);
    TableShape before = shape(List.of(ID, A, computed), FILE);
    assertThat(
            ShapeComparison.of(
                    new KnownShape(before, Set.of()), shape(List.of(ID, A, otherwise), FILE))
                .values())
        .isTrue();
  }

  private static ShapeComparison.Difference added(
      boolean filled, Map<Long, Part> files, Set<String> former) {
    Column added = new Column(3, "c", "integer", 12, true, filled, false);
    return ShapeComparison.of(new KnownShape(PLAIN, former), shape(List.of(ID, A, added), files));
  }

  @Test
  void aDroppedColumnIsRememberedUntilTheTableIsDumped() {
    ShapeComparison.Difference dropped = compare(shape(List.of(ID), FILE));
    assertThat(dropped.values()).isFalse();
    assertThat(dropped.now().former()).containsExactly("a");
    TableShape again = shape(List.of(ID, new Column(3, "a", "text", 12, true, false, false)), FILE);
    ShapeComparison.Difference back = ShapeComparison.of(dropped.now(), again);
    assertThat(back.values()).isTrue();
    assertThat(back.now().former()).isEmpty();
  }

  @Test
  void namesKeysAndTheTableItselfConcernItsRows() {
    assertThat(
            compare(shape(List.of(ID, new Column(2, "b", "text", 11, true, false, false)), FILE)))
        .extracting(ShapeComparison.Difference::what)
        .isEqualTo("column a is named b");
    assertConcerns(
        new TableShape(TABLE, 8, List.of(ID, A), List.of("id"), "d", "p", FILE, Map.of(), 0));
    assertConcerns(
        new TableShape(TABLE, 7, List.of(ID, A), List.of("a"), "d", "p", FILE, Map.of(), 0));
    assertConcerns(
        new TableShape(TABLE, 7, List.of(ID, A), List.of("id"), "d", "q", FILE, Map.of(), 0));
    assertThat(
            compare(
                    new TableShape(
                        TABLE, 7, List.of(ID, A), List.of("id"), "f", "p", FILE, Map.of(), 0))
                .values())
        .as("the same key")
        .isFalse();
  }

  @Test
  void typesThatAreWrittenAlikeConcernNothingUnlessRewritten() {
    assertThat(retyped("character varying(10)", "text", FILE)).isFalse();
    assertThat(retyped("timestamp(3) without time zone", "timestamp without time zone", FILE))
        .isFalse();
    assertThat(retyped("numeric(10,2)", "numeric", FILE)).isTrue();
    assertThat(retyped("integer", "oid", FILE)).isTrue();
    assertThat(retyped("character varying(10)", "text", REWRITTEN)).isTrue();
  }

  private static boolean retyped(String before, String after, Map<Long, Part> files) {
    return ShapeComparison.of(
            new KnownShape(
                shape(List.of(ID, new Column(2, "a", before, 10, true, false, false)), FILE),
                Set.of()),
            shape(List.of(ID, new Column(2, "a", after, 11, true, false, false)), files))
        .values();
  }

  @Test
  void renamedLabelsAndNewAttributesConcernValuesAndNewLabelsDoNot() {
    Map<String, String> before = Map.of("label 1", "good", "attribute 9 1", "x integer");
    TableShape known = typed(before);
    assertThat(typed(known, Map.of("label 1", "fine", "attribute 9 1", "x integer"))).isTrue();
    assertThat(
            typed(known, Map.of("label 1", "good", "label 2", "bad", "attribute 9 1", "x integer")))
        .isFalse();
    assertThat(
            typed(
                known,
                Map.of("label 1", "good", "attribute 9 1", "x integer", "attribute 9 2", "y text")))
        .isTrue();
    assertThat(
            typed(
                known,
                Map.of("label 1", "good", "attribute 9 1", "x integer", "attribute 8 1", "y text")))
        .as("of the type of a new column")
        .isFalse();
  }

  private static boolean typed(TableShape known, Map<String, String> types) {
    return ShapeComparison.of(new KnownShape(known, Set.of()), typed(types)).values();
  }

  private static TableShape typed(Map<String, String> types) {
    return new TableShape(TABLE, 7, List.of(ID, A), List.of("id"), "d", "p", FILE, types, 0);
  }

  @Test
  void aPartitionThatWasAwayMayHaveChangedThere() {
    TableShape before = shape(List.of(ID, A), Map.of(7L, new Part(0, 0), 8L, new Part(5, 20)));
    TableShape after = shape(List.of(ID, A), Map.of(7L, new Part(0, 0), 8L, new Part(5, 21)));
    assertThat(ShapeComparison.of(new KnownShape(before, Set.of()), after).values()).isTrue();
  }

  @Test
  void aPublicationThatWasAlteredMayHaveCarriedLess() {
    assertThat(published("walbeam 1 t v7", "walbeam 1 t v7")).isFalse();
    assertThat(published("walbeam 1 t v7", "walbeam 1 t v8")).isTrue();
    assertThat(published("walbeam 1 t", "walbeam 1 t v8"))
        .as("remembered without its version")
        .isFalse();
    assertThat(published("walbeam 1 t", "walbeam 1 f v8")).isTrue();
    assertThat(published("walbeam 1 t v7", "walbeam 1 t (id > 5) v7")).isTrue();
  }

  private static boolean published(String before, String after) {
    return ShapeComparison.of(new KnownShape(published(before), Set.of()), published(after))
        .values();
  }

  private static TableShape published(String text) {
    return new TableShape(TABLE, 7, List.of(ID, A), List.of("id"), "d", text, FILE, Map.of(), 0);
  }

  @Test
  void whatIsRememberedIsReadBackAndItsFormNeverChanges() {
    KnownShape known =
        new KnownShape(
            new TableShape(
                TABLE,
                7,
                List.of(ID, A),
                List.of("id"),
                "d",
                "walbeam 1 t",
                Map.of(8L, new Part(5, 20), 7L, new Part(0, 0)),
                Map.of("label 1", "good"),
                0),
            Set.of("z", "y"));
    assertThat(known.toJson())
        .isEqualTo(
            "{\"v\":1,\"oid\":7,\"columns\":[{\"number\":1,\"name\":\"id\",\"type\":\"integer\","
                + "\"version\":10,\"sent\":true,\"filled\":false},{\"number\":2,\"name\":\"a\","
                + "\"type\":\"text\",\"version\":10,\"sent\":true,\"filled\":false}],\"key\":[\"id\"],\"identity\":\"d\",\"published\":\"walbeam"
                + " 1 t\",\"parts\":{\"7\":{\"file\":0,\"attached\":0},\"8\":{\"file\":5,\"attached\":20}},\"types\":{\"label"
                + " 1\":\"good\"},\"former\":[\"y\",\"z\"]}");
    assertThat(KnownShape.parse(TABLE, known.toJson())).contains(known);
    assertThat(KnownShape.parse(TABLE, "")).isEmpty();
    assertThat(KnownShape.parse(TABLE, "{\"v\":2}")).as("a newer version's").isEmpty();
  }

  private static void assertSilent(TableShape after) {
    assertThat(compare(after).what()).isEmpty();
    assertThat(compare(after).values()).isFalse();
    assertThat(compare(after).now().shape()).isEqualTo(after);
  }

  private static void assertConcerns(TableShape after) {
    assertThat(compare(after).values()).isTrue();
  }

  private static ShapeComparison.Difference compare(TableShape after) {
    return ShapeComparison.of(new KnownShape(PLAIN, Set.of()), after);
  }

  private static TableShape shape(List<Column> columns, Map<Long, Part> parts) {
    return new TableShape(TABLE, 7, columns, List.of("id"), "d", "p", parts, Map.of(), 0);
  }
}
