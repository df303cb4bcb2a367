package io.walbeam.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.NoCredentials;
import com.google.cloud.bigquery.BigQuery;
import com.google.cloud.bigquery.BigQueryOptions;
import com.google.cloud.bigquery.DatasetInfo;
import com.google.cloud.bigquery.Field;
import com.google.cloud.bigquery.FieldList;
import com.google.cloud.bigquery.FieldValueList;
import com.google.cloud.bigquery.PrimaryKey;
import com.google.cloud.bigquery.QueryJobConfiguration;
import com.google.cloud.bigquery.Schema;
import com.google.cloud.bigquery.StandardSQLTypeName;
import com.google.cloud.bigquery.StandardTableDefinition;
import com.google.cloud.bigquery.TableConstraints;
import com.google.cloud.bigquery.TableId;
import com.google.cloud.bigquery.TableInfo;
import com.google.cloud.bigquery.TimePartitioning;
import io.walbeam.local.StandInOptions;
import io.walbeam.local.StandInServer;
import io.walbeam.local.demo.Await;
import io.walbeam.testing.TestDatabase;
import io.walbeam.testing.TestPostgres;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whole runs in this process: a real PostgreSQL on one side, the stand-in on the other. */
class ReplicationIT {
  private static StandInServer standIn;
  private static BigQuery bigQuery;

  private TestDatabase database;
  private String dataset;

  @BeforeAll
  static void startStandIn() {
    standIn = StandInServer.start(StandInOptions.inMemory());
    bigQuery =
        BigQueryOptions.newBuilder()
            .setHost(standIn.endpoint())
            .setProjectId("p1")
            .setCredentials(NoCredentials.getInstance())
            .build()
            .getService();
  }

  @AfterAll
  static void stopStandIn() {
    standIn.close();
  }

  @BeforeEach
  void createDatabase() throws Exception {
    database = TestPostgres.shared().newDatabase();
    dataset = database.name();
    bigQuery.create(DatasetInfo.of(dataset));
  }

  @AfterEach
  void dropDatabase() throws Exception {
    database.close();
  }

  @Test
  void everyIdentityAndEveryKindOfChangeEndsAsTheCurrentState() throws Exception {
    database.execute(
        "CREATE TABLE by_default (id int PRIMARY KEY, v text)",
        "CREATE TABLE by_index (a int NOT NULL, b text NOT NULL, v text)",
        "CREATE UNIQUE INDEX by_index_key ON by_index (b, a)",
        "ALTER TABLE by_index REPLICA IDENTITY USING INDEX by_index_key",
        "CREATE TABLE by_full (id int PRIMARY KEY, v text)",
        "ALTER TABLE by_full REPLICA IDENTITY FULL",
        "CREATE TABLE \"Weird \"\"Name\" (\"order\" int PRIMARY KEY, f text, \"_CHANGE_TYPE\""
            + " text)");
    database.createPublicationAndSlot();
    for (String table : List.of("by_default", "by_full")) {
      database.execute(
          "INSERT INTO " + table + " SELECT g, 'v' || g FROM generate_series(1, 5) g",
          "UPDATE " + table + " SET v = 'changed' WHERE id = 2",
          "UPDATE " + table + " SET id = 30 WHERE id = 3",
          "DELETE FROM " + table + " WHERE id = 4",
          "INSERT INTO " + table + " VALUES (4, 'again')",
          "DELETE FROM " + table + " WHERE id = 5");
    }
    database.execute(
        "INSERT INTO by_index VALUES (1, 'x', 'one'), (1, 'y', 'two'), (2, 'x', 'three')",
        "UPDATE by_index SET v = 'changed' WHERE a = 1 AND b = 'y'",
        "UPDATE by_index SET b = 'z' WHERE a = 2",
        "DELETE FROM by_index WHERE b = 'x'",
        "INSERT INTO \"Weird \"\"Name\" VALUES (1, 'f', NULL)");

    run(0);

    String expected = "1|v1\n2|changed\n4|again\n30|v3";
    assertThat(rows("SELECT id, v FROM %s.public_by_default ORDER BY id")).isEqualTo(expected);
    assertThat(rows("SELECT id, v FROM %s.public_by_full ORDER BY id")).isEqualTo(expected);
    assertThat(rows("SELECT a, b, v FROM %s.public_by_index ORDER BY a"))
        .isEqualTo("1|y|changed\n2|z|three");
    assertThat(rows("SELECT `order`, f FROM %s.public_Weird__Name")).isEqualTo("1|f");
    assertThat(database.query("SELECT count(*) FROM pg_replication_slots WHERE active"))
        .isEqualTo("0");
  }

