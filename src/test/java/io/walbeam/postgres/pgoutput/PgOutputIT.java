package io.walbeam.postgres.pgoutput;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.postgres.pgoutput.PgOutputMessage.Begin;
import io.walbeam.postgres.pgoutput.PgOutputMessage.Commit;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.StringReader;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** What a real server sends, decoded. */
class PgOutputIT {
  private static EmbeddedPostgres postgres;
  private static int databases;

  private CapturedStream server;

  @BeforeAll
  static void start() throws IOException {
    postgres = CapturedStream.startServer();
  }

  @AfterAll
  static void stop() throws IOException {
    postgres.close();
  }

  @BeforeEach
  void create() throws SQLException {
    server = new CapturedStream(postgres, "d" + databases++);
  }

  @AfterEach
  void close() throws SQLException {
    server.close();
  }

  @Test
  void defaultIdentitySendsTheOldKeyOnlyWhenItChanges() throws SQLException {
    server.execute("CREATE TABLE d (id int PRIMARY KEY, name text)");
    server.publish("FOR ALL TABLES");
    server.execute(
        "INSERT INTO d VALUES (1, 'a'), (2, NULL), (3, '')",
        "UPDATE d SET name = 'b' WHERE id = 1",
        "UPDATE d SET id = 10 WHERE id = 1",
        "DELETE FROM d WHERE id = 2");

    assertThat(transcript())
        .isEqualTo(
            """
            begin
            relation "public"."d" DEFAULT[id* 23, name 25]
            insert "public"."d"['1', 'a']
            insert "public"."d"['2', Null]
            insert "public"."d"['3', '']
            commit
            begin
            update "public"."d" ['1', 'b']
            commit
            begin
            update "public"."d" KEY['1', Null] ->['10', 'b']
            commit
            begin
            delete "public"."d" KEY['2', Null]
            commit
            """);
  }

  @Test
  void fullIndexAndNothingIdentities() throws SQLException {
    server.execute(
        "CREATE TABLE f (id int PRIMARY KEY, name text)",
        "ALTER TABLE f REPLICA IDENTITY FULL",
        "CREATE TABLE i (a int, b text NOT NULL, c text, UNIQUE (b))",
        "ALTER TABLE i REPLICA IDENTITY USING INDEX i_b_key",
        "CREATE TABLE n (id int)",
        "ALTER TABLE n REPLICA IDENTITY NOTHING");
    server.publish("FOR ALL TABLES");
    server.execute(
        "INSERT INTO f VALUES (1, 'a')",
        "UPDATE f SET name = NULL",
        "DELETE FROM f",
        "INSERT INTO i VALUES (1, 'k', 'x')",
        "UPDATE i SET b = 'l'",
        "DELETE FROM i",
        "INSERT INTO n VALUES (7)");

    assertThat(transcript().replace("begin\n", "").replace("commit\n", ""))
        .isEqualTo(
            """
            relation "public"."f" FULL[id* 23, name* 25]
            insert "public"."f"['1', 'a']
            update "public"."f" FULL['1', 'a'] ->['1', Null]
            delete "public"."f" FULL['1', Null]
            relation "public"."i" INDEX[a 23, b* 25, c 25]
            insert "public"."i"['1', 'k', 'x']
            update "public"."i" KEY[Null, 'k', Null] ->['1', 'l', 'x']
            delete "public"."i" KEY[Null, 'l', Null]
            relation "public"."n" NOTHING[id 23]
            insert "public"."n"['7']
            """);
  }

