package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.local.demo.Program;
import org.junit.jupiter.api.Test;

/** Somebody drops a publication that walbeam made, and what it would have carried is not lost. */
class PublicationsGoneIT {
  @Test
  void whatHappenedWithoutAPublicationComesByADumpOnceItIsBack() throws Exception {
    try (Servers servers = Servers.here();
        Scenario fixture = Scenario.on(servers, "gone")) {
      fixture.execute(
          "CREATE TABLE keyed (id int PRIMARY KEY, v text)",
          "CREATE TABLE events (a int)",
          "INSERT INTO keyed SELECT n, 'before' FROM generate_series(1, 100) n");
      fixture.runToNow();

      fixture.execute("DROP PUBLICATION gone");
      try (Program pipeline = fixture.start(fixture.command())) {
        fixture.awaitReading(pipeline);
        fixture.await(
            pipeline,
            "the publication is made again",
            () -> fixture.query("SELECT 1 FROM pg_publication WHERE pubname = 'gone'").isPresent());
        fixture.execute(
            "UPDATE keyed SET v = 'meanwhile' WHERE id <= 50",
            "DELETE FROM keyed WHERE id > 90",
            "INSERT INTO events VALUES (1)");
        fixture.awaitConfirmation(pipeline);
        assertThat(pipeline.errors()).contains("The publication gone was missing.");
      }

      fixture.runToNow();
      fixture.runToNow();
      SchemaChangesIT.assertEqual(fixture, "keyed");
      assertThat(
              fixture
                  .destination()
                  .query("SELECT * FROM `demo.gone.public_events_changes` WHERE after IS NOT NULL"))
          .hasSize(1);
    }
  }
}