  @Test
  void aRunGoesOnWhereTheLastOneEnded() throws Exception {
    database.execute("CREATE TABLE t (id int PRIMARY KEY, v text)");
    database.createPublicationAndSlot();
    run(0);
    database.execute("INSERT INTO t VALUES (1, 'a')");
    run(0);
    long confirmed = database.confirmedFlush();
    database.execute("UPDATE t SET v = 'b'");
    run(0);
    assertThat(rows("SELECT id, v FROM %s.public_t")).isEqualTo("1|b");
    assertThat(Long.compareUnsigned(database.confirmedFlush(), confirmed)).isPositive();
  }

  @Test
  void oneBadRowBecomesADeadLetterAndItsNeighboursAreWritten() throws Exception {
    database.execute("CREATE TABLE t (id int PRIMARY KEY, n numeric)");
    database.createPublicationAndSlot();
    database.execute("INSERT INTO t VALUES (1, 1.5), (2, 'NaN'), (3, 3)");

    run(0);

    assertThat(rows("SELECT id, n FROM %s.public_t ORDER BY id")).isEqualTo("1|1.5\n3|3");
    assertThat(
            rows(
                "SELECT stage, error_class, table_name, operation, JSON_VALUE(key, '$.id')"
                    + " FROM %s._walbeam_dead_letters"))
        .isEqualTo("map|numeric_not_finite|t|INSERT|2");
  }

  @Test
  void anUnchangedLargeValueIsNeverWrittenAsNull() throws Exception {
    database.execute(
        "CREATE TABLE plain (id int PRIMARY KEY, n int, body text)",
        "ALTER TABLE plain ALTER body SET STORAGE EXTERNAL",
        "CREATE TABLE whole (LIKE plain INCLUDING ALL)",
        "ALTER TABLE whole REPLICA IDENTITY FULL");
    database.createPublicationAndSlot();
    for (String table : List.of("plain", "whole")) {
      database.execute(
          "INSERT INTO " + table + " VALUES (1, 1, repeat('x', 10000))",
          "UPDATE " + table + " SET n = 2");
    }

    run(0);

    assertThat(rows("SELECT n, LENGTH(body) FROM %s.public_whole")).isEqualTo("2|10000");
    assertThat(rows("SELECT n, LENGTH(body) FROM %s.public_plain")).isEqualTo("2|10000");
  }

  @Test
  void aTableWithoutAKeyHasAChangelogAndBothModesWriteBoth() throws Exception {
    database.execute(
        "CREATE TABLE keyless (v text)",
        "ALTER TABLE keyless REPLICA IDENTITY FULL",
        "CREATE TABLE keyed (id int PRIMARY KEY, v text)");
    database.createPublicationAndSlot();
    database.execute(
        "INSERT INTO keyless VALUES ('a'), ('a')",
        "UPDATE keyless SET v = 'b'",
        "INSERT INTO keyed VALUES (1, 'x')",
        "UPDATE keyed SET id = 2",
        "DELETE FROM keyed");

    run(0, "--writeMode=both");

    assertThat(
            rows(
                "SELECT operation, JSON_VALUE(before, '$.v'), JSON_VALUE(after, '$.v'), key_text"
                    + " FROM %s.public_keyless_changelog ORDER BY position"))
        .isEqualTo("INSERT|null|a|null\nINSERT|null|a|null\nUPDATE|a|b|null\nUPDATE|a|b|null");
    assertThat(
            rows(
                "SELECT operation, JSON_VALUE(before, '$.id'), JSON_VALUE(after, '$.id'), key_text,"
                    + " database, schema, table FROM %s.public_keyed_changelog ORDER BY position"))
        .isEqualTo(
            String.join(
                "\n",
                "INSERT|null|1|1|" + dataset + "|public|keyed",
                "UPDATE|1|2|2|" + dataset + "|public|keyed",
                "DELETE|2|null|2|" + dataset + "|public|keyed"));
    assertThat(rows("SELECT id FROM %s.public_keyed")).isEmpty();
  }

