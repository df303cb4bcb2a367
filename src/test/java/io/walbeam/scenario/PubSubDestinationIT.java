package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.pubsub.v1.PubsubMessage;
import io.grpc.Status;
import io.walbeam.local.StandInOptions;
import io.walbeam.local.StandInServer;
import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.Program;
import io.walbeam.local.demo.Replay;
import io.walbeam.local.demo.TableComparison;
import io.walbeam.local.demo.TopicCopy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pub/Sub instead of BigQuery: what a subscriber has heard is what the source is. */
class PubSubDestinationIT {
  private static Servers servers;

  @TempDir private Path directory;

  @BeforeAll
  static void start() throws Exception {
    servers = Servers.here();
  }

  @AfterAll
  static void stop() throws Exception {
    servers.close();
  }

  private PipelineCommand command(Scenario fixture, String topic) throws Exception {
    return fixture
        .command()
        .without("dataset")
        .without("bigQueryEndpoint")
        .with("destination", "pubsub:" + topic)
        .with("pubsubRootUrl", servers.endpoint())
        .with("stateDirectory", "file://" + directory);
  }

  @Test
  void aSubscriberWhoReplaysHasTheSourceAndHearsEachKeyInOrder() throws Exception {
    try (Scenario fixture = Scenario.on(servers, "messages");
        TopicCopy copy = TopicCopy.start("demo", "messages", servers.endpoint())) {
      fixture.execute(
          "CREATE TABLE t (id int PRIMARY KEY, v text)",
          "CREATE TABLE gone (id int PRIMARY KEY)",
          "INSERT INTO t SELECT i, 'v' FROM generate_series(1, 300) i",
          "INSERT INTO gone SELECT i FROM generate_series(1, 20) i");
      fixture.runToNow(command(fixture, copy.topic()));
      for (int i = 0; i < 20; i++) {
        fixture.execute("UPDATE t SET v = '" + i + "' WHERE id <= 10");
      }
      fixture.execute(
          "UPDATE t SET id = 1000 WHERE id = 11",
          "DELETE FROM t WHERE id = 12",
          "TRUNCATE gone",
          "INSERT INTO gone VALUES (7)");
      fixture.runToNow(command(fixture, copy.topic()));

      Await.until(
          "everything was heard",
          Scenario.DEADLINE,
          () -> copy.received().size() >= 300 + 20 + 200 + 4);
      assertEqual(fixture, copy.replay());
      assertThat(copy.outOfOrder()).isEmpty();
      assertThat(copy.received())
          .filteredOn(message -> message.getAttributesOrThrow("operation").equals("TRUNCATE"))
          .singleElement()
          .satisfies(
              message -> {
                assertThat(message.getOrderingKey()).isEqualTo("public.gone");
                assertThat(message.getAttributesMap())
                    .containsEntry("database", "messages")
                    .containsEntry("schema", "public")
                    .containsEntry("table", "gone");
              });
      assertThat(copy.received())
          .filteredOn(message -> message.getAttributesOrThrow("operation").equals("DELETE"))
          .extracting(PubsubMessage::getOrderingKey)
          .containsExactly("public.t{\"id\":12}");
    }
  }

  @Test
  void anEnvelopeTooLongForAMessageIsAnObjectThatTheMessageNames() throws Exception {
    try (Scenario fixture = Scenario.on(servers, "long_ones");
        TopicCopy copy = TopicCopy.start("demo", "long_ones", servers.endpoint())) {
      fixture.execute(
          "CREATE TABLE t (id int PRIMARY KEY, v text)",
          "INSERT INTO t VALUES (1, repeat('x', 12000000)), (2, 'short')");
      Path objects = Files.createDirectory(directory.resolve("objects"));
      fixture.runToNow(command(fixture, copy.topic()).with("oversize", "file://" + objects));
      Await.until("both were heard", Scenario.DEADLINE, () -> copy.received().size() >= 2);
      assertEqual(fixture, copy.replay());
      assertThat(copy.received())
          .filteredOn(message -> message.containsAttributes("object"))
          .singleElement()
          .satisfies(
              message ->
                  assertThat(message.getAttributesOrThrow("object"))
                      .startsWith("file://" + objects + "/_walbeam_large/"));
    }
  }

  @Test
  void aTopicThatIsMissingIsNamedAndMakingItIsAllThatIsToBeDone() throws Exception {
    try (Scenario fixture = Scenario.on(servers, "silence")) {
      fixture.execute("CREATE TABLE t (id int PRIMARY KEY)");
      try (Program run = fixture.start(command(fixture, "projects/demo/topics/missing"))) {
        assertThat(run.exitCode(Scenario.DEADLINE)).isEqualTo(3);
        assertThat(run.errors())
            .contains("no topic projects/demo/topics/missing")
            .contains("gcloud pubsub topics create projects/demo/topics/missing");
      }
      assertThat(fixture.slot().confirmed()).isEmpty();
      TopicCopy.createTopic("projects/demo/topics/missing", servers.endpoint());
      fixture.runToNow(command(fixture, "projects/demo/topics/missing"));
      assertThat(fixture.slot().confirmed()).isPresent();
    }
  }

  @Test
  void aTopicThatMayNotBePublishedToEndsARunThatNamesTheMissingRole() throws Exception {
    String topic = "projects/demo/topics/forbidden";
    try (Scenario fixture = Scenario.on(servers, "forbidden");
        StandInServer pubSub = StandInServer.start(StandInOptions.inMemory())) {
      TopicCopy.createTopic(topic, pubSub.endpoint());
      pubSub.pubSub().refusePublishing(Status.Code.PERMISSION_DENIED, Integer.MAX_VALUE);
      fixture.execute("CREATE TABLE t (id int PRIMARY KEY)");
      PipelineCommand command = command(fixture, topic).with("pubsubRootUrl", pubSub.endpoint());
      try (Program run = fixture.start(command)) {
        assertThat(run.exitCode(Scenario.DEADLINE)).as(run.errors()).isEqualTo(3);
        assertThat(run.errors())
            .contains("may not publish to " + topic)
            .contains("roles/pubsub.publisher")
            .doesNotContain("BigQuery");
      }
      assertThat(fixture.slot().confirmed()).isEmpty();
    }
  }

  private static void assertEqual(Scenario fixture, Replay replay) throws Exception {
    assertThat(replay.contradictions()).isEmpty();
    try (Connection connection = fixture.connect()) {
      List<TableComparison> compared = TableComparison.compareAll(connection, replay);
      assertThat(compared)
          .isNotEmpty()
          .allSatisfy(table -> assertThat(table.differences()).as("%s", table.table()).isEmpty());
    }
  }
}
