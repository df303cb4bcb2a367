package io.walbeam.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.TableId;
import io.walbeam.sink.DumpEntry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

class DumpRequestProperties {
  private static final DumpRequest.Arrival ORIGIN =
      new DumpRequest.Arrival("slot", 0, 900, 880, 0, "job");

  /** Anybody can put anything into the WAL. */
  @Property
  void noBytesAreMoreThanARefusal(@ForAll byte[] content) {
    assertThat(DumpRequest.read(ORIGIN, content).entries())
        .allMatch(entry -> entry.status() == DumpEntry.Status.REFUSED);
  }

  /** Valid requests with a piece cut out of the middle. */
  @Property
  void aDamagedRequestNeverFails(
      @ForAll("tables") TableId table, @ForAll("bound") List<String> key, @ForAll int at) {
    String whole = DumpRequest.of(List.of(table), key, key);
    int cut = Math.floorMod(at, whole.length());
    String damaged = whole.substring(0, cut) + whole.substring(cut + 1);
    assertThat(DumpRequest.read(ORIGIN, damaged.getBytes(StandardCharsets.UTF_8)).own()).isFalse();
  }

  @Property
  void tablesAndBoundsArriveAsTheyWereGiven(
      @ForAll("tables") TableId table,
      @ForAll("bound") List<String> from,
      @ForAll("bound") List<String> to) {
    byte[] content = DumpRequest.of(List.of(table), from, to).getBytes(StandardCharsets.UTF_8);
    assertThat(DumpRequest.read(ORIGIN, content).entries())
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.table()).isEqualTo(table);
              assertThat(DumpScope.parse(entry.scope()))
                  .isEqualTo(new DumpScope(from, to, List.of(), List.of(), "", true));
            });
  }

  @Property
  void theLedgerGivesBackEveryScope(
      @ForAll("bound") List<String> from,
      @ForAll("bound") List<String> to,
      @ForAll @Size(max = 5) List<String> partitions) {
    DumpScope scope = new DumpScope(from, to, partitions);
    assertThat(DumpScope.parse(scope.toJson())).isEqualTo(scope);
  }

  @Property
  void aQuotedNameIsTheTableThatItQuotes(@ForAll("tables") TableId table) {
    assertThat(TableNames.parse(table.quoted())).contains(table);
  }

  @Property
  void noTextFailsAsATableName(@ForAll String text) {
    TableNames.parse(text)
        .ifPresent(
            table -> {
              assertThat(table.schema()).isNotEmpty();
              assertThat(table.name()).isNotEmpty();
            });
  }

  @Provide
  Arbitrary<TableId> tables() {
    return Combinators.combine(name(), name()).as(TableId::new);
  }

  @Provide
  Arbitrary<List<String>> bound() {
    return Arbitraries.strings()
        .all()
        .excludeChars('\0')
        .ofMaxLength(20)
        .filter(text -> StandardCharsets.UTF_8.newEncoder().canEncode(text))
        .list()
        .ofMaxSize(4);
  }

  private static Arbitrary<String> name() {
    return Arbitraries.strings().withChars("aZ_\"'. ;-\u00e9").ofMinLength(1).ofMaxLength(12);
  }
}
