package io.walbeam.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.secret.SecretReference;
import io.walbeam.testing.TestDatabase;
import io.walbeam.testing.TestPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every wrong input is one sentence with its remedy. */
final class PostgresErrorsIT {
  private TestDatabase database;

  @BeforeEach
  void createDatabase() throws Exception {
    database = TestPostgres.shared().newDatabase();
  }

  @AfterEach
  void dropDatabase() throws Exception {
    database.close();
  }

  private static void refused(FailureKind kind, ThrowingCallable call, String... texts) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            WalbeamException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(kind);
              assertThat(e.describe()).contains(texts);
              assertThat(e.getMessage()).endsWith(".");
              assertThat(e.remedy()).endsWith(".");
            });
  }

  private static PostgresSettings at(String host, int port, String name) {
    return new PostgresSettings(host, port, name, "postgres", new SecretReference(""));
  }

  private SlotStatus prepare(PostgresSettings settings, List<String> tables) {
    return prepare(settings, tables, /* joining= */ true);
  }

  private SlotStatus prepare(PostgresSettings settings, List<String> tables, boolean joining) {
    ReplicationSettings replication =
        new ReplicationSettings(
            settings, database.slot(), database.publication(), joining, /* readGenerated= */ false);
    try (SideConnection side = new SideConnection(new PostgresConnections(settings), "test")) {
      return side.prepare(new SlotPreparation(replication, tables), true).orElseThrow();
    }
  }

  @Test
  void wrongPortHostAndDatabase() {
    refused(
        FailureKind.TRANSIENT,
        () -> new PostgresConnections(at("localhost", 1, "d")).open("test"),
        "Nothing accepts connections at localhost:1");
    refused(
        FailureKind.TRANSIENT,
        () -> new PostgresConnections(at("no-such-host.invalid", 1, "d")).open("test"),
        "no-such-host.invalid is not known");
    refused(
        FailureKind.OPERATOR,
        () ->
            new PostgresConnections(at("localhost", database.server().port(), "nowhere"))
                .openReplication("test"),
        "no database nowhere");
  }

  @Test
  void missingReplicationPrivilege() throws Exception {
    String role = "poor_" + database.name();
    database.execute("CREATE ROLE " + role + " LOGIN");
    try {
      PostgresSettings settings = database.settings(role, "");
      refused(FailureKind.OPERATOR, () -> prepare(settings, List.of()), role, "REPLICATION");
      refused(
          FailureKind.OPERATOR,
          () -> new PostgresConnections(settings).openReplication("test"),
          role,
          "REPLICATION");
      database.execute(
          "ALTER ROLE " + role + " REPLICATION", "CREATE TABLE of_somebody_else (id int)");
      refused(
          FailureKind.OPERATOR,
          () -> prepare(settings, List.of()),
          "owns no table",
          "Let the owner of the tables run CREATE PUBLICATION");
      assertThat(database.query("SELECT count(*) FROM pg_publication")).isEqualTo("0");
    } finally {
      database.execute("DROP ROLE " + role);
    }
  }

  @Test
  void roleThatOwnsATableCreatesPublicationAndSlotForIt() throws Exception {
    String role = "owner_" + database.name();
    database.execute(
        "CREATE ROLE " + role + " LOGIN REPLICATION",
        "GRANT CREATE ON DATABASE " + database.name() + " TO " + role,
        "CREATE TABLE \"Weird \"\"Name\" (k int PRIMARY KEY)",
        "ALTER TABLE \"Weird \"\"Name\" OWNER TO " + role,
        "CREATE TABLE foreign_one (k int)");
    try {
      SlotStatus slot = prepare(database.settings(role, ""), List.of());
      assertThat(slot.plugin()).isEqualTo("pgoutput");
      assertThat(database.query("SELECT string_agg(tablename, ',') FROM pg_publication_tables"))
          .isEqualTo("Weird \"Name");
    } finally {
      database.execute("DROP OWNED BY " + role, "DROP ROLE " + role);
    }
  }

  @Test
  void aDatabaseWithoutATableIsRefusedOnlyWhereNoneCouldJoin() throws Exception {
    refused(
        FailureKind.OPERATOR,
        () -> prepare(database.settings(), List.of(), /* joining= */ false),
        "owns no table",
        "Create the tables first, or leave out --publishNewTables=off");
    assertThat(database.query("SELECT count(*) FROM pg_publication")).isEqualTo("0");
    assertThat(prepare(database.settings(), List.of()).plugin()).isEqualTo("pgoutput");
    assertThat(database.query("SELECT count(*) FROM pg_publication")).isEqualTo("2");
    assertThat(prepare(database.settings(), List.of(), /* joining= */ false).plugin())
        .as("the slot is there")
        .isEqualTo("pgoutput");
  }

  @Test
  void unknownTablesAreRefusedAndNothingIsLeft() throws Exception {
    refused(
        FailureKind.CONFIGURATION,
        () -> prepare(database.settings(), List.of("none.*")),
        "No table matches none.*");
    assertThat(database.query("SELECT count(*) FROM pg_publication")).isEqualTo("0");
  }

  @Test
  void patternsThatMatchNoPublishedTableAreAnsweredWithTheNearest() throws Exception {
    database.execute(
        "CREATE TABLE orders (id int PRIMARY KEY)",
        "CREATE TABLE invoices (id int PRIMARY KEY)",
        "CREATE PUBLICATION " + database.publication() + " FOR TABLE orders");
    refused(
        FailureKind.CONFIGURATION,
        () -> prepare(database.settings(), List.of("public.oders")),
        "No table matches public.oders",
        "Near are public.orders");
    refused(
        FailureKind.CONFIGURATION,
        () -> prepare(database.settings(), List.of("public.invoices")),
        "holds no table that --tables names",
        "ADD TABLE ONLY \"public\".\"invoices\"");
    assertThat(
            database.query(
                "SELECT count(*) FROM pg_replication_slots WHERE database = '"
                    + database.name()
                    + "'"))
        .isEqualTo("0");
    database.execute(
        "ALTER PUBLICATION " + database.publication() + " ADD TABLE ONLY \"public\".\"invoices\"");
    assertThat(prepare(database.settings(), List.of("public.invoices")).plugin())
        .isEqualTo("pgoutput");
  }

  @Test
  void tablesThatMayNotBeReadAreOneMessageWithOneStatement() throws Exception {
    String role = "blind_" + database.name();
    database.execute("CREATE ROLE " + role + " LOGIN REPLICATION", "CREATE SCHEMA \"Own\"");
    for (int i = 1; i <= 20; i++) {
      database.execute("CREATE TABLE \"Own\".t" + (10 + i) + " (id int PRIMARY KEY)");
    }
    database.execute("CREATE PUBLICATION " + database.publication() + " FOR ALL TABLES");
    try (Connection connection =
        new PostgresConnections(database.settings(role, "")).open("test")) {
      String said =
          StartChecks.missingPrivileges(connection, database.publication(), List.of(), role)
              .orElseThrow();
      assertThat(said).contains("may not read Own.t11, ", " and 15 more", "\"Own\".\"t30\" TO");
      database.execute(said.substring(said.indexOf("GRANT")));
      assertThat(StartChecks.missingPrivileges(connection, database.publication(), List.of(), role))
          .isEmpty();
    } finally {
      database.execute("DROP OWNED BY " + role, "DROP ROLE " + role);
    }
  }

  @Test
  void slotWithoutItsPublicationIsRefused() throws Exception {
    database.execute(
        "SELECT pg_create_logical_replication_slot('" + database.slot() + "', 'pgoutput')");
    refused(
        FailureKind.OPERATOR,
        () -> prepare(database.settings(), List.of()),
        "could never be decoded",
        "pg_drop_replication_slot");
    assertThat(database.query("SELECT count(*) FROM pg_publication")).isEqualTo("0");
  }

  @Test
  void slotOfAnotherKindOrDatabaseIsRefused() throws Exception {
    database.execute("SELECT pg_create_physical_replication_slot('" + database.slot() + "')");
    try {
      refused(FailureKind.OPERATOR, () -> prepare(database.settings(), List.of()), "physical");
    } finally {
      database.execute("SELECT pg_drop_replication_slot('" + database.slot() + "')");
    }
    try (TestDatabase other = database.server().newDatabase()) {
      other.execute(
          "SELECT pg_create_logical_replication_slot('" + database.slot() + "', 'pgoutput')");
      refused(FailureKind.OPERATOR, () -> prepare(database.settings(), List.of()), other.name());
    }
  }

  @Test
  void slotInUseIsToldApart() throws Exception {
    database.createPublicationAndSlot();
    PostgresConnections connections = new PostgresConnections(database.settings());
    try (ReplicationStream first = connections.openReplication("one");
        ReplicationStream second = connections.openReplication("two")) {
      assertThat(first.start(database.slot(), List.of(database.publication()), 0)).isTrue();
      assertThat(second.start(database.slot(), List.of(database.publication()), 0)).isFalse();
    }
  }

  @Test
  void missingSlotIsRefusedByTheStream() {
    try (ReplicationStream stream =
        new PostgresConnections(database.settings()).openReplication("one")) {
      refused(
          FailureKind.DATA_LOSS_RISK,
          () -> stream.start(database.slot(), List.of(database.publication()), 0),
          database.slot());
    }
  }

  @Test
  void wrongPasswordMissingEntryAndWalLevel() throws Exception {
    try (TestPostgres server = TestPostgres.start(Map.of("wal_level", "replica"));
        TestDatabase own = server.newDatabase()) {
      refused(
          FailureKind.OPERATOR,
          () -> {
            try (SideConnection side =
                new SideConnection(new PostgresConnections(own.settings()), "test")) {
              side.prepare(
                  new SlotPreparation(new ReplicationSettings(own.settings(), "s", "p"), List.of()),
                  true);
            }
          },
          "wal_level");
      own.execute("CREATE ROLE pw LOGIN PASSWORD 'right'");
      Path file = server.dataDirectory().resolve("pg_hba.conf");
      String trust = Files.readString(file);
      Files.writeString(
          file,
          String.join(
              System.lineSeparator(),
              "hostssl all only_tls all trust",
              "host all pw all scram-sha-256",
              "host all postgres all trust",
              ""));
      own.execute("CREATE ROLE only_tls LOGIN", "SELECT pg_reload_conf()");
      io.walbeam.local.demo.Await.until(
          "the entry holds", () -> own.query("SELECT count(*) FROM pg_hba_file_rules").equals("3"));
      refused(
          FailureKind.OPERATOR,
          () -> new PostgresConnections(own.settings("pw", "marker-wrong")).open("test"),
          "refused the password of user pw");
      refused(
          FailureKind.OPERATOR,
          () -> new PostgresConnections(own.settings("pw", "")).open("test"),
          "wants a password");
      refused(
          FailureKind.OPERATOR,
          () -> new PostgresConnections(own.settings("only_tls", "")).open("test"),
          "pg_hba.conf",
          "without TLS");
      Files.writeString(file, trust);
    }
  }
}
