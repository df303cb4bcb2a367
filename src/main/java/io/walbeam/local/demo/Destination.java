package io.walbeam.local.demo;

import com.google.api.gax.retrying.RetrySettings;
import com.google.cloud.NoCredentials;
import com.google.cloud.bigquery.BigQuery;
import com.google.cloud.bigquery.BigQueryException;
import com.google.cloud.bigquery.BigQueryOptions;
import com.google.cloud.bigquery.DatasetId;
import com.google.cloud.bigquery.DatasetInfo;
import com.google.cloud.bigquery.Field;
import com.google.cloud.bigquery.FieldValue;
import com.google.cloud.bigquery.FieldValueList;
import com.google.cloud.bigquery.QueryJobConfiguration;
import com.google.cloud.bigquery.StandardSQLTypeName;
import com.google.cloud.bigquery.TableResult;
import io.walbeam.change.Lsn;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The BigQuery side, read with the official client. Thread-safe. */
public final class Destination implements CopiedTables {
  /** The client's own patience; a stand-in that is down should be seen, not waited for. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final String STATE_TABLE = "_walbeam_state";
  private static final String DEAD_LETTER_TABLE = "_walbeam_dead_letters";

  private final BigQuery client;
  private final DatasetId dataset;

  public Destination(String endpoint, String project, String dataset) {
    this.dataset = DatasetId.of(project, dataset);
    this.client =
        BigQueryOptions.newBuilder()
            .setHost(endpoint)
            .setProjectId(project)
            .setCredentials(NoCredentials.getInstance())
            .setRetrySettings(
                RetrySettings.newBuilder()
                    .setMaxAttempts(3)
                    .setInitialRetryDelayDuration(Duration.ofMillis(200))
                    .setMaxRetryDelayDuration(Duration.ofSeconds(1))
                    .setTotalTimeoutDuration(PATIENCE)
                    .build())
            .build()
            .getService();
  }

  /** Creates the dataset. */
  public void createDataset() {
    client.create(DatasetInfo.of(dataset));
  }

  @Override
  public Set<String> tables() {
    Set<String> names = new TreeSet<>();
    client
        .listTables(dataset)
        .iterateAll()
        .forEach(table -> names.add(table.getTableId().getTable()));
    return names;
  }

  /** STRUCT columns are left out; an array is the texts of its elements, {@code [a, b]}. */
  @Override
  public List<TextRow> rows(String table) throws InterruptedException {
    return query("SELECT * FROM " + quoted(table));
  }

  /** Gives a table another description. */
  public void describe(String table, String description) {
    client.getTable(dataset.getDataset(), table).toBuilder()
        .setDescription(description)
        .build()
        .update();
  }

  /** The recorded position of a slot; empty before there is one. */
  public Optional<StateRow> state(String slot) throws InterruptedException {
    if (!tables().contains(STATE_TABLE)) {
      return Optional.empty();
    }
    return rows(STATE_TABLE).stream()
        .filter(row -> row.require("slot").equals(slot))
        .map(Destination::stateRow)
        .max((left, right) -> left.confirmed().compareTo(right.confirmed()));
  }

  /** Every dead letter. */
  public List<TextRow> deadLetters() throws InterruptedException {
    return tables().contains(DEAD_LETTER_TABLE) ? rows(DEAD_LETTER_TABLE) : List.of();
  }

  /** Number of dead letters. */
  public long deadLetterCount() throws InterruptedException {
    if (!tables().contains(DEAD_LETTER_TABLE)) {
      return 0;
    }
    TextRow row = query("SELECT COUNT(*) AS n FROM " + quoted(DEAD_LETTER_TABLE)).get(0);
    return Long.parseLong(row.require("n"));
  }

  /**
   * What {@code _walbeam_state} says of a slot.
   *
   * @param completeUntil the tables are complete up to this commit time; empty if not known
   * @param epoch of the run that wrote it
   * @param timeline of the server that it read
   */
  public record StateRow(
      Lsn confirmed, Optional<Instant> completeUntil, long epoch, long timeline) {}

  private static StateRow stateRow(TextRow row) {
    return new StateRow(
        Lsn.parse(row.require("confirmed_lsn")),
        row.get("complete_until").map(Instant::parse),
        Long.parseLong(row.require("epoch")),
        Long.parseLong(row.require("timeline")));
  }

  /** Rows of a GoogleSQL query. */
  public List<TextRow> query(String sql) throws InterruptedException {
    TableResult result =
        client.query(QueryJobConfiguration.newBuilder(sql).setUseLegacySql(false).build());
    List<TextRow> rows = new ArrayList<>();
    for (FieldValueList values : result.iterateAll()) {
      Map<String, Optional<String>> row = new LinkedHashMap<>();
      for (Field field : result.getSchema().getFields()) {
        if (field.getType().getStandardType() != StandardSQLTypeName.STRUCT) {
          row.put(field.getName(), text(field, values.get(field.getName())));
        }
      }
      rows.add(new TextRow(row));
    }
    return rows;
  }

  private static Optional<String> text(Field field, FieldValue value) {
    if (value.isNull()) {
      return Optional.empty();
    }
    if (value.getAttribute() == FieldValue.Attribute.REPEATED) {
      return Optional.of(
          value.getRepeatedValue().stream()
              .map(element -> text(field, element).orElse("NULL"))
              .collect(Collectors.joining(", ", "[", "]")));
    }
    return Optional.of(
        switch (field.getType().getStandardType()) {
          case BYTES -> "\\x" + HexFormat.of().formatHex(value.getBytesValue());
          case TIMESTAMP ->
              Instant.EPOCH.plus(value.getTimestampValue(), ChronoUnit.MICROS).toString();
          default -> value.getStringValue();
        });
  }

  private String quoted(String table) {
    return "`" + dataset.getProject() + "." + dataset.getDataset() + "." + table + "`";
  }

  /** Whether an exception means that the stand-in is not to be reached at present. */
  public static boolean isUnreachable(RuntimeException e) {
    return e instanceof BigQueryException bigQuery && bigQuery.getCode() <= 0;
  }
}
