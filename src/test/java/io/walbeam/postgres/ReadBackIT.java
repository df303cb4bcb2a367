package io.walbeam.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.change.ColumnValue;
import io.walbeam.change.Lsn;
import io.walbeam.change.OldImage;
import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.TableId;
import io.walbeam.change.Tuple;
import io.walbeam.failure.ErrorClass;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.local.demo.Await;
import io.walbeam.postgres.pgoutput.PgOutputDecoder;
import io.walbeam.postgres.pgoutput.PgOutputHandler;
import io.walbeam.postgres.pgoutput.PgOutputMessage;
import io.walbeam.testing.TestDatabase;
import io.walbeam.testing.TestPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Large values that an update left alone, read by key. */
final class ReadBackIT {
  private static final long NO_LIMIT = 1L << 30;

  /**
   * Commits wait for a standby that does not exist, if they ask for it; those that do not wait for
   * the disk are made durable by nobody.
   */
  private static final Map<String, String> SETTINGS =
      Map.of(
          "synchronous_standby_names", "nobody",
          "synchronous_commit", "local",
          "wal_writer_delay", "10s",
          "autovacuum", "off");

  private static TestPostgres server;

  private TestDatabase database;
  private ReadBack readBack;

  @BeforeAll
  static void startServer() throws Exception {
    server = TestPostgres.start(SETTINGS);
  }

  @AfterAll
  static void stopServer() throws Exception {
    server.close();
  }

  @BeforeEach
  void open() throws Exception {
    database = server.newDatabase();
    readBack = new ReadBack(database.settings());
  }

  @AfterEach
  void close() throws Exception {
    readBack.close();
    database.close();
  }

  @Test
  void rowsAreFoundByKeyAndAbsentOnesAreNotInvented() throws Exception {
    database.execute(
        "CREATE TABLE t (id bigint PRIMARY KEY, note text, big text)",
        "INSERT INTO t VALUES (1, 'a', 'one'), (2, 'b', NULL), (4, 'd', 'four')");

    assertThat(found(request("t", List.of("id"), List.of("big"), key("1"), key("2"), key("3"))))
        .isEqualTo(Map.of(0, List.of(text("one")), 1, List.of(ColumnValue.NULL)));
  }

  @Test
  void compositeKeysAndKeysOfManyTypesAreFoundByTheirText() throws Exception {
    database.execute(
        "CREATE SCHEMA \"Odd \"\"s\"",
        "CREATE TYPE \"Odd \"\"s\".\"mood's\" AS ENUM ('so so', 'it''s \"fine\"')",
        "CREATE DOMAIN \"Odd \"\"s\".code AS varchar(20) COLLATE \"C\"",
        "CREATE TABLE \"Odd \"\"s\".\"T \"\"1\" (\"a\"\"b\" text, c \"Odd \"\"s\".\"mood's\", d"
            + " \"Odd \"\"s\".code, e uuid, f timestamptz, g numeric, h char(4), i bytea, j double"
            + " precision, \"v\"\"\" text, PRIMARY KEY (\"a\"\"b\", c, d, e, f, g, h, i, j))",
        "INSERT INTO \"Odd \"\"s\".\"T \"\"1\" VALUES ('x''\\{},\"', 'it''s \"fine\"', 'NULL',"
            + " '00000000-0000-0000-0000-000000000001', '2026-01-02 03:04:05.6+05', 1.50, 'ab',"
            + " '\\x00ff', 0.1, 'here')");
    Relation relation = relation("Odd \"s", "T \"1");

    ReadBackRequest request =
        new ReadBackRequest(
            relation,
            List.of(0, 1, 2, 3, 4, 5, 6, 7, 8),
            List.of(9),
            Set.of(),
            List.of(
                key(
                    "x'\\{},\"",
                    "it's \"fine\"",
                    "NULL",
                    "00000000-0000-0000-0000-000000000001",
                    "2026-01-01 22:04:05.6+00",
                    "1.50",
                    "ab  ",
                    "\\x00ff",
                    "0.1"),
                key(
                    "y",
                    "so so",
                    "c",
                    "00000000-0000-0000-0000-000000000001",
                    "2026-01-01 22:04:05.6+00",
                    "1",
                    "ab",
                    "\\x00",
                    "NaN")),
            NO_LIMIT);

    assertThat(found(request)).isEqualTo(Map.of(0, List.of(text("here"))));
  }

