package io.walbeam.local.standin.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class SequenceNumberProperties {
  @Provide
  Arbitrary<String> positions() {
    Arbitrary<String> section =
        Arbitraries.strings().withChars("0123456789abcdefABCDEF").ofMinLength(1).ofMaxLength(16);
    return section.list().ofMinSize(1).ofMaxSize(4).map(sections -> String.join("/", sections));
  }

  @Property
  void sectionsCompareFromTheLeftAsUnsignedNumbersAndMissingOnesAsZero(
      @ForAll("positions") String left, @ForAll("positions") String right) {
    int expected = 0;
    List<BigInteger> a = sections(left);
    List<BigInteger> b = sections(right);
    for (int i = 0; i < 4 && expected == 0; i++) {
      expected = a.get(i).compareTo(b.get(i));
    }
    assertThat(Integer.signum(parse(left).compareTo(parse(right)))).isEqualTo(expected);
  }

  @Property
  void printedFormParsesToTheSamePosition(@ForAll("positions") String text) {
    assertThat(parse(parse(text).toString())).isEqualTo(parse(text));
  }

  @Property
  void whatIsNotOfTheDocumentedFormIsRefused(@ForAll String text) {
    boolean valid = text.matches("[0-9A-Fa-f]{1,16}(/[0-9A-Fa-f]{1,16}){0,3}");
    assertThat(SequenceNumber.parse(text) != null).isEqualTo(valid);
  }

  @Example
  void malformedPositionsAreRefused() {
    for (String text :
        List.of("", "/", "1/", "/1", "1//2", "G", "1/2/3/4/5", "0".repeat(17), "٣")) {
      assertThat(SequenceNumber.parse(text)).as(text).isNull();
    }
  }

  private static SequenceNumber parse(String text) {
    SequenceNumber position = SequenceNumber.parse(text);
    if (position == null) {
      throw new AssertionError("refused: " + text);
    }
    return position;
  }

  private static List<BigInteger> sections(String text) {
    List<BigInteger> sections = new ArrayList<>();
    for (String section : text.split("/", -1)) {
      sections.add(new BigInteger(section, 16));
    }
    while (sections.size() < 4) {
      sections.add(BigInteger.ZERO);
    }
    return sections;
  }
}