  @Test
  void aChangelogIsAppendedToByDayAndKeyAndItsViewShowsAChangeThatIsThereTwiceOnce()
      throws Exception {
    database.execute("CREATE TABLE t (id int PRIMARY KEY, v text)");
    database.createPublicationAndSlot();
    database.execute("INSERT INTO t VALUES (1, 'a'), (2, 'b')", "DELETE FROM t WHERE id = 1");

    run(0, "--writeMode=changelog");

    StandardTableDefinition made = bigQuery.getTable(dataset, "public_t_changelog").getDefinition();
    assertThat(made.getTimePartitioning())
        .isEqualTo(
            TimePartitioning.newBuilder(TimePartitioning.Type.DAY).setField("commit_time").build());
    assertThat(made.getClustering().getFields()).containsExactly("key_text");
    assertThat(made.getTableConstraints()).isNull();
    bigQuery.query(
        QueryJobConfiguration.of(
            "INSERT INTO "
                + dataset
                + ".public_t_changelog SELECT * FROM "
                + dataset
                + ".public_t_changelog"));
    assertThat(rows("SELECT COUNT(*) FROM %s.public_t_changelog")).isEqualTo("6");
    assertThat(
            rows(
                "SELECT operation, key_text FROM %s.public_t_changes WHERE commit_time >"
                    + " TIMESTAMP '2020-01-01 00:00:00 UTC' ORDER BY position"))
        .isEqualTo("INSERT|1\nINSERT|2\nDELETE|1");
  }

  @Test
  void whatTheApplicationSaysOfATransactionIsInEveryChangeOfIt() throws Exception {
    database.execute("CREATE TABLE t (id int PRIMARY KEY, v text)");
    database.createPublicationAndSlot();
    String say = "SELECT pg_logical_emit_message(true, 'walbeam.context', '%s')";
    try (Connection session = database.connect();
        Statement statement = session.createStatement()) {
      session.setAutoCommit(false);
      statement.execute("INSERT INTO t VALUES (1)");
      statement.execute(say.formatted("{\"user\": \"a\"}"));
      statement.execute("INSERT INTO t VALUES (2)");
      statement.execute("SELECT pg_logical_emit_message(true, '_bemi', 'no json')");
      statement.execute("INSERT INTO t VALUES (3)");
      session.commit();
      statement.execute("SELECT pg_logical_emit_message(true, 'another', '{}')");
      statement.execute("INSERT INTO t VALUES (4)");
      session.commit();
      // Larger than a batch, so that most of its changes have no context of their own.
      statement.execute(say.formatted("{\"user\": \"b\"}"));
      statement.execute(
          "INSERT INTO t SELECT g, repeat('x', 2000) FROM generate_series(10, 4009) g");
      session.commit();
    }

    run(0, "--writeMode=changelog");

    assertThat(
            rows(
                "SELECT key_text, context FROM %s.public_t_changes WHERE"
                    + " LENGTH(key_text) = 1 ORDER BY position"))
        .isEqualTo("1|{\"user\": \"a\"}\n2|{\"user\": \"a\"}\n3|\"no json\"\n4|null");
    assertThat(
            rows(
                "SELECT COUNT(*), COUNT(DISTINCT key_text), MIN(JSON_VALUE(context, '$.user')),"
                    + " MAX(JSON_VALUE(context, '$.user')) FROM %s.public_t_changes WHERE"
                    + " LENGTH(key_text) > 1"))
        .isEqualTo("4000|4000|b|b");
    assertThat(
            rows(
                "SELECT COUNT(*) > 0 FROM %s.public_t_changelog WHERE context IS NULL AND"
                    + " LENGTH(key_text) > 1"))
        .as("the transaction is larger than a batch")
        .isEqualTo("true");
    assertThat(
            rows(
                "SELECT prefix, content, database FROM %s._walbeam_contexts ORDER"
                    + " BY position"))
        .isEqualTo(
            String.join(
                "\n",
                "walbeam.context|{\"user\": \"a\"}|" + dataset,
                "_bemi|\"no json\"|" + dataset,
                "walbeam.context|{\"user\": \"b\"}|" + dataset));
  }

