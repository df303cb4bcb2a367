package io.walbeam.local.standin.store;

import com.google.cloud.bigquery.storage.v1.CivilTimeEncoder;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;

/**
 * DATE, TIME, DATETIME and TIMESTAMP values: ranges and text forms (documentation "Data types").
 */
public final class Times {
  static final long MIN_DATE = LocalDate.of(1, 1, 1).toEpochDay();
  static final long MAX_DATE = LocalDate.of(9999, 12, 31).toEpochDay();
  private static final long MICROS_PER_SECOND = 1_000_000L;
  private static final long MICROS_PER_DAY = 86_400 * MICROS_PER_SECOND;
  static final long MIN_TIMESTAMP = MIN_DATE * 86_400 * MICROS_PER_SECOND;
  static final long MAX_TIMESTAMP = (MAX_DATE + 1) * 86_400 * MICROS_PER_SECOND - 1;

  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder()
          .appendPattern("H:m:s")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 6, true)
          .toFormatter()
          .withResolverStyle(ResolverStyle.STRICT);
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("u-M-d").withResolverStyle(ResolverStyle.STRICT);
  private static final DateTimeFormatter DATETIME =
      new DateTimeFormatterBuilder()
          .append(DATE)
          .appendPattern("[' ']['T']['t']")
          .append(TIME)
          .toFormatter()
          .withResolverStyle(ResolverStyle.STRICT);
  private static final DateTimeFormatter TIMESTAMP =
      new DateTimeFormatterBuilder()
          .append(DATETIME)
          .appendPattern("[' ']")
          .appendPattern("[XXX][X]['UTC']")
          .parseDefaulting(ChronoField.OFFSET_SECONDS, 0)
          .toFormatter()
          .withResolverStyle(ResolverStyle.STRICT);

  private Times() {}

  public static int date(long epochDay, Column column) throws RowProblem {
    if (epochDay < MIN_DATE || epochDay > MAX_DATE) {
      throw outOfRange(column);
    }
    return (int) epochDay;
  }

  public static int date(String text, Column column) throws RowProblem {
    try {
      return date(LocalDate.parse(text, DATE).toEpochDay(), column);
    } catch (DateTimeException e) {
      throw invalid(column);
    }
  }

  public static long packedTime(long packed, Column column) throws RowProblem {
    try {
      return micros(CivilTimeEncoder.decodePacked64TimeMicrosLocalTime(packed));
    } catch (IllegalArgumentException | DateTimeException e) {
      throw invalid(column);
    }
  }

  public static long time(String text, Column column) throws RowProblem {
    try {
      return micros(LocalTime.parse(text, TIME));
    } catch (DateTimeException e) {
      throw invalid(column);
    }
  }

  public static long packedDatetime(long packed, Column column) throws RowProblem {
    try {
      return timestamp(
          micros(CivilTimeEncoder.decodePacked64DatetimeMicrosLocalDateTime(packed)), column);
    } catch (IllegalArgumentException | DateTimeException e) {
      throw invalid(column);
    }
  }

  public static long datetime(String text, Column column) throws RowProblem {
    try {
      return timestamp(micros(LocalDateTime.parse(text, DATETIME)), column);
    } catch (DateTimeException e) {
      throw invalid(column);
    }
  }

  public static long timestamp(long micros, Column column) throws RowProblem {
    if (micros < MIN_TIMESTAMP || micros > MAX_TIMESTAMP) {
      throw outOfRange(column);
    }
    return micros;
  }

  public static long timestamp(String text, Column column) throws RowProblem {
    try {
      OffsetDateTime value = OffsetDateTime.parse(text.strip(), TIMESTAMP);
      return timestamp(
          micros(value.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime()), column);
    } catch (DateTimeException e) {
      throw invalid(column);
    }
  }

  public static long micros(LocalTime time) {
    return time.toNanoOfDay() / 1_000;
  }

  public static long micros(LocalDateTime time) {
    return time.toLocalDate().toEpochDay() * MICROS_PER_DAY + micros(time.toLocalTime());
  }

  static LocalDateTime ofMicros(long micros) {
    return LocalDateTime.ofEpochSecond(
        Math.floorDiv(micros, MICROS_PER_SECOND),
        (int) Math.floorMod(micros, MICROS_PER_SECOND) * 1_000,
        ZoneOffset.UTC);
  }

  static LocalTime ofDayMicros(long micros) {
    return LocalTime.MIDNIGHT.plus(micros, ChronoUnit.MICROS);
  }

  private static RowProblem invalid(Column column) {
    return new RowProblem("Invalid " + column.type() + " value in field " + column.name());
  }

  private static RowProblem outOfRange(Column column) {
    return new RowProblem(column.type() + " value out of range in field " + column.name());
  }
}
