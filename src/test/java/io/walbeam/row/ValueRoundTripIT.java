package io.walbeam.row;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.walbeam.change.Operation;
import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.TableId;
import io.walbeam.failure.ErrorClass;
import io.walbeam.postgres.pgoutput.CapturedStream;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Generated and extreme values, rendered by a real server, encoded, decoded, and compared with what
 * the server says the value is. A value is either kept exactly or rejected for a reason that the
 * server confirms. Values of every type, one by one, are in {@link RoundTripCase}.
 */
class ValueRoundTripIT {
  private static final long MICROS_PER_DAY = 86_400_000_000L;
  private static final long FIRST_MICROS = -719_162 * MICROS_PER_DAY;
  private static final long LAST_MICROS = 2_932_897 * MICROS_PER_DAY - 1;

  /** Stands for a value that BigQuery lacks. */
  private static final Object REJECTED = "rejected";

  private static EmbeddedPostgres server;
  private static Connection sql;

  @BeforeAll
  static void start() throws IOException, SQLException {
    server = CapturedStream.startServer();
    sql = DriverManager.getConnection(server.getJdbcUrl("postgres", "postgres"));
    execute("SELECT setseed(0.42)");
  }

  @AfterAll
  static void stop() throws IOException, SQLException {
    sql.close();
    server.close();
  }

  @Test
  void integersAndBooleans() throws SQLException {
    Function<Object, Object> same = Function.identity();
    compare(
        "int8",
        "v::text",
        random(
            "((random() * 2 - 1) * 9.2e18)::int8",
            "'-9223372036854775808', '9223372036854775807', '0'"),
        text -> Long.valueOf(text),
        same);
    compare(
        "int4",
        "v::text",
        random("((random() * 2 - 1) * 2147483647)::int4", "'-2147483648', '2147483647', '0'"),
        text -> Long.valueOf(text),
        same);
    compare(
        "int2",
        "v::text",
        random("((random() * 2 - 1) * 32767)::int2", "'-32768', '32767'"),
        text -> Long.valueOf(text),
        same);
    compare(
        "oid",
        "v::text",
        random("(random() * 4294967295)::int8", "'4294967295', '0'"),
        text -> Long.valueOf(text),
        same);
    compare("bool", "v::int::text", random("random() < 0.5", "'t', 'f'"), "1"::equals, same);
  }

  @Test
  void floats() throws SQLException {
    compare(
        "float8",
        "encode(float8send(v), 'hex')",
        random(
            "(random() - 0.5) * power(10, random() * 600 - 300)",
            "'NaN', 'Infinity', '-Infinity', '-0', '0', '5e-324', '1.7976931348623157e308', '0.1',"
                + " '1e22', '1e23', '9007199254740993', '0.30000000000000004', '123456.789e-20'"),
        text -> Long.parseUnsignedLong(text, 16),
        value -> Double.doubleToLongBits((Double) value));
    compare(
        "float4",
        "encode(float4send(v), 'hex')",
        random(
            "(random() - 0.5) * power(10, random() * 70 - 35)",
            "'NaN', 'Infinity', '-Infinity', '-0', '0.1', '3.4028235e38', '1e-45', '16777217'"),
        text -> Integer.parseUnsignedInt(text, 16),
        value -> Float.floatToIntBits(((Double) value).floatValue()));
  }

  @Test
  void numerics() throws SQLException {
    String values =
        random(
            "round((random() - 0.5)::numeric * power(10::numeric, (random() * 90 - 45)::int), 50)",
            "'NaN', 'Infinity', '-Infinity', '0', '-0.00', '1e38', '5.7e38', '5.8e38', '1e39',"
                + " '1e-38', '1e-39', '1.50000000000000000000000000000000000000000000',"
                + " '123456789'");
    compareDecimals("numeric", -1, values, value -> fitsScaled(value, 38, 255));
    String constrained =
        random("(random() - 0.5) * power(10, random() * 12 - 2)", "'NaN', '0', '9999999999.999'");
    compareDecimals("numeric(13,3)", ((13 << 16) | 3) + 4, constrained, value -> true);
  }