  @Test
  void aKeyedChangelogOfAnEarlierVersionGoesOnAndMovesAsTheWarningSays() throws Exception {
    database.execute("CREATE TABLE t (id int PRIMARY KEY, v text)");
    database.createPublicationAndSlot();
    bigQuery.create(keyedChangelog());
    database.execute("INSERT INTO t VALUES (1, 'a')");

    String printed = run(0, "--writeMode=changelog");

    assertThat(
            rows("SELECT _walbeam.operation, JSON_VALUE(after, '$.v') FROM %s.public_t_changelog"))
        .isEqualTo("INSERT|a");
    assertThat(bigQuery.getTable(dataset, "public_t_changes")).isNull();
    assertThat(printed).containsOnlyOnce("The changelog public_t_changelog has a primary key");
    for (String verb : List.of("CREATE", "DROP")) {
      Matcher statement =
          Pattern.compile("(" + verb + " TABLE .*?)(, delete it|, and start)").matcher(printed);
      assertThat(statement.find()).as(printed).isTrue();
      bigQuery.query(QueryJobConfiguration.of(statement.group(1)));
    }

    database.execute("INSERT INTO t VALUES (2, 'b')");
    assertThat(run(0, "--writeMode=changelog")).doesNotContain("has a primary key");
    assertThat(rows("SELECT JSON_VALUE(after, '$.v') FROM %s.public_t_changelog_keyed"))
        .isEqualTo("a");
    assertThat(rows("SELECT operation, JSON_VALUE(after, '$.v') FROM %s.public_t_changes"))
        .isEqualTo("INSERT|b");
  }

  /** As version 0.1 made it. */
  private TableInfo keyedChangelog() {
    List<Field> members = new ArrayList<>();
    for (String number : List.of("epoch", "commit_lsn", "change_lsn", "n", "transaction_id")) {
      members.add(Field.of(number, StandardSQLTypeName.INT64));
    }
    members.add(4, Field.of("commit_time", StandardSQLTypeName.TIMESTAMP));
    members.add(Field.of("operation", StandardSQLTypeName.STRING));
    Schema schema =
        Schema.of(
            Field.of("_walbeam", StandardSQLTypeName.STRUCT, FieldList.of(members)),
            Field.newBuilder("position", StandardSQLTypeName.STRING)
                .setMode(Field.Mode.REQUIRED)
                .build(),
            Field.of("key", StandardSQLTypeName.JSON),
            Field.of("before", StandardSQLTypeName.JSON),
            Field.of("after", StandardSQLTypeName.JSON),
            Field.of("unchanged_columns", StandardSQLTypeName.JSON));
    return TableInfo.of(
        TableId.of(dataset, "public_t_changelog"),
        StandardTableDefinition.newBuilder()
            .setSchema(schema)
            .setTableConstraints(
                TableConstraints.newBuilder()
                    .setPrimaryKey(PrimaryKey.newBuilder().setColumns(List.of("position")).build())
                    .build())
            .build());
  }

