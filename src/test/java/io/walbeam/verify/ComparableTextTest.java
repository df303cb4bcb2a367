package io.walbeam.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.row.DestinationType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A value has one text, whoever wrote it; two values have two. */
class ComparableTextTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "BOOL | t | true",
        "BOOL | f | false",
        "INT64 | -0 | 0",
        "FLOAT64 | 1e-300 | 1.0E-300",
        "FLOAT64 | NaN | NaN",
        "FLOAT64 | -Infinity | -Infinity",
        "NUMERIC | 7.100 | 7.1",
        "NUMERIC | -0.00 | 0",
        "BIGNUMERIC | 1000 | 1E3",
        "BYTES | \\xdeadbeef | 3q2+7w==",
        "BYTES | \\x | ``",
        "DATE | 0001-01-01 | 0001-01-01",
        "TIME | 23:59:59.5 | 23:59:59.500000",
        "DATETIME | 2024-02-29 12:00:00.5 | 2024-02-29T12:00:00.500000",
        "TIMESTAMP | 1970-01-01 00:00:01+00 | 1000000",
        "TIMESTAMP | 1969-12-31 23:59:59.999999+00 | -1",
        "TIMESTAMP | 9999-12-31 23:59:59.999999+00 | 253402300799999999",
        "TIMESTAMP | 1970-01-01 05:30:00+05:30 | 0",
        "TIMESTAMP | 1969-12-31 18:09:24-05:50:36 | 0",
        "JSON | {\"b\": 1.50, \"a\": [1, null]} | {\"a\":[1,null],\"b\":1.5}",
        "JSON | 1e2 | 100",
        "JSON | 12345678901234567890 | 12345678901234567890",
      })
  void bothSidesWriteTheSameValue(DestinationType type, String source, String destination) {
    assertThat(ComparableText.of(type, source)).isEqualTo(ComparableText.of(type, destination));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "BOOL | t | false",
        "FLOAT64 | 0.1 | 0.10000000000000002",
        "NUMERIC | 7.1 | 7.11",
        "BYTES | \\xde | 3w==",
        "STRING | a | A",
        "STRING | 1.0 | 1",
        "TIME | 00:00:00 | 00:00:00.000001",
        "TIMESTAMP | 1970-01-01 00:00:01+00 | 1000001",
        "JSON | [1, 2] | [2,1]",
        "JSON | {\"a\": null} | {}",
        "JSON | \"1\" | 1",
        "JSON | 12345678901234567890 | 12345678901234567000",
        "DATE | infinity | 9999-12-31",
      })
  void twoValuesDiffer(DestinationType type, String source, String destination) {
    assertThat(ComparableText.of(type, source)).isNotEqualTo(ComparableText.of(type, destination));
  }
}
