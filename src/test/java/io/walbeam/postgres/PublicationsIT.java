package io.walbeam.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.walbeam.change.RelationColumn;
import io.walbeam.change.TableId;
import io.walbeam.change.TablePatterns;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.testing.TestDatabase;
import io.walbeam.testing.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What publications do to the application whose tables they hold. */
class PublicationsIT {
  private static final List<String> TABLES =
      List.of(
          "keyed",
          "keyless",
          "deferred",
          "\"No \"\"Identity\"",
          "\"full\"",
          "parted",
          "keyless_parted",
          "half_parted",
          "parent",
          "child");

  /** PostgreSQL 15. */
  private static final int COLUMN_LISTS = 150_000;

  private TestDatabase database;

  @BeforeEach
  void createTables() throws Exception {
    database = TestPostgres.shared().newDatabase();
    database.execute(
        "CREATE TABLE keyed (id int PRIMARY KEY, v int)",
        "CREATE TABLE keyless (id int, v int)",
        "CREATE TABLE deferred (id int PRIMARY KEY DEFERRABLE, v int)",
        "CREATE TABLE \"No \"\"Identity\" (id int PRIMARY KEY, v int)",
        "ALTER TABLE \"No \"\"Identity\" REPLICA IDENTITY NOTHING",
        "CREATE TABLE \"full\" (id int, v int)",
        "ALTER TABLE \"full\" REPLICA IDENTITY FULL",
        "CREATE TABLE parted (id int PRIMARY KEY, v int) PARTITION BY RANGE (id)",
        "CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (100)",
        "CREATE TABLE keyless_parted (id int, v int) PARTITION BY RANGE (id)",
        "CREATE TABLE keyless_parted_1 PARTITION OF keyless_parted FOR VALUES FROM (0) TO (100)",
        "CREATE TABLE half_parted (id int PRIMARY KEY, v int) PARTITION BY RANGE (id)",
        "CREATE TABLE half_parted_1 PARTITION OF half_parted FOR VALUES FROM (0) TO (100)",
        "ALTER TABLE half_parted_1 REPLICA IDENTITY NOTHING",
        "CREATE TABLE parent (id int PRIMARY KEY, v int)",
        // Keys are not inherited.
        "CREATE TABLE child () INHERITS (parent)");
    for (String table : TABLES) {
      database.execute("INSERT INTO " + table + " VALUES (1, 1)");
    }
  }

  @AfterEach
  void drop() throws Exception {
    database.close();
  }

  private void prepare() throws SQLException {
    try (Connection connection = database.connect()) {
      assertThat(
              new SlotPreparation(
                      new ReplicationSettings(
                          database.settings(), database.slot(), database.publication()),
                      List.of())
                  .prepare(connection, true))
          .isPresent();
    }
  }

  private String published(String publication) throws SQLException {
    return database.query(
        "SELECT string_agg(tablename, ',' ORDER BY tablename) FROM pg_publication_tables"
            + " WHERE pubname = '"
            + publication
            + "'");
  }

  /** A parent without its children. */
  private static String only(String table) {
    return table.equals("parent") ? "ONLY parent" : table;
  }

  private void applicationChanges() {
    for (String table : TABLES) {
      assertThatCode(
              () ->
                  database.execute(
                      "UPDATE " + only(table) + " SET v = v + 1",
                      "DELETE FROM " + only(table),
                      "INSERT INTO " + table + " VALUES (1, 1)"))
          .as("the application changes %s", table)
          .doesNotThrowAnyException();
    }
  }

  @Test
  void aTableInBothPublicationsWithDifferentColumnsIsRefusedAndTheRemedyHelps() throws Exception {
    assumeTrue(
        Integer.parseInt(database.query("SHOW server_version_num")) >= COLUMN_LISTS,
        "the server knows no column lists");
    prepare();
    database.execute(
        "ALTER PUBLICATION " + database.publication() + "_inserts ADD TABLE keyed (id)");

    WalbeamException refusal = catchThrowableOfType(WalbeamException.class, this::prepare);

    assertThat(refusal.kind()).isEqualTo(FailureKind.OPERATOR);
    assertThat(refusal).hasMessageContaining("public.keyed");
    String remedy = refusal.remedy();
    database.execute(remedy.substring(remedy.indexOf("ALTER PUBLICATION")));
    prepare();
  }

