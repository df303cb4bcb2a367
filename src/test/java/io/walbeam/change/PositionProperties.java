package io.walbeam.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class PositionProperties {
  @Property
  void lsnComesBackFromItsText(@ForAll("edges") long value) {
    assertThat(Lsn.parse(Lsn.format(value)).value()).isEqualTo(value);
    assertThat(Lsn.parse(Lsn.format(value).toLowerCase(Locale.ROOT)).value()).isEqualTo(value);
    assertThat(new Lsn(value)).hasToString(Lsn.format(value));
  }

  @Property
  void lsnsAreOrderedAsUnsignedNumbers(@ForAll("edges") long left, @ForAll("edges") long right) {
    int expected = unsigned(left).compareTo(unsigned(right));
    assertThat(Integer.signum(new Lsn(left).compareTo(new Lsn(right)))).isEqualTo(expected);
    assertThat(unsigned(Lsn.max(left, right))).isEqualTo(unsigned(left).max(unsigned(right)));
  }

  @Example
  void whatIsNotAnLsnIsRefused() {
    for (String text :
        List.of(
            "",
            "/",
            "0",
            "0/",
            "/0",
            "0/0/0",
            "123456789/0",
            "0/123456789",
            "g/0",
            "-1/0",
            "0/+1",
            " 0/0",
            "0/0 ",
            "\uFF11/0",
            "0/\u0661")) {
      assertThatThrownBy(() -> Lsn.parse(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Property
  void changePositionsAreOrderedSectionBySectionAsBigQueryDoes(
      @ForAll("positions") ChangePosition left, @ForAll("positions") ChangePosition right) {
    int expected = compareSections(left.toSequenceNumber(), right.toSequenceNumber());
    assertThat(Integer.signum(left.compareTo(right))).isEqualTo(expected);
    // Padded sections make the order of the text the same order.
    assertThat(Integer.signum(left.toSequenceNumber().compareTo(right.toSequenceNumber())))
        .isEqualTo(expected);
    assertThat(left.compareTo(right) == 0).isEqualTo(left.equals(right));
  }

  @Property
  void changePositionComesBackFromItsSequenceNumber(@ForAll("positions") ChangePosition position) {
    String text = position.toSequenceNumber();
    assertThat(text).matches("[0-9A-F]{16}(/[0-9A-F]{16}){3}");
    assertThat(ChangePosition.parse(text)).isEqualTo(position);
    assertThat(ChangePosition.parse(text.toLowerCase(Locale.ROOT))).isEqualTo(position);
    assertThat(ChangePosition.parse(withoutPadding(text))).isEqualTo(position);
  }

  @Property
  void sequenceNumberIsWrittenIntoItsPlaceOnly(@ForAll("positions") ChangePosition position) {
    byte[] target = new byte[ChangePosition.SEQUENCE_NUMBER_LENGTH + 2];
    ChangePosition.writeSequenceNumber(
        position.epoch(), position.commitLsn(), position.changeLsn(), position.n(), target, 1);
    assertThat(new String(target, 1, target.length - 2, StandardCharsets.US_ASCII))
        .isEqualTo(position.toSequenceNumber());
    assertThat(target[0]).isZero();
    assertThat(target[target.length - 1]).isZero();
  }

  @Example
  void whatIsNotASequenceNumberIsRefused() {
    for (String text :
        List.of(
            "",
            "/",
            "0/",
            "/0",
            "0//0",
            "0/0/0/0/0",
            "12345678901234567",
            "g",
            "-1",
            "0x1",
            "\uFF11",
            " 1",
            "1 ")) {
      assertThatThrownBy(() -> ChangePosition.parse(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(ChangePosition.parse("ABC"))
        .isGreaterThan(ChangePosition.parse("BA/FFFFFFFF"))
        .isEqualTo(new ChangePosition(0xABC, 0, 0, 0));
  }

  @Property
  void streamPositionsAreOrderedByLsnThenCount(
      @ForAll("places") StreamPosition left, @ForAll("places") StreamPosition right) {
    int byLsn = unsigned(left.lsn()).compareTo(unsigned(right.lsn()));
    int expected = byLsn != 0 ? byLsn : Long.compare(left.n(), right.n());
    assertThat(Integer.signum(left.compareTo(right))).isEqualTo(Integer.signum(expected));
    assertThat(left.max(right)).isEqualTo(expected >= 0 ? left : right);
    assertThat(right.max(left)).isEqualTo(left.max(right));
  }

  /** T2's commit record may start exactly where T1 ends. */
  @Property
  void aTransactionThatCommitsWhereThePreviousEndsIsStillAhead(
      @ForAll("edges") long end, @ForAll("counts") long changes, @ForAll("counts") long length) {
    long endOfSecond = end + length;
    if (unsigned(endOfSecond).compareTo(unsigned(end)) <= 0) {
      return;
    }
    StreamPosition endOfFirst = StreamPosition.at(end);
    StreamPosition inSecond = new StreamPosition(end, changes);
    assertThat(endOfFirst).isLessThan(inSecond);
    assertThat(inSecond).isLessThan(StreamPosition.at(endOfSecond));
    assertThat(endOfFirst.insideTransaction()).isFalse();
    assertThat(inSecond.insideTransaction()).isTrue();
  }

  @Property
  void cutsOfAStreamAreAdjacentAndTheirUnionHasNoGap(@ForAll("cuts") List<StreamPosition> cuts) {
    for (int i = 2; i < cuts.size(); i++) {
      Interval before = new Interval(cuts.get(i - 2), cuts.get(i - 1));
      Interval after = new Interval(cuts.get(i - 1), cuts.get(i));
      assertThat(before.isFollowedBy(after)).isTrue();
      assertThat(before.touches(after)).isTrue();
      assertThat(after.touches(before)).isTrue();
      boolean empty = before.from().equals(before.to()) && after.from().equals(after.to());
      assertThat(after.isFollowedBy(before)).isEqualTo(empty);
    }
  }

  @Property
  void intervalsTouchUnlessAPlaceLiesBetween(
      @ForAll("places") StreamPosition a,
      @ForAll("places") StreamPosition b,
      @ForAll("places") StreamPosition c,
      @ForAll("places") StreamPosition d) {
    Interval left = new Interval(a.compareTo(b) <= 0 ? a : b, a.max(b));
    Interval right = new Interval(c.compareTo(d) <= 0 ? c : d, c.max(d));
    boolean gap = left.to().compareTo(right.from()) < 0 || right.to().compareTo(left.from()) < 0;
    assertThat(left.touches(right)).isEqualTo(!gap);
  }

  @Property
  void anIntervalNeverRunsBackward(
      @ForAll("places") StreamPosition a, @ForAll("places") StreamPosition b) {
    if (a.compareTo(b) > 0) {
      assertThatThrownBy(() -> new Interval(a, b)).isInstanceOf(IllegalArgumentException.class);
    } else {
      assertThat(new Interval(a, b).touches(new Interval(a, b))).isTrue();
    }
  }

  private static int compareSections(String left, String right) {
    String[] leftSections = left.split("/", -1);
    String[] rightSections = right.split("/", -1);
    for (int i = 0; i < leftSections.length; i++) {
      int order =
          new BigInteger(leftSections[i], 16).compareTo(new BigInteger(rightSections[i], 16));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private static String withoutPadding(String sequenceNumber) {
    return sequenceNumber.replaceAll("(?<=^|/)0+(?=[0-9A-F])", "");
  }

  private static BigInteger unsigned(long value) {
    return new BigInteger(Long.toUnsignedString(value));
  }

  @Provide
  Arbitrary<Long> edges() {
    return Arbitraries.oneOf(
        Arbitraries.longs(),
        Arbitraries.longs().between(0, 20),
        Arbitraries.of(0L, 1L, -1L, Long.MAX_VALUE, Long.MIN_VALUE, 0xFFFF_FFFFL, 1L << 32));
  }

  @Provide
  Arbitrary<Long> counts() {
    return Arbitraries.longs().between(1, 10_000_000);
  }

  @Provide
  Arbitrary<ChangePosition> positions() {
    return Combinators.combine(edges(), edges(), edges(), edges()).as(ChangePosition::new);
  }

  @Provide
  Arbitrary<StreamPosition> places() {
    Arbitrary<Long> n = Arbitraries.oneOf(Arbitraries.of(0L), Arbitraries.longs().between(0, 5));
    return Combinators.combine(edges(), n).as(StreamPosition::new);
  }

  @Provide
  Arbitrary<List<StreamPosition>> cuts() {
    return places()
        .list()
        .ofMaxSize(10)
        .map(
            list -> {
              List<StreamPosition> sorted = new ArrayList<>(list);
              sorted.sort(null);
              return sorted;
            });
  }
}
