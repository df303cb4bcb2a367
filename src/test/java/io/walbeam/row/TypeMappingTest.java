package io.walbeam.row;

import static io.walbeam.row.DestinationType.BIGNUMERIC;
import static io.walbeam.row.DestinationType.BOOL;
import static io.walbeam.row.DestinationType.BYTES;
import static io.walbeam.row.DestinationType.DATE;
import static io.walbeam.row.DestinationType.DATETIME;
import static io.walbeam.row.DestinationType.FLOAT64;
import static io.walbeam.row.DestinationType.INT64;
import static io.walbeam.row.DestinationType.JSON;
import static io.walbeam.row.DestinationType.NUMERIC;
import static io.walbeam.row.DestinationType.STRING;
import static io.walbeam.row.DestinationType.TIME;
import static io.walbeam.row.DestinationType.TIMESTAMP;
import static io.walbeam.row.Rejection.DATE_INFINITE;
import static io.walbeam.row.Rejection.DATE_RANGE;
import static io.walbeam.row.Rejection.INVALID_TEXT;
import static io.walbeam.row.Rejection.JSON_NUMBER;
import static io.walbeam.row.Rejection.NUMERIC_NOT_FINITE;
import static io.walbeam.row.Rejection.NUMERIC_RANGE;
import static io.walbeam.row.Rejection.NUMERIC_SCALE;
import static io.walbeam.row.Rejection.TIME_24;
import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.TableId;
import io.walbeam.change.TypeName;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TypeMappingTest {
  @Test
  void booleans() {
    TypeCases.of(16)
        .isA(BOOL)
        .to("t", true)
        .to("f", false)
        .rejected(INVALID_TEXT, "", "true", "x")
        .check();
  }

  @Test
  void integers() {
    for (int oid : new int[] {20, 21, 23, 26}) {
      TypeCases.of(oid)
          .isA(INT64)
          .to("0", 0L)
          .to("-1", -1L)
          .to("-32768", -32768L)
          .to("4294967295", 4294967295L)
          .to("999999999999999999", 999999999999999999L)
          .to("1000000000000000000", 1000000000000000000L)
          .to("9223372036854775807", Long.MAX_VALUE)
          .to("-9223372036854775808", Long.MIN_VALUE)
          .rejected(
              INVALID_TEXT, "", "-", "9223372036854775808", "1.0", "12x4", "99999999999999999999")
          .check();
    }
  }

  @Test
  void floats() {
    for (int oid : new int[] {700, 701}) {
      TypeCases.of(oid)
          .isA(FLOAT64)
          .to("0", 0.0)
          .to("-0", -0.0)
          .to("0.1", 0.1)
          .to("-12.5", -12.5)
          .to("9007199254740993", 9007199254740992.0)
          .to("1e+22", 1e22)
          .to("1.7976931348623157e+308", Double.MAX_VALUE)
          .to("5e-324", Double.MIN_VALUE)
          .to("3.4028235e+38", 3.4028235e+38)
          .to("0.30000000000000004", 0.1 + 0.2)
          .to("NaN", Double.NaN)
          .to("Infinity", Double.POSITIVE_INFINITY)
          .to("-Infinity", Double.NEGATIVE_INFINITY)
          .rejected(INVALID_TEXT, "", "-", "1.2.3", "0x1p3", "1d", " 1", "1e999", "e")
          .check();
    }
  }

  @Test
  void numericOfFewDigitsIsNumeric() {
    String largest = "9".repeat(29) + "." + "9".repeat(9);
    TypeCases.numeric(38, 9)
        .isA(NUMERIC)
        .described("PostgreSQL column \"v\", numeric(38,9).")
        .kept("0", "-0.000000001", "12.340000000", largest, "-" + largest)
        .rejected(NUMERIC_NOT_FINITE, "NaN", "Infinity", "-Infinity")
        .rejected(NUMERIC_RANGE, "1" + "0".repeat(29))
        .rejected(NUMERIC_SCALE, "0.0000000001")
        .rejected(INVALID_TEXT, "", "-", "1.", ".1", "1e5", "1.2.3", "--1", "1x")
        .check();
    TypeCases.numeric(29, 0).isA(NUMERIC).check();
    TypeCases.numeric(3, 5).isA(NUMERIC).kept("0.00999").check();
    TypeCases.numeric(5, -24).isA(NUMERIC).kept("12345" + "0".repeat(24)).check();
  }

  @Test
  void numericOfMoreDigitsIsBignumericAndBeyondItText() {
    TypeCases.numeric(30, 0).isA(BIGNUMERIC).kept("9".repeat(30)).check();
    TypeCases.numeric(20, 10).isA(BIGNUMERIC).check();
    TypeCases.numeric(76, 38).isA(BIGNUMERIC).kept("9".repeat(38) + "." + "9".repeat(38)).check();
    TypeCases.numeric(77, 38).isA(STRING).kept("9".repeat(39) + "." + "9".repeat(38)).check();
    TypeCases.numeric(40, 39).isA(STRING).kept("NaN").check();
    TypeCases.numeric(1000, 500).isA(STRING).check();
    TypeCases.numeric(5, -34).isA(STRING).check();
  }

  @Test
  void unconstrainedNumericIsBignumericToItsLastUnit() {
    String largest =
        "578960446186580977117854925043439539266.34992332820282019728792003956564819967";
    String smallest =
        "-578960446186580977117854925043439539266.34992332820282019728792003956564819968";
    TypeCases.of(1700)
        .isA(BIGNUMERIC)
        .kept("0", "0." + "0".repeat(37) + "1", largest, smallest)
        .to("1.5" + "0".repeat(40), "1.5" + "0".repeat(37))
        .rejected(
            NUMERIC_RANGE,
            largest.substring(0, largest.length() - 1) + "8",
            smallest.substring(0, smallest.length() - 1) + "9",
            "6" + "0".repeat(38),
            "1" + "0".repeat(200))
        .rejected(NUMERIC_SCALE, "0." + "0".repeat(38) + "1")
        .rejected(NUMERIC_NOT_FINITE, "NaN", "Infinity", "-Infinity")
        .check();
  }

  @Test
  void moneyIsNumericWithTheDigitsOfTheCurrency() {
    TypeCases.of(790)
        .isA(NUMERIC)
        .to("$1,234.56", "1234.56")
        .to("-$0.05", "-0.05")
        .to("$0.00", "0.00")
        .to("-$92,233,720,368,547,758.08", "-92233720368547758.08")
        .rejected(INVALID_TEXT, "", "$", "1.00", "$1", "$1.0", "$1.000", "$a.00", "-1,00 \u20AC")
        .check();
    TypeCases.ofMoney(0).to("$1,234.56", "123456").to("-$0.07", "-7").check();
    TypeCases.ofMoney(3).to("$1,234.56", "123.456").to("$0.07", "0.007").check();
    TypeCases.in(BIGNUMERIC, 790).isA(BIGNUMERIC).to("$1.00", "1.00").check();
    TypeCases.in(STRING, 790).isA(STRING).kept("$1.00").check();
  }

  @Test
  void textTypesAreKept() {
    for (int oid : new int[] {18, 19, 22, 25, 142, 650, 1042, 1043, 1186, 1266, 1562, 2950}) {
      TypeCases.of(oid)
          .isA(STRING)
          .kept(
              "",
              "a",
              "12345678",
              "caf\u00E9 \u4E2D\uD83D\uDE00",
              "{1,NULL}",
              "x  ",
              "long".repeat(100_000))
          .check();
    }
    TypeCases.of(987_654)
        .isA(STRING)
        .described("PostgreSQL column \"v\", type with OID 987654.")
        .kept("whatever")
        .check();
  }

  @Test
  void domainsAreTheirBaseTypesAndOtherAnnouncedTypesAreText() {
    TypeCases.of(new TypeName(16_400, "pg_catalog", "int4"))
        .isA(INT64)
        .described("PostgreSQL column \"v\", domain over int4.")
        .to("5", 5L)
        .check();
    TypeCases.of(new TypeName(16_401, "public", "mood"))
        .isA(STRING)
        .described("PostgreSQL column \"v\", public.mood.")
        .kept("happy")
        .check();
    TypeCases.of(new TypeName(16_402, "public", "int4")).isA(STRING).kept("not a number").check();
  }

  @Test
  void builtInTypesAreNamedAsInSql() {
    TypeCases.of(1185)
        .described("PostgreSQL column \"v\", timestamptz[].")
        .to("{NULL}", "[null]")
        .check();
    TypeCases.of(6155).described("PostgreSQL column \"v\", datemultirange[].").check();
    TypeCases.of(new TypeName(16_403, "pg_catalog", "_int4"))
        .described("PostgreSQL column \"v\", domain over int4[].")
        .check();
  }

  @Test
  void aColumnThatIsThereStaysWhatItIsIfItHoldsEveryValue() {
    for (int oid : new int[] {16, 20, 701, 1700, 17, 3802, 1082, 1083, 1114, 1184}) {
      TypeCases.in(STRING, oid).isA(STRING).kept("as PostgreSQL writes it").check();
    }
    TypeCases.in(STRING, 1007).isA(STRING).kept("{1,2}").check();
    TypeCases.in(STRING, 3904).isA(STRING).kept("[1,5)").check();
    TypeCases.in(NUMERIC, 20).isA(NUMERIC).kept("-9223372036854775808").check();
    TypeCases.in(BIGNUMERIC, 23).isA(BIGNUMERIC).kept("-5").check();
    TypeCases.in(BIGNUMERIC, 1700, ((10 << 16) | 2) + 4).isA(BIGNUMERIC).kept("-5.25").check();
  }

  @Test
  void aColumnThatIsThereAndCannotHoldEveryValueIsLeftToTheComparison() {
    TypeCases.in(INT64, 25).isA(STRING).check();
    TypeCases.in(NUMERIC, 1700).isA(BIGNUMERIC).check();
    TypeCases.in(FLOAT64, 20).isA(INT64).check();
    TypeCases.in(DATETIME, 1184).isA(TIMESTAMP).check();
  }

  @Test
  void bytes() {
    TypeCases.of(17)
        .isA(BYTES)
        .toBytes("\\x")
        .toBytes("\\x00ff10aB", 0, 0xFF, 0x10, 0xAB)
        .toBytes("", new int[0])
        .toBytes("a\\\\b\\000\\377", 'a', '\\', 'b', 0, 0xFF)
        .rejected(INVALID_TEXT, "\\x0", "\\x0g", "\\xzz", "\\", "\\1", "\\089", "a\\37")
        .check();
  }

  @Test
  void json() {
    for (int oid : new int[] {114, 3802}) {
      TypeCases.of(oid)
          .isA(JSON)
          .kept(
              "null",
              "{\"a\": [1, 2.5, -3e10, \"123456789012345678901234567890\"]}",
              "{\"\\\"1e999\": \"\\\\\"}",
              "18446744073709551615",
              "-9223372036854775808",
              "0.30000000000000004",
              "5.684341886080802e-14",
              "1.7976931348623157e308",
              "100000000000000000000.0",
              "0e999",
              "1.10")
          .rejected(
              JSON_NUMBER,
              "18446744073709551616",
              "[-9223372036854775809]",
              "{\"a\": 123456789012345678901234567890}",
              "0.123456789012345678901",
              "1e999",
              "1e-999")
          .check();
    }
  }

  @Test
  void dates() {
    TypeCases.of(1082)
        .isA(DATE)
        .to("1970-01-01", 0)
        .to("0001-01-01", -719162)
        .to("9999-12-31", 2932896)
        .to("2000-02-29", (int) LocalDate.of(2000, 2, 29).toEpochDay())
        .to("1900-03-01", (int) LocalDate.of(1900, 3, 1).toEpochDay())
        .rejected(DATE_INFINITE, "infinity", "-infinity")
        .rejected(DATE_RANGE, "10000-01-01", "5874897-12-31", "0001-12-31 BC", "4714-11-24 BC")
        .rejected(
            INVALID_TEXT,
            "",
            "2024-01-0",
            "01-02-2024",
            "2023-02-29",
            "2024-13-01",
            "2024-01-01x",
            "2024/01/01",
            "0000-01-01",
            "1900-02-29",
            "2024-01-00")
        .check();
  }

  @Test
  void times() {
    TypeCases.of(1083)
        .isA(TIME)
        .kept("00:00:00", "23:59:59.999999", "12:34:56.1")
        .rejected(TIME_24, "24:00:00")
        .rejected(
            INVALID_TEXT,
            "",
            "24:00:01",
            "1:00:00",
            "12:60:00",
            "12:00:60",
            "12:00:00.",
            "12:00:00.1234567",
            "12:00:00+01",
            "12-00-00")
        .check();
  }

  @Test
  void timestampsWithoutTimeZone() {
    TypeCases.of(1114)
        .isA(DATETIME)
        .kept("0001-01-01 00:00:00", "9999-12-31 23:59:59.999999", "2024-02-29 12:00:00.5")
        .rejected(DATE_INFINITE, "infinity", "-infinity")
        .rejected(DATE_RANGE, "10000-01-01 00:00:00", "0044-03-15 12:00:00 BC")
        .rejected(
            INVALID_TEXT,
            "2024-01-01",
            "2024-01-01T00:00:00",
            "2024-01-01 24:00:00",
            "2024-01-01 00:00:00+00",
            "2024-01-01 00:00")
        .check();
  }

  @Test
  void timestampsWithTimeZoneFromAnySessionTimeZone() {
    TypeCases.of(1184)
        .isA(TIMESTAMP)
        .to("1970-01-01 00:00:00+00", 0L)
        .to("1969-12-31 23:59:59.999999+00", -1L)
        .to("2024-01-01 12:00:00.123456+05:30", micros("2024-01-01T12:00:00.123456+05:30"))
        .to("2024-01-01 12:00:00.1-03", micros("2024-01-01T12:00:00.1-03:00"))
        .to("1880-01-01 00:00:00+00:19:32", micros("1880-01-01T00:00:00+00:19:32"))
        .to("1880-01-01 00:00:00-07:52:58", micros("1880-01-01T00:00:00-07:52:58"))
        .to("0001-01-01 00:00:00+00", micros("0001-01-01T00:00:00Z"))
        .to("0001-12-31 23:00:00-05 BC", micros("0001-01-01T04:00:00Z"))
        .to("9999-12-31 23:59:59.999999+00", micros("9999-12-31T23:59:59.999999Z"))
        .to("10000-01-01 02:00:00+05", micros("9999-12-31T21:00:00Z"))
        .rejected(DATE_INFINITE, "infinity", "-infinity")
        .rejected(
            DATE_RANGE,
            "0001-01-01 00:00:00+05:30",
            "9999-12-31 23:00:00-05",
            "0044-03-15 12:00:00+00 BC",
            "294276-12-31 23:59:59.999999+00",
            "9999999-12-31 00:00:00+00",
            "586524-01-19 00:00:00+00")
        .rejected(
            INVALID_TEXT,
            "2024-01-01 00:00:00",
            "2024-01-01 00:00:00Z",
            "2024-01-01 00:00:00+1",
            "2024-01-01 00:00:00+01:0",
            "2024-01-01",
            "2024-01-01 00:00:00 UTC")
        .check();
  }

  @Test
  void keyColumnsOfATypeThatBigQueryRefusesAsKeyAreText() {
    TypeCases.ofKey(701).isA(STRING).kept("0.1", "NaN").check();
    TypeCases.ofKey(1083).isA(STRING).kept("24:00:00").check();
    TypeCases.ofKey(1007).isA(STRING).kept("{1,2}").check();
    TypeCases.ofKey(3802).isA(STRING).kept("{\"a\": 1}").check();
    TypeCases.ofKey(17).isA(BYTES).toBytes("\\x01", 1).check();
    TypeCases.ofKey(1184).isA(TIMESTAMP).check();
  }

  @Test
  void noExceptionOrDescriptionShowsAValue() {
    String marker = "MARKER7f3a";
    for (int oid : new int[] {16, 17, 20, 114, 701, 1082, 1083, 1114, 1184, 1700}) {
      Relation relation =
          new Relation(
              1,
              new TableId("public", "t"),
              ReplicaIdentity.DEFAULT,
              List.of(
                  new RelationColumn("id", 25, -1, true), new RelationColumn("v", oid, -1, false)));
      TableMapping mapping =
          TableMapping.compile(
              relation,
              KeyColumns.of(relation, Optional.empty()),
              Map.of(),
              new MappingSettings(TableNameTemplate.DEFAULT, ""));
      for (String text :
          List.of(marker, marker + "\\", "-" + marker, "1234" + marker, "2024-01-01" + marker)) {
        try {
          EncodedRow row =
              mapping.encodeUpsert(TypeCases.tuple(marker, text), new RowMeta(), new RowBuffer());
          assertThat(row.toString()).doesNotContain(marker);
        } catch (RowRejectedException e) {
          StringWriter all = new StringWriter();
          e.printStackTrace(new PrintWriter(all));
          assertThat(all.toString() + e.refusal() + e.column())
              .doesNotContain(marker)
              .doesNotContain("7f3a");
        }
      }
    }
  }

  private static long micros(String text) {
    Instant instant = OffsetDateTime.parse(text).toInstant();
    return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000;
  }
}