  @Test
  void theApplicationChangesEveryTableAfterTheFirstStartAndWhateverCanBeIsReplicated()
      throws Exception {
    prepare();
    assertThat(published(database.publication())).isEqualTo("full,keyed,parent,parted");
    assertThat(published(database.publication() + "_inserts"))
        .isEqualTo("No \"Identity,child,deferred,keyless,keyless_parted");
    applicationChanges();
    try (DumpConnection connection = new DumpConnection(database.settings(), "walbeam-test")) {
      assertThat(connection.published(database.publication()))
          .extracting(TableId::name)
          .containsExactlyInAnyOrder(
              "keyed",
              "full",
              "parted",
              "parent",
              "keyless",
              "deferred",
              "No \"Identity",
              "child",
              "keyless_parted");
      assertThat(connection.describe(replication(), new TableId("public", "keyless"))).isPresent();
    }
  }

  @Test
  void generatedColumnsAreSentWhereTheServerCan() throws Exception {
    database.execute(
        "CREATE TABLE generated (id int, v int, g int GENERATED ALWAYS AS (id * 2) STORED,"
            + " PRIMARY KEY (id, g))",
        "INSERT INTO generated VALUES (1, 1)");
    prepare();
    assertThatCode(() -> database.execute("UPDATE generated SET v = 2", "DELETE FROM generated"))
        .doesNotThrowAnyException();
    boolean able = Integer.parseInt(database.query("SHOW server_version_num")) >= 180_000;
    try (DumpConnection connection = new DumpConnection(database.settings(), "walbeam-test")) {
      assertThat(
              connection
                  .describe(replication(), new TableId("public", "generated"))
                  .orElseThrow()
                  .relation()
                  .columns())
          .extracting(RelationColumn::name)
          .isEqualTo(able ? List.of("id", "v", "g") : List.of("id", "v"));
    }
  }

  @Test
  void tablesMoveWhenTheyGainOrLoseTheirKeyAndNewOnesJoin() throws Exception {
    prepare();
    try (DumpConnection connection = new DumpConnection(database.settings(), "walbeam-test")) {
      assertThat(connection.tend(database.publication(), TablePatterns.ALL, true)).isFalse();
      database.execute(
          "ALTER TABLE keyless ADD PRIMARY KEY (id)",
          "ALTER TABLE keyed DROP CONSTRAINT keyed_pkey",
          "ALTER TABLE half_parted_1 REPLICA IDENTITY DEFAULT",
          "CREATE TABLE later (id int PRIMARY KEY)",
          "CREATE TABLE later_keyless (id int)");
      assertThat(connection.tend(database.publication(), TablePatterns.ALL, false)).isTrue();
      assertThat(published(database.publication())).isEqualTo("full,keyless,parent,parted");
      assertThat(connection.tend(database.publication(), TablePatterns.ALL, true)).isTrue();
      assertThat(published(database.publication()))
          .isEqualTo("full,half_parted,keyless,later,parent,parted");
      assertThat(published(database.publication() + "_inserts"))
          .isEqualTo("No \"Identity,child,deferred,keyed,keyless_parted,later_keyless");
    }
    applicationChanges();
  }

  @Test
  void childrenOfTablesAreOnesOfTheirOwnAndOneThatIsInBothPublicationsLeavesTheWrongOne()
      throws Exception {
    prepare();
    database.execute(
        "ALTER PUBLICATION " + database.publication() + " ADD TABLE child",
        "CREATE TABLE later (id int PRIMARY KEY)",
        "CREATE TABLE later_child (PRIMARY KEY (id)) INHERITS (later)",
        "CREATE TABLE later_keyless () INHERITS (later)");
    try (Connection session = database.connect();
        Statement temporary = session.createStatement();
        DumpConnection connection = new DumpConnection(database.settings(), "walbeam-test")) {
      temporary.execute("CREATE TEMP TABLE nobody_else_sees () INHERITS (later)");
      assertThat(connection.tend(database.publication(), TablePatterns.ALL, true)).isTrue();
      assertThat(published(database.publication()))
          .isEqualTo("full,keyed,later,later_child,parent,parted");
      assertThat(published(database.publication() + "_inserts"))
          .isEqualTo("No \"Identity,child,deferred,keyless,keyless_parted,later_keyless");
      database.execute("ALTER TABLE later DROP CONSTRAINT later_pkey");
      assertThat(connection.tend(database.publication(), TablePatterns.ALL, true)).isTrue();
      assertThat(published(database.publication()))
          .isEqualTo("full,keyed,later_child,parent,parted");
      assertThat(connection.tend(database.publication(), TablePatterns.ALL, true)).isFalse();
    }
    applicationChanges();
  }