  @Test
  void valuesHaveTheTextsOfTheStreamWhateverRoleAndDatabasePrefer() throws Exception {
    for (String setting :
        List.of(
            "DateStyle = 'SQL, DMY'",
            "IntervalStyle = 'sql_standard'",
            "TimeZone = 'Asia/Kolkata'",
            "extra_float_digits = 0",
            "bytea_output = 'escape'")) {
      database.execute("ALTER DATABASE " + database.name() + " SET " + setting);
    }
    database.execute(
        "CREATE TYPE pair AS (a timestamptz, b interval)",
        "CREATE TABLE t (id int PRIMARY KEY, a text, b bytea, c timestamptz[], d interval[],"
            + " e float8[], f numeric, g jsonb, h json, i char(9), j tstzrange, k pair, l boolean,"
            + " m xml, n bit varying, o date[], p \"char\"[], q inet[])");
    database.createPublicationAndSlot();
    database.execute(
        "INSERT INTO t VALUES (1, 'ä\\''\"{}', '\\x00ff61', '{2026-07-02 03:04:05.678+02}', '{1"
            + " year 2 days 03:04:05.6}', '{0.1,1e300,NaN}', 1.500, '{\"b\": 1.10, \"a\": null}',"
            + " '{\"b\": 1 }', 'pad', '[2026-01-01 00:00+00,)', ('2026-01-01 00:00+00', '1 mon'),"
            + " true, '<a>x</a>', B'101', '{2026-03-04}', '{a}', '{10.0.0.1/8}')");
    Relation relation = relation("public", "t");
    List<Integer> columns = new ArrayList<>();
    for (int i = 1; i < relation.columns().size(); i++) {
      columns.add(i);
    }

    assertThat(
            found(
                new ReadBackRequest(
                    relation, List.of(0), columns, Set.of(), List.of(key("1")), NO_LIMIT)))
        .isEqualTo(Map.of(0, streamed(columns)));
  }