  @Test
  void money() throws SQLException {
    execute("SET lc_monetary = 'C'");
    compare(
        "money",
        "v::numeric::text",
        random("(random() - 0.5) * 1e12", "'0', '-0.01', '-92233720368547758.08', '1234567.8'"),
        text -> normalized(new BigDecimal(text)),
        value -> normalized(new BigDecimal((String) value)));
    execute("RESET lc_monetary");
  }

  @Test
  void datesAndTimesInEveryStyleOfTimeZone() throws SQLException {
    compare(
        "date",
        "CASE WHEN isfinite(v) THEN (v - date '1970-01-01')::text END",
        random(
            "date '1970-01-01' + ((random() - 0.3) * 4000000)::int",
            "'infinity', '-infinity', '0001-01-01', '0001-12-31 BC', '9999-12-31', '10000-01-01',"
                + " '4714-11-24 BC', '5874897-12-31', '2000-02-29', '1900-02-28', '1900-03-01'"),
        text -> inside(Long.parseLong(text) * MICROS_PER_DAY, Integer.valueOf(text)),
        Function.identity());
    compare(
        "time",
        "(extract(epoch FROM v) * 1000000)::int8::text",
        random(
            "time '00:00' + random() * interval '1 day'", "'24:00:00', '23:59:59.999999', '0:0'"),
        text -> Long.parseLong(text) == MICROS_PER_DAY ? REJECTED : Long.valueOf(text),
        value -> LocalTime.parse((String) value).toNanoOfDay() / 1000);
    String instants =
        random(
            "timestamptz '4000-01-01 UTC' + (random() - 0.5) * interval '16000 years'"
                + " + random() * interval '1 day'",
            "'infinity', '-infinity', '0001-01-01 00:00:00 UTC', '0001-12-31 23:59:59.999999 BC"
                + " UTC', '9999-12-31 23:59:59.999999 UTC', '10000-01-01 00:00:00 UTC', 'epoch',"
                + " '4713-01-01 BC UTC', '294276-12-31 UTC', '1969-12-31 23:59:59.999999 UTC',"
                + " '1890-01-01 12:00:00 UTC', '2024-03-10 07:00:00 UTC'");
    for (String zone :
        List.of(
            "UTC",
            "Asia/Kolkata",
            "America/New_York",
            "Africa/Monrovia",
            "Pacific/Kiritimati",
            "Asia/Kathmandu",
            "America/St_Johns")) {
      execute("SET TimeZone = '" + zone + "'");
      compare(
          "timestamptz",
          "CASE WHEN isfinite(v) THEN least(extract(epoch FROM v) * 1000000, 9e18)::int8::text END",
          instants,
          text -> inside(Long.parseLong(text), Long.valueOf(text)),
          Function.identity());
    }
    execute("SET TimeZone = 'UTC'");
    compare(
        "timestamp",
        "CASE WHEN isfinite(v) THEN least(extract(epoch FROM v) * 1000000, 9e18)::int8::text END",
        instants,
        text -> inside(Long.parseLong(text), Long.valueOf(text)),
        value -> micros(LocalDateTime.parse(((String) value).replace(' ', 'T'))));
  }

  @Test
  void bytesInBothFormats() throws SQLException {
    String values =
        "SELECT decode(string_agg(lpad(to_hex((random() * 255)::int), 2, '0'), ''), 'hex') AS v"
            + " FROM generate_series(1, 4000) g GROUP BY g % 100"
            + " UNION ALL SELECT unnest(ARRAY['', '\\\\', 'a\\\\b', '\\x5c', '\\x005cff'])::bytea";
    for (String format : List.of("hex", "escape")) {
      execute("SET bytea_output = '" + format + "'");
      compare(
          "bytea",
          "encode(v, 'hex')",
          values,
          text -> text,
          value -> HexFormat.of().formatHex(((ByteString) value).toByteArray()));
    }
    execute("RESET bytea_output");
  }

