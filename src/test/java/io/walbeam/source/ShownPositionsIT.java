package io.walbeam.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.local.demo.Await;
import io.walbeam.postgres.PostgresConnections;
import io.walbeam.postgres.SideConnection;
import io.walbeam.testing.TestDatabase;
import io.walbeam.testing.TestPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The channel between workers on a real server. */
class ShownPositionsIT {
  private TestDatabase database;
  private SourceSettings settings;
  private SideConnection side;
  private ShownPositions reader;

  @BeforeEach
  void start() throws Exception {
    database = TestPostgres.shared().newDatabase();
    settings = SourceFixture.settings(database);
    side = new SideConnection(new PostgresConnections(settings.postgres()), "reader");
    reader = ShownPositions.reader(settings.slotKey(), settings.epoch(), side);
  }

  @AfterEach
  void stop() throws Exception {
    side.close();
    database.close();
  }

  @Test
  void aPositionIsSeenByTheOtherEndAndSurvivesTheConnectionThatShowsIt() throws Exception {
    try (ShownPositions publisher =
        ShownPositions.publisher(settings.replication(), settings.run())) {
      publisher.publish(0x1_0000_0010L);
      reader.look();
      assertThat(reader.published()).isEqualTo(0x1_0000_0010L);

      database.execute(
          "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name LIKE"
              + " 'walbeam:confirmed:%' AND datname = current_database()");
      ShownPositions fresh = ShownPositions.reader(settings.slotKey(), settings.epoch(), side);
      Await.until(
          "the position is shown again",
          () -> {
            fresh.look();
            return fresh.published() == 0x1_0000_0010L;
          });
    }
  }

  @Test
  void neitherAnotherRoleNorAnotherDatabaseNorAnotherJobIsBelieved() throws Exception {
    String name = new ConfirmationName(settings.slotKey(), settings.epoch()).of(0x7777);
    String role = database.name() + "_stranger";
    database.execute("CREATE ROLE " + role + " LOGIN SUPERUSER");
    try (Connection stranger = connect(database.name(), role);
        Connection elsewhere = connect("postgres", settings.postgres().user());
        ShownPositions otherJob =
            ShownPositions.publisher(
                settings.replication(), settings.run().startedAt(settings.jobStart() + 1))) {
      show(stranger, name);
      // Not even a superuser who takes the role on.
      stranger.createStatement().execute("SET SESSION AUTHORIZATION " + settings.postgres().user());
      show(elsewhere, name);
      otherJob.publish(0x7777);
      assertThat(
              database.query(
                  "SELECT count(*) FROM pg_stat_activity"
                      + " WHERE application_name LIKE 'walbeam:confirmed:%:0/7777'"))
          .isEqualTo("3");

      reader.look();

      assertThat(reader.published()).isZero();
      try (Connection own = connect(database.name(), settings.postgres().user())) {
        show(own, name);
        reader.look();
        assertThat(reader.published()).isEqualTo(0x7777);
      }
    } finally {
      database.execute("DROP ROLE " + role);
    }
  }

  private Connection connect(String databaseName, String role) throws Exception {
    return DriverManager.getConnection(
        "jdbc:postgresql://localhost:" + settings.postgres().port() + "/" + databaseName, role, "");
  }

  private static void show(Connection connection, String name) throws Exception {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET application_name = '" + name + "'");
    }
  }
}
