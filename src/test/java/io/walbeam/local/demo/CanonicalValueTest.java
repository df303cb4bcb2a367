package io.walbeam.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CanonicalValueTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "boolean | t | true",
        "boolean | f | false",
        "bigint | -7 | -7",
        "numeric(10,2) | 10.50 | 10.5",
        "numeric | 0.00 | 0",
        "numeric(12,2) | 1E+3 | 1000",
        "real | 0.1 | 0.10000000149011612",
        "double precision | 1e3 | 1000.0",
        "jsonb | {\"b\": 1.0, \"a\": [1, null]} | {\"a\":[1,null],\"b\":1}",
        "json | {\"a\" : 100} | {\"a\":1e2}",
        "time(3) without time zone | 03:30:00.500 | 03:30:00.5",
        "timestamp without time zone | 2026-01-02 03:04:05.6 | 2026-01-02T03:04:05.600000",
        "timestamp with time zone | 2026-01-02 03:04:05.6+00 | 2026-01-02T03:04:05.600Z",
        "timestamp with time zone | 2026-01-02 03:04:05+05:30 | 2026-01-01T21:34:05Z",
        "date | 2026-01-02 | 2026-01-02",
        "uuid | 00000000-0000-4000-8000-000000000001 | 00000000-0000-4000-8000-000000000001",
      })
  void bothSidesOfAnEqualValueHaveOneText(String type, String source, String copy) {
    assertThat(CanonicalValue.of(type, source)).isEqualTo(CanonicalValue.of(type, copy));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "boolean | t | f",
        "numeric | 10.50 | 10.51",
        "numeric | NaN | 0",
        "double precision | 1.0000000000000002 | 1",
        "json | [1, 2] | [2, 1]",
        "json | \"1\" | 1",
        "text | 1.0 | 1",
        "timestamp with time zone | 2026-01-02 03:04:05.000001+00 | 2026-01-02T03:04:05Z",
        "timestamp with time zone | infinity | 2026-01-02T03:04:05Z",
      })
  void differentValuesHaveDifferentTexts(String type, String source, String copy) {
    assertThat(CanonicalValue.of(type, source)).isNotEqualTo(CanonicalValue.of(type, copy));
  }

  @Test
  void aTextThatIsNotOfTheTypeIsKept() {
    assertThat(CanonicalValue.of("numeric", "NaN")).isEqualTo("NaN");
    assertThat(CanonicalValue.of("date", "infinity")).isEqualTo("infinity");
  }
}
