package io.walbeam.local.live;

import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.rpc.ApiException;
import com.google.api.gax.rpc.BidiStream;
import com.google.cloud.NoCredentials;
import com.google.cloud.bigquery.BigQuery;
import com.google.cloud.bigquery.BigQueryOptions;
import com.google.cloud.bigquery.DatasetId;
import com.google.cloud.bigquery.Field;
import com.google.cloud.bigquery.PrimaryKey;
import com.google.cloud.bigquery.QueryJobConfiguration;
import com.google.cloud.bigquery.Schema;
import com.google.cloud.bigquery.StandardSQLTypeName;
import com.google.cloud.bigquery.StandardTableDefinition;
import com.google.cloud.bigquery.TableConstraints;
import com.google.cloud.bigquery.TableId;
import com.google.cloud.bigquery.TableInfo;
import com.google.cloud.bigquery.storage.v1.AppendRowsRequest;
import com.google.cloud.bigquery.storage.v1.AppendRowsRequest.MissingValueInterpretation;
import com.google.cloud.bigquery.storage.v1.AppendRowsResponse;
import com.google.cloud.bigquery.storage.v1.BigQueryWriteClient;
import com.google.cloud.bigquery.storage.v1.BigQueryWriteSettings;
import com.google.cloud.bigquery.storage.v1.ProtoRows;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * Tables of their own in one dataset, and the calls that the checks make. Closing it removes the
 * tables. Not thread-safe but for {@link #close}.
 */
final class Trials implements AutoCloseable {
  /**
   * How long BigQuery may take to show a table, a column or a row: its documentation says minutes.
   */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
  private static final long CLOSE_SECONDS = 10;

  private final BigQuery bigQuery;
  private final BigQueryWriteClient write;
  private final DatasetId dataset;
  private final String prefix;
  private final Duration patience;
  private final AtomicInteger sequence = new AtomicInteger();
  private final List<TableId> made = new ArrayList<>();

  private Trials(
      BigQuery bigQuery, BigQueryWriteClient write, DatasetId dataset, Duration patience) {
    this.bigQuery = bigQuery;
    this.write = write;
    this.dataset = dataset;
    this.patience = patience;
    this.prefix =
        "walbeam_verify_" + Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
  }

  /**
   * Opens the clients.
   *
   * @param endpoint {@code http://host:port} of a stand-in, empty for BigQuery with the application
   *     default credentials
   */
  static Trials open(String project, String dataset, String endpoint) throws IOException {
    return open(project, dataset, endpoint, PATIENCE);
  }

  static Trials open(String project, String dataset, String endpoint, Duration patience)
      throws IOException {
    BigQueryOptions.Builder rest = BigQueryOptions.newBuilder().setProjectId(project);
    BigQueryWriteSettings.Builder rpc = BigQueryWriteSettings.newBuilder();
    if (!endpoint.isEmpty()) {
      rest.setHost(endpoint).setCredentials(NoCredentials.getInstance());
      rpc.setCredentialsProvider(NoCredentialsProvider.create())
          .setTransportChannelProvider(
              BigQueryWriteSettings.defaultGrpcTransportProviderBuilder()
                  .setEndpoint(endpoint.substring("http://".length()))
                  .setChannelConfigurator(channel -> channel.usePlaintext())
                  .build());
    }
    BigQueryWriteClient write = BigQueryWriteClient.create(rpc.build());
    return new Trials(rest.build().getService(), write, DatasetId.of(project, dataset), patience);
  }

  boolean hasDataset() {
    return bigQuery.getDataset(dataset) != null;
  }

  /** Makes a table {@code id INT64, name STRING}, with {@code id} as key if asked. */
  TableId table(boolean keyed) {
    return table(keyed, StandardSQLTypeName.STRING);
  }

  /** Makes a keyed table {@code id INT64, name JSON}. */
  TableId documents() {
    return table(true, StandardSQLTypeName.JSON);
  }

  private TableId table(boolean keyed, StandardSQLTypeName type) {
    TableId table =
        TableId.of(
            dataset.getProject(), dataset.getDataset(), prefix + "_" + sequence.incrementAndGet());
    StandardTableDefinition.Builder definition = StandardTableDefinition.newBuilder();
    definition.setSchema(Schema.of(field("id", StandardSQLTypeName.INT64), field("name", type)));
    if (keyed) {
      definition.setTableConstraints(
          TableConstraints.newBuilder()
              .setPrimaryKey(PrimaryKey.newBuilder().setColumns(List.of("id")).build())
              .build());
    }
    synchronized (made) {
      made.add(table);
    }
    bigQuery.create(TableInfo.of(table, definition.build()));
    return table;
  }

  /** Adds a STRING column. */
  void addColumn(TableId table, String name) {
    StandardTableDefinition definition =
        bigQuery.getTable(table).<StandardTableDefinition>getDefinition();
    List<Field> fields = new ArrayList<>();
    if (definition.getSchema() != null) {
      fields.addAll(definition.getSchema().getFields());
    }
    fields.add(field(name));
    bigQuery.update(
        TableInfo.of(table, definition.toBuilder().setSchema(Schema.of(fields)).build()));
  }

  private static Field field(String name) {
    return field(name, StandardSQLTypeName.STRING);
  }

  private static Field field(String name, StandardSQLTypeName type) {
    return Field.newBuilder(name, type).setMode(Field.Mode.NULLABLE).build();
  }

  /** Appends rows of one form in one request; "accepted", or the code and text of the refusal. */
  String append(TableId table, WriterRow... rows) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    Duration pause = FIRST_PAUSE;
    while (true) {
      String answer = request(table, rows);
      boolean early = answer.startsWith("NOT_FOUND") || answer.startsWith("UNAVAILABLE");
      if (!early || System.nanoTime() > deadline) {
        return answer;
      }
      TimeUnit.MILLISECONDS.sleep(pause.toMillis());
      pause = longer(pause);
    }
  }

  /** As {@link #append}, until it is accepted; gives the last answer. */
  String appendUntilAccepted(TableId table, WriterRow row) throws InterruptedException {
    return await(() -> append(table, row), "accepted"::equals);
  }

  private String request(TableId table, WriterRow... rows) {
    ProtoRows.Builder serialized = ProtoRows.newBuilder();
    for (WriterRow row : rows) {
      serialized.addSerializedRows(row.bytes());
    }
    AppendRowsRequest request =
        AppendRowsRequest.newBuilder()
            .setWriteStream(
                "projects/%s/datasets/%s/tables/%s/streams/_default"
                    .formatted(table.getProject(), table.getDataset(), table.getTable()))
            .setDefaultMissingValueInterpretation(MissingValueInterpretation.NULL_VALUE)
            .setProtoRows(
                AppendRowsRequest.ProtoData.newBuilder()
                    .setWriterSchema(rows[0].schema())
                    .setRows(serialized))
            .build();
    BidiStream<AppendRowsRequest, AppendRowsResponse> connection =
        write.appendRowsCallable().call();
    try {
      connection.send(request);
      AppendRowsResponse response = connection.iterator().next();
      connection.closeSend();
      if (response.getRowErrorsCount() > 0) {
        return "row "
            + response.getRowErrors(0).getIndex()
            + " refused: "
            + oneLine(response.getRowErrors(0).getMessage());
      }
      return response.hasError()
          ? com.google.rpc.Code.forNumber(response.getError().getCode())
              + ": "
              + oneLine(response.getError().getMessage())
          : "accepted";
    } catch (ApiException e) {
      return e.getStatusCode().getCode() + ": " + oneLine(String.valueOf(e.getMessage()));
    }
  }

  private static String oneLine(String text) {
    return text.replace('\n', ' ').strip();
  }

  /** The table's rows as {@code 1=a 2=b}, in order of the key. */
  String rows(TableId table) throws InterruptedException {
    StringBuilder text = new StringBuilder();
    QueryJobConfiguration query =
        QueryJobConfiguration.newBuilder(
                String.format(
                    Locale.ROOT,
                    "SELECT id, name FROM `%s.%s.%s` ORDER BY id",
                    table.getProject(),
                    table.getDataset(),
                    table.getTable()))
            .setUseQueryCache(false)
            .build();
    bigQuery
        .query(query)
        .iterateAll()
        .forEach(
            row ->
                text.append(text.isEmpty() ? "" : " ")
                    .append(row.get("id").getValue())
                    .append('=')
                    .append(row.get("name").isNull() ? "NULL" : row.get("name").getStringValue()));
    return text.isEmpty() ? "no row" : text.toString();
  }

  /** {@link #rows} once they are {@code expected}, or what they are at the end of the patience. */
  String rowsOnceThey(TableId table, String expected) throws InterruptedException {
    return rowsOnce(table, expected::equals);
  }

  /** {@link #rows} once they are as wanted, or what they are at the end of the patience. */
  String rowsOnce(TableId table, Predicate<String> wanted) throws InterruptedException {
    return await(() -> rows(table), wanted);
  }

  private interface Look {
    String look() throws InterruptedException;
  }

  private String await(Look look, Predicate<String> wanted) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    Duration pause = FIRST_PAUSE;
    while (true) {
      String seen = look.look();
      if (wanted.test(seen) || System.nanoTime() > deadline) {
        return seen;
      }
      TimeUnit.MILLISECONDS.sleep(pause.toMillis());
      pause = longer(pause);
    }
  }

  private static Duration longer(Duration pause) {
    Duration doubled = pause.multipliedBy(2);
    return doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
  }

  /** Removes the tables and closes the clients. */
  @Override
  public void close() {
    synchronized (made) {
      made.forEach(bigQuery::delete);
      made.clear();
    }
    write.shutdown();
    try {
      write.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
