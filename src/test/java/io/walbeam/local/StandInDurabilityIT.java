package io.walbeam.local;

import static io.walbeam.local.StandInClients.await;
import static io.walbeam.local.StandInClients.field;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.core.ApiFuture;
import com.google.cloud.bigquery.storage.v1.AppendRowsResponse;
import com.google.cloud.bigquery.storage.v1.StreamWriter;
import io.walbeam.local.StandInClients.Shape;
import io.walbeam.local.demo.ChildProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StandInDurabilityIT {
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  @TempDir Path directory;

  @Test
  void killedServerComesBackWithEverythingItAcknowledged() throws Exception {
    Path data = directory.resolve("data.db");
    Process first = start(data);
    long acknowledged = 0;
    try (StandInClients clients = new StandInClients("localhost", port(first)).withDataset()) {
      clients.table("t", field("id", "INT64") + "," + field("name", "STRING"), "id");
      Shape shape = StandInIT.changes();
      StreamWriter writer = clients.writer("t", shape);
      List<ApiFuture<AppendRowsResponse>> futures = new ArrayList<>();
      for (long i = 1; i <= 200; i++) {
        futures.add(writer.append(shape.rows(shape.row("UPSERT", "1", i, "n" + i))));
      }
      await(futures.get(100));
      first.destroyForcibly().waitFor();
      for (ApiFuture<AppendRowsResponse> future : futures) {
        if (!future.isDone()) {
          break; // answers come in order
        }
        acknowledged++;
      }
      writer.close();
    } finally {
      first.destroyForcibly();
    }
    assertThat(acknowledged).isGreaterThan(100);
    Files.deleteIfExists(directory.resolve("port"));
    Process second = start(data);
    try (StandInClients clients = new StandInClients("localhost", port(second))) {
      assertThat(
              clients
                  .query("SELECT COUNT(*) AS n FROM d.t WHERE id <= " + acknowledged)
                  .get(0)
                  .get("n")
                  .getLongValue())
          .isEqualTo(acknowledged);
    } finally {
      second.destroyForcibly().waitFor();
    }
  }

  private Process start(Path data) throws Exception {
    return new ProcessBuilder(
            ChildProcess.java(),
            "-cp",
            System.getProperty("java.class.path"),
            WalbeamLocal.class.getName(),
            "local",
            "--port=0",
            "--data=" + data,
            "--portFile=" + directory.resolve("port"))
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("log").toFile())
        .start();
  }

  private int port(Process process) throws Exception {
    Instant end = Instant.now().plus(DEADLINE);
    Path file = directory.resolve("port");
    while (!Files.exists(file)) {
      if (!process.isAlive() || Instant.now().isAfter(end)) {
        throw new AssertionError(Files.readString(directory.resolve("log")));
      }
      Thread.onSpinWait();
    }
    return Integer.parseInt(Files.readString(file));
  }
}