  @Test
  void toastedValuesThatAreLeftAloneAreUnchanged() throws SQLException {
    server.execute(
        "CREATE TABLE d (id int PRIMARY KEY, big text, small text)",
        "ALTER TABLE d ALTER big SET STORAGE EXTERNAL",
        "CREATE TABLE f (id int PRIMARY KEY, big text, small text)",
        "ALTER TABLE f ALTER big SET STORAGE EXTERNAL",
        "ALTER TABLE f REPLICA IDENTITY FULL");
    server.publish("FOR ALL TABLES");
    server.execute(
        "INSERT INTO d VALUES (1, repeat('x', 9000), 's')",
        "UPDATE d SET small = 't'",
        "UPDATE d SET id = 2",
        "INSERT INTO f VALUES (1, repeat('x', 9000), 's')",
        "UPDATE f SET small = 't'");

    assertThat(transcript().replace("begin\n", "").replace("commit\n", ""))
        .isEqualTo(
            """
            relation "public"."d" DEFAULT[id* 23, big 25, small 25]
            insert "public"."d"['1', <9000 characters>, 's']
            update "public"."d" ['1', Unchanged, 't']
            update "public"."d" KEY['1', Null, Null] ->['2', Unchanged, 't']
            relation "public"."f" FULL[id* 23, big* 25, small* 25]
            insert "public"."f"['1', <9000 characters>, 's']
            update "public"."f" FULL['1', <9000 characters>, 's'] ->['1', Unchanged, 't']
            """);
  }

  @Test
  void truncatesLogicalMessagesAndMultiInserts() throws SQLException, IOException {
    server.execute("CREATE TABLE a (id int PRIMARY KEY)", "CREATE TABLE b (id int REFERENCES a)");
    server.publish("FOR ALL TABLES");
    server
        .sql()
        .unwrap(PGConnection.class)
        .getCopyAPI()
        .copyIn("COPY a FROM STDIN", new StringReader("1\n2\n3\n"));
    server.execute(
        "TRUNCATE a RESTART IDENTITY CASCADE",
        "SELECT pg_logical_emit_message(true, 'walbeam.test', 'h\u00E9llo')",
        "SELECT pg_logical_emit_message(false, 'other', '')");

    assertThat(transcript())
        .isEqualTo(
            """
            begin
            relation "public"."a" DEFAULT[id* 23]
            insert "public"."a"['1']
            insert "public"."a"['2']
            insert "public"."a"['3']
            commit
            begin
            relation "public"."a" DEFAULT[id* 23]
            relation "public"."b" DEFAULT[id 23]
            truncate ["public"."a", "public"."b"] cascade restart
            commit
            begin
            message true walbeam.test h\u00E9llo
            commit
            message false other\s
            """);
  }

  @Test
  void weirdNamesDomainsEnumsAndModifiers() throws SQLException {
    server.execute(
        "CREATE SCHEMA \"Sch.ema\"",
        "CREATE DOMAIN positive AS numeric(10, 2) CHECK (VALUE > 0)",
        "CREATE TYPE \"Mo\"\"od\" AS ENUM ('happy', 'it''s')",
        "CREATE TABLE \"Sch.ema\".\"Weird \"\"Name\" (\"order\" int PRIMARY KEY, f positive,"
            + " \"caf\u00E9\" \"Mo\"\"od\", n numeric(12, 3), v varchar(5), arr int[])");
    server.publish("FOR ALL TABLES");
    server.execute(
        "INSERT INTO \"Sch.ema\".\"Weird \"\"Name\" VALUES (1, 2.50, 'it''s', 1.5, 'v',"
            + " '{1,NULL}')");

    assertThat(transcript())
        .isEqualTo(
            """
            begin
            type pg_catalog.numeric
            type public.Mo"od
            relation "Sch.ema"."Weird ""Name" DEFAULT[order* 23, f pg_catalog.numeric, \
            caf\u00E9 public.Mo"od, n 1700(786439), v 1043(9), arr 1007]
            insert "Sch.ema"."Weird ""Name"['1', '2.50', 'it's', '1.500', 'v', '{1,NULL}']
            commit
            """);
  }

