package io.walbeam.sink.bigquery;

import com.google.api.services.bigquery.model.TableCell;
import com.google.api.services.bigquery.model.TableRow;
import io.walbeam.change.ChangePosition;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.DestinationType;
import io.walbeam.sink.OutdatedRows;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Finds outdated rows by query. Thread-safe. */
final class BigQueryOutdatedRows implements OutdatedRows {
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS").withZone(ZoneOffset.UTC);

  private final BigQueryRest rest;
  private final Clock clock;

  BigQueryOutdatedRows(BigQueryRest rest, Clock clock) {
    this.rest = rest;
    this.clock = clock;
  }

  @Override
  public long nowMicros() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
  }

  @Override
  public boolean showsChangesUntil(DestinationTable table, long micros)
      throws InterruptedException {
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

  @Override
  public boolean existedBefore(DestinationTable table, long micros) throws InterruptedException {
    return rest.get(table.name())
        .map(existing -> existing.getCreationTime() * 1000 < micros)
        .orElse(false);
  }

  @Override
  public long count(DestinationTable table, ChangePosition below) throws InterruptedException {
    List<TableRow> rows = new ArrayList<>();
    rest.query(table.name(), "SELECT COUNT(*)" + from(table, below), Map.of(), rows::addAll);
    return rows.get(0).getF().get(0).getV() instanceof String count ? Long.parseLong(count) : 0;
  }

  @Override
  public void keys(DestinationTable table, ChangePosition below, long limit, Keys keys)
      throws InterruptedException {
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
        "SELECT " + columns + from(table, below) + " LIMIT " + limit,
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

  private static List<String> key(TableRow row, List<DestinationType> types) {
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