  private static void compareDecimals(
      String type, int modifier, String values, Predicate<BigDecimal> fits) throws SQLException {
    compare(
        type,
        modifier,
        "v::text",
        values,
        text -> {
          if (text.equals("NaN") || text.endsWith("Infinity")) {
            return REJECTED;
          }
          BigDecimal value = new BigDecimal(text);
          return fits.test(value) ? normalized(value) : REJECTED;
        },
        value -> normalized(new BigDecimal((String) value)));
  }

  private static Object normalized(BigDecimal value) {
    return value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros();
  }

  private static boolean fitsScaled(BigDecimal value, int scale, int bits) {
    return value.stripTrailingZeros().scale() <= scale
        && value.setScale(scale).unscaledValue().bitLength() <= bits;
  }

  private static void compare(
      String type,
      String oracle,
      String values,
      Function<String, Object> expected,
      Function<Object, Object> actual)
      throws SQLException {
    compare(type, -1, oracle, values, expected, actual);
  }

  /**
   * Compares every value.
   *
   * @param oracle SQL text that says what {@code v} is, NULL if it cannot be kept
   * @param values SQL query of column {@code v}
   * @param expected from the oracle's text, or {@link #REJECTED}
   * @param actual from the decoded value
   */
  private static void compare(
      String type,
      int modifier,
      String oracle,
      String values,
      Function<String, Object> expected,
      Function<Object, Object> actual)
      throws SQLException {
    TableMapping mapping = mapping(oid(type), modifier);
    ProtoRows rows = new ProtoRows(mapping.destination());
    RowBuffer buffer = new RowBuffer();
    RowMeta meta = new RowMeta().transaction(0, 1, 2, 3).change(4, 0, Operation.READ);
    List<String> failures = new ArrayList<>();
    int count = 0;
    String query =
        "SELECT format('%s', v), "
            + oracle
            + " FROM (SELECT v::"
            + type
            + " FROM ("
            + values
            + ") a) b";
    try (Statement statement = sql.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      while (result.next()) {
        count++;
        String text = result.getString(1);
        String said = result.getString(2);
        Object wanted = said == null ? REJECTED : expected.apply(said);
        Object kept;
        try {
          EncodedRow row = mapping.encodeUpsert(TypeCases.tuple("1", text), meta, buffer);
          kept = actual.apply(Objects.requireNonNull(rows.read(row).get("v")));
        } catch (RowRejectedException e) {
          assertThat(e.refusal().errorClass()).as(text).isNotEqualTo(ErrorClass.INVALID_TEXT);
          kept = REJECTED;
        }
        if (!kept.equals(wanted)) {
          failures.add(type + " " + text + " became " + kept + " instead of " + wanted);
        }
      }
    }
    assertThat(failures).isEmpty();
    assertThat(count).isPositive();
  }

  private static TableMapping mapping(int oid, int modifier) {
    Relation relation =
        new Relation(
            1,
            new TableId("public", "t"),
            ReplicaIdentity.DEFAULT,
            List.of(
                new RelationColumn("id", 20, -1, true),
                new RelationColumn("v", oid, modifier, false)));
    return TableMapping.compile(
        relation,
        KeyColumns.of(relation, Optional.empty()),
        Map.of(),
        new MappingSettings(TableNameTemplate.DEFAULT, ""));
  }

  private static Object inside(long micros, Object value) {
    return micros < FIRST_MICROS || micros > LAST_MICROS ? REJECTED : value;
  }

  private static long micros(LocalDateTime time) {
    return ChronoUnit.MICROS.between(LocalDateTime.ofEpochSecond(0, 0, ZoneOffset.UTC), time);
  }

  private static String random(String expression, String literals) {
    return "SELECT ("
        + expression
        + ")::text AS v FROM generate_series(1, 500) UNION ALL SELECT unnest(ARRAY["
        + literals
        + "]::text[])";
  }

  private static int oid(String type) throws SQLException {
    try (Statement statement = sql.createStatement();
        ResultSet result = statement.executeQuery("SELECT '" + type + "'::regtype::oid::int8")) {
      result.next();
      return (int) result.getLong(1);
    }
  }

  private static void execute(String text) throws SQLException {
    try (Statement statement = sql.createStatement()) {
      statement.execute(text);
    }
  }
}