  @Test
  void aColumnAddedWhileRowsFlowArrivesWithItsValues() throws Exception {
    database.execute("CREATE TABLE t (id int PRIMARY KEY)");
    database.createPublicationAndSlot();
    database.execute(
        "INSERT INTO t VALUES (1)",
        "ALTER TABLE t ADD COLUMN extra text DEFAULT 'd'",
        "INSERT INTO t VALUES (2, 'two')");

    run(0);

    assertThat(rows("SELECT id, extra FROM %s.public_t ORDER BY id")).isEqualTo("1|null\n2|two");
  }

  @Test
  void aTruncationThatIsOnlyLoggedIsADeadLetter() throws Exception {
    database.execute("CREATE TABLE t (id int PRIMARY KEY)");
    database.createPublicationAndSlot();
    database.execute("INSERT INTO t VALUES (1)", "TRUNCATE t");

    run(0, "--truncate=log");

    assertThat(rows("SELECT operation, stage FROM %s._walbeam_dead_letters"))
        .isEqualTo("TRUNCATE|truncate");
  }

  @Test
  void oneOfTwoTablesThatWouldShareADestinationIsLetGo() throws Exception {
    database.execute(
        "CREATE TABLE \"a b\" (id int PRIMARY KEY)", "CREATE TABLE \"a-b\" (id int PRIMARY KEY)");
    database.createPublicationAndSlot();
    database.execute("INSERT INTO \"a b\" VALUES (1)");
    run(0);
    database.execute("INSERT INTO \"a-b\" VALUES (2)", "UPDATE \"a b\" SET id = 3");

    assertThat(run(3))
        .contains(
            "The tables \"public\".\"a b\" and \"public\".\"a-b\" would both be written to"
                + " public_a_b")
        .contains("--excludeTables", "in what was let go: public.a-b.");
    assertThat(rows("SELECT id FROM %s.public_a_b")).isEqualTo("3");

    assertThat(run(3)).contains("in what was let go: public.a-b.");
    run(0, "--excludeTables=public.a-b");
    run(0, "--tableName={table}_of_{schema}", "--excludeTables=public.a b");
    assertThat(rows("SELECT id FROM %s.public_a_b")).isEqualTo("3");
    assertThat(rows("SELECT id FROM %s.a_b_of_public")).isEqualTo("2");
  }

  @Test
  void nothingOfARunIsLeftInThisProcess() throws Exception {
    database.execute("CREATE TABLE t (id int PRIMARY KEY)");
    database.createPublicationAndSlot();
    database.execute("INSERT INTO t VALUES (1)");

    run(0);

    // A thread that was told to end is there for a moment yet.
    Await.until("no thread of the run is left", () -> ourThreads().isEmpty());
  }

  private static List<String> ourThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("walbeam"))
        .toList();
  }

  /** Runs until everything committed so far is written; returns what was printed. */
  private String run(int exitCode, String... more) {
    List<String> arguments = new ArrayList<>();
    arguments.add(
        "--postgresUrl=postgresql://localhost:" + database.server().port() + "/" + dataset);
    arguments.add("--postgresUser=" + database.settings().user());
    arguments.add("--slot=" + database.slot());
    arguments.add("--publication=" + database.publication());
    arguments.add("--dataset=p1." + dataset);
    arguments.add("--bigQueryEndpoint=" + standIn.endpoint());
    arguments.add("--stopAt=now");
    // What a dump does is tested with the finished program; here only the stream counts.
    arguments.add("--snapshot=never");
    arguments.addAll(List.of(more));
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(printed, true, StandardCharsets.UTF_8);
    int code = CommandLine.execute(arguments.toArray(new String[0]), stream, stream);
    String text = printed.toString(StandardCharsets.UTF_8);
    assertThat(code).as(text).isEqualTo(exitCode);
    return text;
  }

  /** Columns separated by bars, rows by line ends. */
  private String rows(String sql) throws InterruptedException {
    String query = String.format(sql, dataset);
    List<String> lines = new ArrayList<>();
    for (FieldValueList row : bigQuery.query(QueryJobConfiguration.of(query)).iterateAll()) {
      lines.add(
          row.stream().map(v -> String.valueOf(v.getValue())).collect(Collectors.joining("|")));
    }
    return String.join("\n", lines);
  }
}
