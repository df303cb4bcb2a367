package io.walbeam.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.NoCredentials;
import com.google.cloud.bigquery.BigQuery;
import com.google.cloud.bigquery.BigQueryOptions;
import com.google.cloud.bigquery.DatasetInfo;
import com.google.cloud.bigquery.Field;
import com.google.cloud.bigquery.FieldValueList;
import com.google.cloud.bigquery.QueryJobConfiguration;
import com.google.cloud.bigquery.Schema;
import com.google.cloud.bigquery.StandardSQLTypeName;
import com.google.cloud.bigquery.StandardTableDefinition;
import com.google.cloud.bigquery.TableId;
import com.google.cloud.bigquery.TableInfo;
import io.walbeam.local.StandInOptions;
import io.walbeam.local.StandInServer;
import io.walbeam.testing.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A stand-in in this process, and whole runs of the command line against it. */
final class LocalReplication implements AutoCloseable {
  static final String PROJECT = "p1";

  private final StandInServer standIn = StandInServer.start(StandInOptions.inMemory());
  private final BigQuery bigQuery =
      BigQueryOptions.newBuilder()
          .setHost(standIn.endpoint())
          .setProjectId(PROJECT)
          .setCredentials(NoCredentials.getInstance())
          .build()
          .getService();

  /** How a run ended, and everything that it printed. */
  record Run(int exitCode, String printed) {}

  String endpoint() {
    return standIn.endpoint();
  }

  /** Creates the dataset that has the database's name. */
  void createDataset(TestDatabase database) {
    bigQuery.create(DatasetInfo.of(database.name()));
  }

  /** Creates a table of one column and without a key, as somebody else might. */
  void createTable(TestDatabase database, String table) {
    bigQuery.create(
        TableInfo.of(
            TableId.of(database.name(), table),
            StandardTableDefinition.of(Schema.of(Field.of("id", StandardSQLTypeName.INT64)))));
  }

  /** Deletes a table of that dataset. */
  void deleteTable(TestDatabase database, String table) {
    assertThat(bigQuery.delete(TableId.of(database.name(), table))).isTrue();
  }

  /** The arguments of a run from the database to the dataset of its name. */
  List<String> arguments(TestDatabase database, String... more) {
    List<String> arguments = new ArrayList<>();
    arguments.add(
        "--postgresUrl=postgresql://localhost:" + database.server().port() + "/" + database.name());
    arguments.add("--postgresUser=" + database.settings().user());
    arguments.add("--slot=" + database.slot());
    arguments.add("--publication=" + database.publication());
    arguments.add("--dataset=" + PROJECT + "." + database.name());
    arguments.add("--bigQueryEndpoint=" + standIn.endpoint());
    arguments.add("--stopAt=now");
    arguments.addAll(List.of(more));
    return arguments;
  }

  /** Runs until everything committed so far is written. */
  Run run(TestDatabase database, String... more) {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    int exitCode = run(database, printed, more);
    return new Run(exitCode, printed.toString(StandardCharsets.UTF_8));
  }

  /** The same; what is printed can be seen meanwhile. Returns the exit code. */
  int run(TestDatabase database, ByteArrayOutputStream printed, String... more) {
    PrintStream stream = new PrintStream(printed, true, StandardCharsets.UTF_8);
    String[] arguments = arguments(database, more).toArray(new String[0]);
    return CommandLine.execute(arguments, stream, stream);
  }

  /** {@link #run} that must end well. */
  void replicate(TestDatabase database, String... more) {
    Run run = run(database, more);
    assertThat(run.exitCode()).as(run.printed()).isZero();
  }

  /** Columns separated by bars, rows by line ends; {@code %s} is the dataset. */
  String rows(TestDatabase database, String sql) throws InterruptedException {
    String query = String.format(sql, database.name());
    List<String> lines = new ArrayList<>();
    for (FieldValueList row : bigQuery.query(QueryJobConfiguration.of(query)).iterateAll()) {
      lines.add(
          row.stream().map(v -> String.valueOf(v.getValue())).collect(Collectors.joining("|")));
    }
    return String.join("\n", lines);
  }

  @Override
  public void close() {
    standIn.close();
  }
}
