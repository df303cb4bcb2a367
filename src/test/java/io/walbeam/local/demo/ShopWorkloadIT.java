package io.walbeam.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShopWorkloadIT {
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  @Test
  void everyTableIsFilledAndTheSameSeedChangesTheSameNumberOfRows(@TempDir Path directory)
      throws Exception {
    try (SourceServer server = SourceServer.start(directory)) {
      assertThat(changes(server, "one", 7)).isEqualTo(changes(server, "two", 7));
      try (Connection connection = server.connect("one")) {
        for (var table : SourceTable.list(connection)) {
          assertThat(SourceTable.describe(connection, table).rows(connection))
              .as(table.toString())
              .isNotEmpty();
        }
      }
      assertThat(
              server.query("one", "SELECT count(*) FROM reviews WHERE pg_column_size(body) > 4000"))
          .isNotEqualTo(Optional.of("0"));
    }
  }

  @Test
  void theWorkloadSurvivesARestartOfTheServer(@TempDir Path directory) throws Exception {
    try (SourceServer server = SourceServer.start(directory)) {
      create(server, ShopSchema.DATABASE);
      int port = server.port();
      try (WorkloadRunner runner =
          WorkloadRunner.start(server, ShopSchema.DATABASE, new ShopWorkload(1), 500)) {
        Await.until("the workload runs", DEADLINE, () -> runner.transactions() > 20);
        server.restart();
        assertThat(server.port()).isEqualTo(port);
        long before = runner.transactions();
        Await.until("the workload goes on", DEADLINE, () -> runner.transactions() > before + 20);
      }
    }
  }

  private static List<Integer> changes(SourceServer server, String database, long seed)
      throws Exception {
    create(server, database);
    ShopWorkload workload = new ShopWorkload(seed);
    try (Connection connection = server.connect(database)) {
      connection.setAutoCommit(false);
      List<Integer> changes = new ArrayList<>();
      while (changes.size() < 400) {
        changes.add(workload.transaction(connection));
      }
      return changes;
    }
  }

  private static void create(SourceServer server, String database) throws Exception {
    server.execute("postgres", "CREATE DATABASE " + database);
    try (Connection connection = server.connect(database)) {
      ShopSchema.create(connection);
    }
  }
}
