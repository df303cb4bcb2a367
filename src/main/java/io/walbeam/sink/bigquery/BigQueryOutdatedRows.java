package io.walbeam.sink.bigquery;

import com.google.api.services.bigquery.model.Table;
import com.google.api.services.bigquery.model.TableCell;
import com.google.api.services.bigquery.model.TableRow;
import io.walbeam.change.ChangePosition;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.DestinationType;
import io.walbeam.sink.OutdatedRows;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Finds outdated rows by query. Thread-safe. */
final class BigQueryOutdatedRows implements OutdatedRows {
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS").withZone(ZoneOffset.UTC);

  /** {@code max_staleness} as the REST API gives it: an interval literal, months left out. */
  private static final Pattern INTERVAL =
      Pattern.compile("0-0 (\\d+) (\\d+):(\\d+):(\\d+)(?:\\.\\d+)?");

  /** How far BigQuery's clock and ours may be apart. */
  private static final Duration CLOCK_MARGIN = Duration.ofSeconds(5);

  private final BigQueryRest rest;
  private final BigQueryTables tables;
  private final Clock clock;

  BigQueryOutdatedRows(BigQueryRest rest, BigQueryTables tables, Clock clock) {
    this.rest = rest;
    this.tables = tables;
    this.clock = clock;
  }

  @Override
  public long nowMicros() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
  }

  @Override
  public boolean showsChangesUntil(DestinationTable wanted, long micros)
      throws InterruptedException {
    DestinationTable table = there(wanted);
    Optional<Duration> staleness = rest.get(table.name()).flatMap(BigQueryOutdatedRows::staleness);
    // The watermark stands still while nothing changes, but no answer is older than the staleness.
    if (staleness.isPresent()
        && (staleness.get().isZero()
            || nowMicros() - micros >= staleness.get().plus(CLOCK_MARGIN).toNanos() / 1_000)) {
      return true;
    }
    String sql =
        "SELECT upsert_stream_apply_watermark FROM `"
            + rest.settings().project()
            + "."
            + rest.settings().dataset()
            + "`.INFORMATION_SCHEMA.TABLES WHERE table_name = @name";
    List<TableRow> rows = new ArrayList<>();
    rest.query(table.name(), sql, Map.of("name", table.name()), rows::addAll);
    return rows.isEmpty()
        || (rows.get(0).getF().get(0).getV() instanceof String watermark
            && Long.parseLong(watermark) > micros);
  }

  /** Empty if the answer is of no known form: then the watermark alone counts. */
  static Optional<Duration> staleness(Table table) {
    String text = table.getMaxStaleness();
    if (text == null || text.isEmpty()) {
      return Optional.of(Duration.ZERO);
    }
    Matcher interval = INTERVAL.matcher(text);
    return interval.matches()
        ? Optional.of(
            Duration.ofDays(Long.parseLong(interval.group(1)))
                .plusHours(Long.parseLong(interval.group(2)))
                .plusMinutes(Long.parseLong(interval.group(3)))
                .plusSeconds(Long.parseLong(interval.group(4)) + 1))
        : Optional.empty();
  }

  /** The table as it is there; as it is wanted where there is none. */
  private DestinationTable there(DestinationTable wanted) throws InterruptedException {
    return tables.existing(wanted).orElse(wanted);
  }

  @Override
  public boolean existedBefore(DestinationTable table, long micros) throws InterruptedException {
    return rest.get(there(table).name())
        .map(existing -> existing.getCreationTime() * 1000 < micros)
        .orElse(false);
  }

  @Override
  public long count(DestinationTable wanted, ChangePosition below) throws InterruptedException {
    DestinationTable table = there(wanted);
    List<TableRow> rows = new ArrayList<>();
    rest.query(table.name(), "SELECT COUNT(*)" + from(table, below), Map.of(), rows::addAll);
    return rows.get(0).getF().get(0).getV() instanceof String count ? Long.parseLong(count) : 0;
  }

  @Override
  public void keys(DestinationTable wanted, ChangePosition below, Keys keys)
      throws InterruptedException {
    DestinationTable table = there(wanted);
    String columns =
        table.primaryKey().stream()
            .map(BigQueryOutdatedRows::quote)
            .collect(Collectors.joining(", "));
    List<DestinationType> types = new ArrayList<>();
    for (String name : table.primaryKey()) {
      table.columns().stream()
          .filter(column -> column.name().equals(name))
          .forEach(column -> types.add(column.type()));
    }
    rest.query(
        table.name(),
        "SELECT " + columns + from(table, below),
        Map.of(),
        rows -> keys.take(rows.stream().map(row -> key(row, types)).toList()));
  }

  /** A row without {@code _walbeam} was not written by us and counts as outdated. */
  private String from(DestinationTable table, ChangePosition below) {
    return " FROM `"
        + rest.settings().project()
        + "."
        + rest.settings().dataset()
        + "."
        + table.name()
        + "` WHERE _walbeam.commit_lsn IS NULL OR _walbeam.epoch < "
        + below.epoch()
        + " OR (_walbeam.epoch = "
        + below.epoch()
        + " AND (_walbeam.commit_lsn < "
        + below.commitLsn()
        + " OR (_walbeam.commit_lsn = "
        + below.commitLsn()
        + " AND (_walbeam.change_lsn < "
        + below.changeLsn()
        + " OR (_walbeam.change_lsn = "
        + below.changeLsn()
        + " AND _walbeam.n < "
        + below.n()
        + ")))))";
  }

  /** The first cells of a row as the texts of a key. */
  static List<String> key(TableRow row, List<DestinationType> types) {
    List<String> key = new ArrayList<>();
    List<TableCell> cells = row.getF();
    for (int i = 0; i < types.size(); i++) {
      key.add(text(String.valueOf(cells.get(i).getV()), types.get(i)));
    }
    return key;
  }

  /** As PostgreSQL would write the value (BigQuery documentation, REST, "TableRow"). */
  static String text(String value, DestinationType type) {
    return switch (type) {
      case BOOL -> value.equals("true") ? "t" : "f";
      case BYTES -> "\\x" + HexFormat.of().formatHex(Base64.getDecoder().decode(value));
      case DATETIME -> value.replace('T', ' ');
      case TIMESTAMP -> timestamp(Long.parseLong(value));
      case INT64, FLOAT64, NUMERIC, BIGNUMERIC, STRING, DATE, TIME, JSON, STRUCT -> value;
    };
  }

  private static String timestamp(long micros) {
    Instant instant = Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    return TIMESTAMP.format(instant) + "+00";
  }

  private static String quote(String column) {
    return "`" + column + "`";
  }
}