  @Test
  void partitionsPublishedThroughTheirRootAndFilteredColumns() throws SQLException {
    server.execute(
        "CREATE TABLE root (id int, day date, secret text, PRIMARY KEY (id, day))"
            + " PARTITION BY RANGE (day)",
        "CREATE TABLE leaf PARTITION OF root FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')");
    // Before PostgreSQL 15 a publication has whole tables only.
    boolean columns = server.sql().getMetaData().getDatabaseMajorVersion() >= 15;
    server.publish(
        "FOR TABLE root"
            + (columns ? " (id, day)" : "")
            + " WITH (publish_via_partition_root = true)");
    server.execute(
        "INSERT INTO root VALUES (1, '2024-05-05', 'hidden')",
        "ALTER TABLE root ADD COLUMN later int DEFAULT 5",
        "DELETE FROM root");

    // Both relations are described, root first; changes name the root.
    String text = transcript();
    assertThat(text)
        .contains(
            "relation \"public\".\"root\" DEFAULT[id* 23, day* 1082"
                + (columns ? "]\n" : ", secret 25]\n"))
        .contains(
            "insert \"public\".\"root\"['1', '2024-05-05'" + (columns ? "]\n" : ", 'hidden']\n"))
        .contains("delete \"public\".\"root\" KEY['1', '2024-05-05'");
    assertThat(text.contains("hidden")).isEqualTo(!columns);
  }

  @Test
  void headersNameTheTransactionAsTheServerDoes() throws SQLException {
    server.execute("CREATE TABLE d (id int PRIMARY KEY)");
    server.publish("FOR ALL TABLES");
    Instant before = Instant.now().minus(Duration.ofMinutes(1));
    server.execute("BEGIN", "INSERT INTO d VALUES (1)");
    long xid = xid();
    server.execute("COMMIT");

    List<byte[]> messages = server.messages();
    byte[] first = messages.get(0);
    byte[] last = messages.get(messages.size() - 1);
    Begin begin = (Begin) ((DecodedMessage.Plain) DecodedMessage.decode(first)).message();
    Commit commit = (Commit) ((DecodedMessage.Plain) DecodedMessage.decode(last)).message();

    assertThat(begin.transactionId()).isEqualTo(xid);
    assertThat(commit.commitLsn()).isEqualTo(begin.commitLsn());
    assertThat(commit.commitTimeMicros()).isEqualTo(begin.commitTimeMicros());
    assertThat(commit.endLsn()).isGreaterThan(commit.commitLsn());
    assertThat(Instant.ofEpochSecond(begin.commitTimeMicros() / 1_000_000))
        .isBetween(before, Instant.now().plus(Duration.ofMinutes(1)));
  }

  @Test
  void everyCapturedMessageIsEncodedTheSameAndEveryTruncationOfItIsMalformed() throws SQLException {
    server.execute("CREATE TABLE d (id int PRIMARY KEY, name text)");
    server.publish("FOR ALL TABLES");
    server.execute(
        "INSERT INTO d VALUES (1, 'a')",
        "UPDATE d SET id = 2",
        "DELETE FROM d",
        "TRUNCATE d",
        "SELECT pg_logical_emit_message(true, 'p', 'c')");

    List<Integer> accepted = new ArrayList<>();
    for (byte[] message : server.messages()) {
      assertThat(PgOutputEncoder.encode(DecodedMessage.decode(message))).isEqualTo(message);
      for (int length = 0; length < message.length; length++) {
        try {
          DecodedMessage.decode(message, 0, length);
          accepted.add(length);
        } catch (MalformedMessageException e) {
          assertThat(e.offset()).isBetween(0, length);
        }
      }
    }
    assertThat(accepted).isEmpty();
  }

  private long xid() throws SQLException {
    try (Statement statement = server.sql().createStatement();
        ResultSet result = statement.executeQuery("SELECT pg_current_xact_id()::text::bigint")) {
      result.next();
      return result.getLong(1);
    }
  }

  private String transcript() throws SQLException {
    return new Transcript().lines(server.messages());
  }
}
