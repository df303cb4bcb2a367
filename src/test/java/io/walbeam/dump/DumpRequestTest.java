package io.walbeam.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.TableId;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Kind;
import io.walbeam.sink.DumpEntry.Status;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DumpRequestTest {
  private static final String JOB = "f3a1-this-job";
  private static final TableId ORDERS = new TableId("public", "orders");
  private static final TableId WEIRD = new TableId("Sales", "Weird \"Name\".x");

  private static DumpRequest.Arrival origin(long messageLsn) {
    return new DumpRequest.Arrival("slot", 7, 900, messageLsn, 1_000_000, JOB);
  }

  private static DumpRequest.Read read(String content) {
    return DumpRequest.read(origin(880), content.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aRequestOfAnybodyIsAnEntryForEachTableAtItsCommit() {
    DumpRequest.Read read =
        read(DumpRequest.of(List.of(ORDERS, WEIRD, ORDERS), List.of(), List.of()));
    assertThat(read.own()).isFalse();
    assertThat(read.entries()).extracting(DumpEntry::table).containsExactly(ORDERS, WEIRD);
    assertThat(read.entries())
        .allSatisfy(
            entry -> {
              assertThat(entry.kind()).isEqualTo(Kind.REQUEST);
              assertThat(entry.status()).isEqualTo(Status.REQUESTED);
              assertThat(entry.epoch()).isEqualTo(7);
              assertThat(entry.requestLsn()).isEqualTo(900);
              assertThat(entry.order().point().commitMicros()).isEqualTo(1_000_000);
              assertThat(DumpScope.parse(entry.scope()).isAll()).isTrue();
            });
  }

  @Test
  void twoRequestsOfOneTransactionForOneTableAreTwoEntries() {
    LedgerEntries ledger = new LedgerEntries(7);
    for (int i = 0; i < 2; i++) {
      String bound = Integer.toString(100 * i);
      byte[] content =
          DumpRequest.of(List.of(ORDERS), List.of(bound), List.of(bound))
              .getBytes(StandardCharsets.UTF_8);
      DumpRequest.read(origin(800 + i), content).entries().forEach(ledger::learn);
    }
    assertThat(ledger.unfinishedDumps())
        .extracting(entry -> DumpScope.parse(entry.scope()).keyFrom())
        .containsExactly(List.of("0"), List.of("100"));
  }

  @Test
  void aJobKnowsItsOwnRequests() {
    DumpRequest.Read initial = read(DumpRequest.initial(List.of(ORDERS), JOB));
    assertThat(initial.own()).isTrue();
    assertThat(initial.entries()).extracting(DumpEntry::kind).containsExactly(Kind.INITIAL);
    DumpRequest.Read attached = read(DumpRequest.partitions(ORDERS, List.of(WEIRD), JOB));
    assertThat(attached.own()).isTrue();
    assertThat(attached.entries())
        .extracting(entry -> DumpScope.parse(entry.scope()).partitions())
        .containsExactly(List.of(WEIRD.quoted()));
  }

  @Test
  void anInitialDumpThatAnEarlierJobAskedForIsLeftToThePresentOne() {
    DumpRequest.Read read = read(DumpRequest.initial(List.of(ORDERS), "another-job"));
    assertThat(read.own()).isFalse();
    assertThat(read.entries()).isEmpty();
  }

  @Test
  void nobodyElseMakesAnInitialRequest() {
    assertThat(read("{\"tables\":[\"public.orders\"],\"kind\":\"initial\"}").entries())
        .extracting(DumpEntry::status, DumpEntry::kind)
        .containsExactly(org.assertj.core.groups.Tuple.tuple(Status.REFUSED, Kind.REQUEST));
    DumpRequest.Arrival unknown = new DumpRequest.Arrival("slot", 7, 900, 880, 0, "");
    assertThat(
            DumpRequest.read(
                    unknown,
                    DumpRequest.initial(List.of(ORDERS), "").getBytes(StandardCharsets.UTF_8))
                .own())
        .as("a job without a token has no request of its own")
        .isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "marked",
        "null",
        "[]",
        "{}",
        "{\"tables\":[]}",
        "{\"tables\":\"public.marked\"}",
        "{\"tables\":[null]}",
        "{\"tables\":[[\"public.marked\"]]}",
        "{\"tables\":[\"a.b.marked\"]}",
        "{\"tables\":[\"\\\"marked\"]}",
        "{\"tables\":[\"public.\\u0000marked\"]}",
        "{\"tables\":[\"public.orders\"]} marked",
        "{\"tables\":[\"public.orders\"],\"sql\":\"marked\"}",
        "{\"tables\":[\"public.orders\"],\"kind\":\"marked\"}",
        "{\"tables\":[\"public.orders\"],\"keyFrom\":\"marked\"}",
        "{\"tables\":[\"public.orders\"],\"keyFrom\":[{\"marked\":1}]}",
        "{\"tables\":[\"public.orders\",\"public.other\"],\"keyFrom\":[\"marked\"]}"
      })
  void whatIsNoRequestIsRefusedWithASentenceThatRepeatsNothingOfIt(String content) {
    assertThat(read(content).entries())
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.status()).isEqualTo(Status.REFUSED);
              assertThat(entry.table()).isEqualTo(new TableId("", ""));
              assertThat(entry.error()).endsWith(".").doesNotContain("marked");
            });
  }

  @Test
  void aLongOrDeepRequestIsRefused() {
    assertThat(read("{\"tables\":[\"" + "x".repeat(70_000) + "\"]}").entries())
        .extracting(DumpEntry::status)
        .containsExactly(Status.REFUSED);
    assertThat(read("[".repeat(60_000)).entries())
        .extracting(DumpEntry::status)
        .containsExactly(Status.REFUSED);
  }

  @Test
  void whatWasAskedForInTheDestinationIsTheJobsOwnRequestAndKeepsItsName() {
    String asked = DumpRequest.of(List.of(ORDERS), List.of("1"), List.of("9"));
    DumpRequest.Read read = read(DumpRequest.carried(asked, "id-1", JOB).orElseThrow());
    assertThat(read.own()).isTrue();
    assertThat(read.entries())
        .extracting(entry -> DumpScope.parse(entry.scope()))
        .containsExactly(
            new DumpScope(List.of("1"), List.of("9"), List.of(), List.of(), "id-1", false));
    assertThat(DumpRequest.carried("[1]", "id-2", JOB)).isEmpty();
    assertThat(DumpRequest.carried("{", "id-3", JOB)).isEmpty();
  }

  @Test
  void manyKeysAreAsManyRequestsAsItTakesAndNoneIsLost() {
    List<List<String>> keys = new ArrayList<>();
    for (int i = 0; i < 2_500; i++) {
      keys.add(List.of(Integer.toString(i), "\u0001".repeat(i % 50)));
    }
    List<List<String>> read = new ArrayList<>();
    for (String request : DumpRequest.ofKeys(ORDERS, keys)) {
      assertThat(read(DumpRequest.carried(request, "id", JOB).orElseThrow()).entries())
          .singleElement()
          .satisfies(
              entry -> {
                assertThat(entry.status()).isEqualTo(Status.REQUESTED);
                assertThat(entry.bringsAll()).isFalse();
                DumpScope scope = DumpScope.parse(entry.scope());
                assertThat(scope.isAll()).isFalse();
                read.addAll(scope.keys());
              });
    }
    assertThat(read).isEqualTo(keys);
  }

  @Test
  void onlyWhoMayWriteToTheDestinationAsksForSingleKeysOfWhichRowsMayGo() {
    String request = DumpRequest.ofKeys(ORDERS, List.of(List.of("1"))).get(0);
    assertThat(read(request).entries())
        .extracting(DumpEntry::status)
        .containsExactly(Status.REFUSED);
  }

  @Test
  void aRequestOfSomebodyElseNeverPassesForOneOfTheDestinationAndDeletesNothing() {
    DumpRequest.Read read = read("{\"tables\":[\"public.orders\"],\"asked\":\"id-1\"}");
    assertThat(read.own()).isFalse();
    assertThat(read.entries())
        .extracting(entry -> DumpScope.parse(entry.scope()))
        .containsExactly(new DumpScope(List.of(), List.of(), List.of(), List.of(), "", true));
    String of = DumpRequest.of(List.of(ORDERS), List.of(), List.of());
    assertThat(read(DumpRequest.carried(of, "id-1", "guessed").orElseThrow()).entries())
        .as("another token")
        .isEmpty();
  }

  @Test
  void keysOfLettersAreReadByTheNamesOfTheKeysColumns() {
    String request =
        DumpRequest.ofLetters(ORDERS, List.of("{\"b\":\"x\",\"a\":\"1\"}", "{\"b\":\"y\"}")).get(0);
    String carried = DumpRequest.carried(request, "id-1", "job").orElseThrow();
    DumpScope scope =
        DumpScope.parse(
            DumpRequest.read(
                    new DumpRequest.Arrival("slot", 0, 5, 6, 7, "job"),
                    carried.getBytes(StandardCharsets.UTF_8))
                .entries()
                .get(0)
                .scope());
    assertThat(scope.keysBy(List.of("a", "b"))).containsExactly(List.of("1", "x"), List.of("y"));
    assertThat(scope.isAll()).isFalse();
  }

  @Test
  void nobodyElseNamesLetters() {
    String request = DumpRequest.ofLetters(ORDERS, List.of("{\"a\":\"1\"}")).get(0);
    assertThat(
            DumpRequest.read(
                    new DumpRequest.Arrival("slot", 0, 5, 6, 7, "job"),
                    request.getBytes(StandardCharsets.UTF_8))
                .entries())
        .extracting(DumpEntry::status)
        .containsExactly(DumpEntry.Status.REFUSED);
  }

  @Test
  void manyLettersAreManyRequestsWithEachOnce() {
    List<String> letters =
        IntStream.range(0, 3_000).mapToObj(id -> "{\"id\":\"" + id + "\"}").toList();
    assertThat(DumpRequest.canName(letters)).isTrue();
    List<String> found = new ArrayList<>();
    for (String request : DumpRequest.ownLetters(ORDERS, letters, 300, "job")) {
      DumpRequest.Read read =
          DumpRequest.read(
              new DumpRequest.Arrival("slot", 0, 5, 6, 7, "job"),
              request.getBytes(StandardCharsets.UTF_8));
      found.addAll(DumpScope.parse(read.entries().get(0).scope()).letters());
    }
    assertThat(found).isEqualTo(letters);
    assertThat(DumpRequest.canName(List.of("x".repeat(9_000)))).isFalse();
  }
}