  @Test
  void aTransactionThatWaitsForItsStandbyIsWaitedFor() throws Exception {
    database.execute(
        "CREATE TABLE t (id int PRIMARY KEY, n int, big text)", "INSERT INTO t VALUES (1, 0, 'v')");
    try (Connection writer = database.connect();
        Statement statement = writer.createStatement()) {
      statement.execute("SET synchronous_commit = on");
      writer.setAutoCommit(false);
      int xid;
      try (ResultSet row = statement.executeQuery("SELECT txid_current()")) {
        row.next();
        xid = (int) row.getLong(1);
      }
      statement.execute("UPDATE t SET n = 1");
      CompletableFuture<Void> commit =
          CompletableFuture.runAsync(
              () -> {
                try {
                  writer.commit();
                } catch (SQLException e) {
                  throw new IllegalStateException(e);
                }
              });
      Await.until("the commit waits for a standby", this::aCommitWaits);
      ReadBackRequest request = request(Set.of(xid), "t", List.of("id"), List.of("big"), key("1"));

      assertThat(readBack.read(request)).isInstanceOf(ReadBackAnswer.InProgress.class);
      assertThat(found(request("t", List.of("id"), List.of("n"), key("1"))))
          .as("what would be read without waiting")
          .isEqualTo(Map.of(0, List.of(text("0"))));

      database.execute(
          "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
      commit.get(60, TimeUnit.SECONDS);
      assertThat(found(request)).isEqualTo(Map.of(0, List.of(text("v"))));
    }
  }

  @Test
  void whatWasReadSurvivesACrashOfTheServer() throws Exception {
    try (Connection session = database.connect();
        Statement statement = session.createStatement()) {
      database.execute(
          "CREATE TABLE t (id int PRIMARY KEY, big text)", "INSERT INTO t VALUES (0, '')");
      ReadBackRequest request = request("t", List.of("id"), List.of("big"), key("0"), key("1"));
      statement.execute("SET synchronous_commit = off");
      String[] committed = new String[1];
      for (String change :
          List.of(
              "UPDATE t SET big = 'v' WHERE id = 0",
              "DELETE FROM t WHERE id = 0",
              "ALTER TABLE t DROP COLUMN IF EXISTS big")) {
        Await.until(
            "a change is visible and not durable",
            () -> {
              statement.execute("INSERT INTO t VALUES (2) ON CONFLICT (id) DO UPDATE SET id = 2");
              statement.execute(change);
              committed[0] = database.query("SELECT pg_current_wal_insert_lsn()");
              return isBeforeTheEnd(committed[0]);
            });

        readBack.read(request);

        assertThat(isBeforeTheEnd(committed[0])).as("not durable: %s", change).isFalse();
      }
    }
  }

  @Test
  void whoIsInterruptedWhileItWaitsForTheDiskReadsInATransactionAfterwards() throws Exception {
    try (Connection session = database.connect();
        Statement statement = session.createStatement()) {
      database.execute(
          "CREATE TABLE t (id int PRIMARY KEY, big text)", "INSERT INTO t VALUES (0, 'v')");
      ReadBackRequest request = request("t", List.of("id"), List.of("big"), key("0"));
      statement.execute("SET synchronous_commit = off");
      Await.until(
          "a read is interrupted",
          () -> {
            statement.execute("UPDATE t SET big = 'v' WHERE id = 0");
            Thread.currentThread().interrupt();
            try {
              readBack.read(request);
              return false;
            } catch (InterruptedException e) {
              return true;
            } finally {
              Thread.interrupted();
            }
          });

      assertThat(found(request)).isEqualTo(Map.of(0, List.of(text("v"))));
    }
  }

  @Test
  void makingDurableWhatIsWrittenWaitsForNoStandby() throws Exception {
    database.execute(
        "CREATE TABLE t (id serial PRIMARY KEY)",
        "ALTER DATABASE " + database.name() + " SET synchronous_commit = on");
    try (Connection session = database.connect();
        Statement statement = session.createStatement();
        DumpConnection connection = new DumpConnection(database.settings(), "walbeam-test")) {
      session.setAutoCommit(false);
      String[] written = new String[1];
      Await.until(
          "something is written that no commit flushes",
          () -> {
            statement.execute("INSERT INTO t DEFAULT VALUES");
            written[0] = database.query("SELECT pg_current_wal_insert_lsn()");
            return isBeforeTheEnd(written[0]);
          });

      CompletableFuture<Long> durable =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return connection.awaitDurable();
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });

      assertThat(new Lsn(durable.get(60, TimeUnit.SECONDS)))
          .isGreaterThanOrEqualTo(Lsn.parse(written[0]));
      assertThat(isBeforeTheEnd(written[0])).as("not durable").isFalse();
      CompletableFuture<Void> ordinary =
          CompletableFuture.runAsync(
              () -> {
                try {
                  database.execute("SELECT pg_logical_emit_message(true, 'test', '')");
                } catch (SQLException e) {
                  throw new IllegalStateException(e);
                }
              });
      Await.until("an ordinary message waits for the standby", this::aCommitWaits);
      database.execute(
          "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
      ordinary.get(60, TimeUnit.SECONDS);
    }
  }