  @Test
  void aPublicationOfSomebodyElseStaysAndTheStatementThatIsPrintedMendsIt() throws Exception {
    database.createPublicationAndSlot();
    assertThatThrownBy(() -> database.execute("UPDATE keyless SET v = 2"))
        .hasMessageContaining("replica identity");
    prepare();
    try (Connection connection = database.connect()) {
      assertThat(Publications.inUse(connection, database.publication()))
          .containsExactly(database.publication());
      List<TableId> harmed = PublishableTables.harmed(connection, database.publication());
      assertThat(harmed)
          .extracting(TableId::name)
          .containsExactly(
              "No \"Identity", "child", "deferred", "half_parted_1", "keyless", "keyless_parted_1");
      for (TableId table : harmed) {
        database.execute("ALTER TABLE " + table.quoted() + " REPLICA IDENTITY FULL");
      }
      assertThat(PublishableTables.harmed(connection, database.publication())).isEmpty();
      assertThat(OwnPublications.tend(connection, database.publication(), TablePatterns.ALL, true))
          .isFalse();
    }
    applicationChanges();
  }

  @Test
  void aPublicationThatIsMissingIsLeftOutAndReadAgainOnceWhatRanThenIsConfirmed() throws Exception {
    prepare();
    String inserts = database.publication() + "_inserts";
    for (String missing : List.of(inserts, database.publication())) {
      List<String> both = List.of(database.publication(), inserts);
      List<String> others = both.stream().filter(name -> !name.equals(missing)).toList();
      database.execute("DROP PUBLICATION " + missing);
      prepare();
      try (Connection older = database.connect();
          Connection connection = database.connect();
          DumpConnection dumps = new DumpConnection(database.settings(), "walbeam-test")) {
        older.setAutoCommit(false);
        older.createStatement().execute("INSERT INTO keyed VALUES (7, 1)");
        assertThat(readable(connection)).isEqualTo(others);
        dumps.tend(database.publication(), TablePatterns.ALL, true);
        dumps.tend(database.publication(), TablePatterns.ALL, true);
        assertThat(readable(connection)).as("a transaction is older").isEqualTo(others);
        older.rollback();
        dumps.tend(database.publication(), TablePatterns.ALL, true);
        assertThat(readable(connection)).as("its end is not confirmed").isEqualTo(others);
        database.execute(
            "SET synchronous_commit = on",
            "DELETE FROM keyed WHERE id = 1",
            "INSERT INTO keyed VALUES (1, 1)",
            "SELECT pg_replication_slot_advance('"
                + database.slot()
                + "', pg_current_wal_flush_lsn())");
        assertThat(readable(connection)).isEqualTo(both);
        assertThat(Publications.inUse(connection, database.publication()))
            .as("nobody reads it yet, so nobody may dump its tables")
            .isEqualTo(others);
        LatePublications.read(connection, both);
        assertThat(Publications.inUse(connection, database.publication())).isEqualTo(both);
      }
    }
    assertThat(published(database.publication())).isEqualTo("full,keyed,parent,parted");
    assertThat(published(inserts)).isEqualTo("No \"Identity,child,deferred,keyless,keyless_parted");
  }

  private List<String> readable(Connection connection) throws SQLException {
    return Publications.readable(connection, database.publication(), database.slot());
  }

  @Test
  void aSlotWhosePublicationsAreBothGoneIsRefused() throws Exception {
    prepare();
    database.execute(
        "DROP PUBLICATION " + database.publication() + ", " + database.publication() + "_inserts");

    assertThat(catchThrowableOfType(WalbeamException.class, this::prepare).kind())
        .isEqualTo(FailureKind.OPERATOR);
  }

  @Test
  void patternsThatMatchNothingAreRefusedWithWhatTheDatabaseHas() {
    assertThatThrownBy(
            () -> {
              try (Connection connection = database.connect()) {
                OwnPublications.create(
                    connection,
                    new ReplicationSettings(database.settings(), "walbeam", "nothing"),
                    List.of("public.nope"));
              }
            })
        .isInstanceOfSatisfying(
            WalbeamException.class,
            e -> assertThat(e.remedy()).contains("--tables", "public.child"));
  }

  @Test
  void theNameOfTheSecondPublicationFitsWhateverTheFirstIsCalled() {
    assertThat(Publications.inserts("walbeam")).isEqualTo("walbeam_inserts");
    assertThat(Publications.inserts("é".repeat(31))).isEqualTo("é".repeat(27) + "_inserts");
  }

  private ReplicationSettings replication() {
    return new ReplicationSettings(database.settings(), "walbeam", database.publication());
  }
}