  private boolean aCommitWaits() throws SQLException {
    return database
        .query("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
        .equals("1");
  }

  private boolean isBeforeTheEnd(String lsn) throws SQLException {
    return database.query("SELECT pg_current_wal_flush_lsn() < '" + lsn + "'::pg_lsn").equals("t");
  }

  @Test
  void transactionsLongGoneAreFinished() throws Exception {
    database.execute(
        "CREATE TABLE t (id int PRIMARY KEY, big text)", "INSERT INTO t VALUES (1, 'v')");

    assertThat(found(request(Set.of(3, -3, 700), "t", List.of("id"), List.of("big"), key("1"))))
        .hasSize(1);
  }

  @Test
  void aDroppedColumnIsNullAndAnotherTypeOrAnotherKeyOrADroppedTableIsGone() throws Exception {
    database.execute(
        "CREATE TABLE t (id int PRIMARY KEY, big text, other text)",
        "INSERT INTO t VALUES (1, 'v')");
    ReadBackRequest request = request("t", List.of("id"), List.of("big"), key("1"));

    database.execute("ALTER TABLE t ALTER COLUMN big TYPE varchar(10)");
    assertThat(found(request)).as("the same text").isEqualTo(Map.of(0, List.of(text("v"))));
    database.execute("ALTER TABLE t ALTER COLUMN big TYPE jsonb USING NULL");
    assertGone(request, ErrorClass.COLUMN_CHANGED, "has another type now");
    database.execute("ALTER TABLE t DROP COLUMN big");
    assertThat(found(request)).isEqualTo(Map.of(0, List.of(ColumnValue.NULL)));
    database.execute("ALTER TABLE t RENAME COLUMN id TO ident");
    assertGone(request, ErrorClass.COLUMN_CHANGED, "was dropped or renamed");
    database.execute("DROP TABLE t", "CREATE TABLE t (id int PRIMARY KEY, big text)");
    assertGone(request, ErrorClass.TABLE_DROPPED, "is gone");
  }

  @Test
  void aRenamedTableIsFoundAndOneThatOthersInheritFromIsReadAlone() throws Exception {
    database.execute(
        "CREATE TABLE t (id int PRIMARY KEY, big text)",
        "CREATE TABLE child () INHERITS (t)",
        "INSERT INTO t VALUES (1, 'parent')",
        "INSERT INTO child VALUES (1, 'child'), (2, 'child')");
    ReadBackRequest request = request("t", List.of("id"), List.of("big"), key("1"), key("2"));
    database.execute("ALTER TABLE t RENAME TO renamed");

    assertThat(found(request)).isEqualTo(Map.of(0, List.of(text("parent"))));
  }

  @Test
  void aPartitionedTableIsReadWithItsPartitions() throws Exception {
    database.execute(
        "CREATE TABLE p (id int PRIMARY KEY, big text) PARTITION BY HASH (id)",
        "CREATE TABLE p0 PARTITION OF p FOR VALUES WITH (MODULUS 1, REMAINDER 0)",
        "INSERT INTO p VALUES (1, 'v')");

    assertThat(found(request("p", List.of("id"), List.of("big"), key("1"))))
        .isEqualTo(Map.of(0, List.of(text("v"))));
  }

  @Test
  void rowLevelSecurityAndAMissingGrantAreNamedAndNeverHideARow() throws Exception {
    database.execute(
        "DROP ROLE IF EXISTS reader",
        "CREATE ROLE reader LOGIN",
        "CREATE TABLE t (id int PRIMARY KEY, big text)",
        "INSERT INTO t VALUES (1, 'v')");
    ReadBackRequest request = request("t", List.of("id"), List.of("big"), key("1"));
    try (ReadBack reader = new ReadBack(database.settings("reader", ""))) {
      assertRefused(reader, request);
      database.execute(
          "GRANT SELECT ON t TO reader",
          "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
          "CREATE POLICY none ON t USING (false)");
      assertRefused(reader, request);
      database.execute("ALTER ROLE reader BYPASSRLS");
      assertThat(reader.read(request)).isInstanceOf(ReadBackAnswer.Found.class);
    } finally {
      database.execute("DROP OWNED BY reader", "DROP ROLE reader");
    }
  }

  @Test
  void manyLargeValuesComeInPortionsAndOneTooLongIsNotRead() throws Exception {
    database.execute(
        "CREATE TABLE t (id int PRIMARY KEY, big text)",
        "INSERT INTO t SELECT n, repeat(md5(n::text), 1000) FROM generate_series(1, 100) n",
        "INSERT INTO t VALUES (0, repeat('x', 10000001))");
    List<List<String>> keys = new ArrayList<>();
    for (int i = 1; i <= 100; i++) {
      keys.add(key(Integer.toString(i)));
    }
    Relation relation = relation("public", "t");

    ReadBackAnswer.Found portion =
        (ReadBackAnswer.Found)
            readBack.read(
                new ReadBackRequest(relation, List.of(0), List.of(1), Set.of(), keys, 320_000));

    assertThat(portion.complete()).isFalse();
    assertThat(portion.rows()).hasSize(10);
    assertThat(found(request("t", List.of("id"), List.of("big"), key("0"))))
        .isEqualTo(Map.of(0, List.of(ColumnValue.ABSENT)));
  }

  @Test
  void theConnectionChangesNothingAndFindsRowsByIndex() throws Exception {
    database.execute(
        "CREATE FUNCTION public.trap(text, text) RETURNS boolean LANGUAGE plpgsql AS"
            + " $$ BEGIN RAISE 'called'; END $$",
        "CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = text, FUNCTION = public.trap)",
        "CREATE TABLE t (id text PRIMARY KEY, big text)",
        "INSERT INTO t SELECT n::text, 'v' FROM generate_series(1, 5000) n",
        "ALTER DATABASE " + database.name() + " SET search_path = public, pg_catalog");
    readBack.close();

    assertThat(found(request("t", List.of("id"), List.of("big"), key("4711")))).hasSize(1);
    database.execute("ALTER DATABASE " + database.name() + " RESET search_path");
    Await.until(
        "the scan is counted",
        () ->
            "1"
                .equals(
                    database.query(
                        "SELECT count(*) FROM pg_stat_user_tables WHERE relname = 't'"
                            + " AND seq_scan <= 1 AND idx_scan >= 1")));
    assertThat(
            database.query(
                "SELECT state FROM pg_stat_activity WHERE application_name = 'walbeam:read-back'"))
        .isEqualTo("idle");
  }

  @Test
  void aConnectionThatWasLostIsMadeAgain() throws Exception {
    database.execute(
        "CREATE TABLE t (id int PRIMARY KEY, big text)", "INSERT INTO t VALUES (1, 'v')");
    ReadBackRequest request = request("t", List.of("id"), List.of("big"), key("1"));
    assertThat(found(request)).hasSize(1);
    database.execute(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            + " WHERE application_name = 'walbeam:read-back'");

    assertThatThrownBy(() -> readBack.read(request))
        .isInstanceOfSatisfying(
            WalbeamException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.TRANSIENT));
    assertThat(found(request)).hasSize(1);
  }

  private void assertGone(ReadBackRequest request, ErrorClass errorClass, String text)
      throws InterruptedException {
    assertThat(readBack.read(request))
        .isInstanceOfSatisfying(
            ReadBackAnswer.Gone.class,
            gone -> {
              assertThat(gone.refusal().errorClass()).isEqualTo(errorClass);
              assertThat(gone.refusal().message()).contains(text);
            });
  }

  private static void assertRefused(ReadBack reader, ReadBackRequest request) {
    assertThatThrownBy(() -> reader.read(request))
        .isInstanceOfSatisfying(
            WalbeamException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(FailureKind.OPERATOR);
              assertThat(e.describe()).contains("reader", "public.t", "BYPASSRLS");
            });
  }

  private Map<Integer, List<ColumnValue>> found(ReadBackRequest request)
      throws InterruptedException {
    ReadBackAnswer.Found found = (ReadBackAnswer.Found) readBack.read(request);
    assertThat(found.complete()).isTrue();
    return found.rows();
  }

  @SafeVarargs
  private ReadBackRequest request(
      String table, List<String> key, List<String> columns, List<String>... keys)
      throws SQLException {
    return request(Set.of(), table, key, columns, keys);
  }

  @SafeVarargs
  private ReadBackRequest request(
      Set<Integer> transactions,
      String table,
      List<String> key,
      List<String> columns,
      List<String>... keys)
      throws SQLException {
    Relation relation = relation("public", table);
    List<List<String>> texts = new ArrayList<>();
    for (List<String> one : keys) {
      texts.add(one);
    }
    List<String> names = relation.columns().stream().map(RelationColumn::name).toList();
    return new ReadBackRequest(
        relation,
        key.stream().map(names::indexOf).toList(),
        columns.stream().map(names::indexOf).toList(),
        transactions,
        texts,
        NO_LIMIT);
  }

  /** As the stream describes it, as far as a look-up needs it. */
  private Relation relation(String schema, String table) throws SQLException {
    TableId id = new TableId(schema, table);
    int oid = 0;
    List<RelationColumn> columns = new ArrayList<>();
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT attrelid::bigint, attname, atttypid::bigint, atttypmod FROM pg_attribute"
                    + " WHERE attrelid = '"
                    + id.quoted().replace("'", "''")
                    + "'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum")) {
      while (rows.next()) {
        oid = (int) rows.getLong(1);
        columns.add(
            new RelationColumn(
                rows.getString(2), (int) rows.getLong(3), rows.getInt(4), columns.isEmpty()));
      }
    }
    return new Relation(oid, id, ReplicaIdentity.DEFAULT, columns);
  }

  /** The columns of the first inserted row, as walbeam's replication connection prints them. */
  private List<ColumnValue> streamed(List<Integer> columns) throws IOException {
    List<ColumnValue> values = new ArrayList<>();
    PgOutputDecoder decoder = new PgOutputDecoder();
    try (ReplicationStream stream =
        new PostgresConnections(database.settings()).openReplication("test")) {
      assertThat(stream.start(database.slot(), List.of(database.publication()), 0)).isTrue();
      FirstInsert handler = new FirstInsert(columns, values);
      StreamHandler messages =
          new StreamHandler() {
            @Override
            public void data(long dataStart, byte[] buffer, int offset, int length) {
              decoder.decode(buffer, offset, length, handler);
            }

            @Override
            public void keepalive(long walEnd, long serverTimeMicros, boolean replyRequested) {}

            @Override
            public void oversize(long dataStart, long length, MessagePieces pieces) {}

            @Override
            public void progress() {}
          };
      while (values.isEmpty()) {
        stream.read(messages, 1000);
      }
    }
    return values;
  }

  private record FirstInsert(List<Integer> columns, List<ColumnValue> values)
      implements PgOutputHandler {
    @Override
    public void insert(int relationId, Tuple row) {
      columns.forEach(i -> values.add(row.value(i)));
    }

    @Override
    public void update(int relationId, OldImage oldImage, Tuple oldRow, Tuple row) {}

    @Override
    public void delete(int relationId, OldImage oldImage, Tuple oldRow) {}

    @Override
    public void truncate(PgOutputMessage.Truncate truncate) {}

    @Override
    public void begin(PgOutputMessage.Begin begin) {}

    @Override
    public void commit(PgOutputMessage.Commit commit) {}

    @Override
    public void origin(PgOutputMessage.Origin origin) {}

    @Override
    public void relation(PgOutputMessage.RelationDescribed relation) {}

    @Override
    public void type(PgOutputMessage.TypeDescribed type) {}

    @Override
    public void message(PgOutputMessage.LogicalMessage message) {}
  }

  private static List<String> key(String... texts) {
    return List.of(texts);
  }

  private static ColumnValue text(String value) {
    return new ColumnValue.Text(value);
  }
}
