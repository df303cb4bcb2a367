package io.walbeam.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.NoCredentials;
import com.google.cloud.bigquery.BigQuery;
import com.google.cloud.bigquery.BigQueryOptions;
import com.google.cloud.bigquery.DatasetInfo;
import com.google.cloud.bigquery.QueryJobConfiguration;
import io.walbeam.local.StandInOptions;
import io.walbeam.local.StandInServer;
import io.walbeam.testing.TestDatabase;
import io.walbeam.testing.TestPostgres;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Flink's embedded cluster: the cheapest run on it. In a build with {@code -Pflink} only. */
class FlinkInProcessIT {
  @Test
  void aRunToNowEndsWithEverythingWrittenAndConfirmed(@TempDir Path directory) throws Exception {
    // Flink leaves directories behind where it keeps temporary files.
    Files.writeString(
        directory.resolve("config.yaml"),
        "io.tmp.dirs: " + directory + "\nweb.tmpdir: " + directory + "\n");
    try (StandInServer standIn = StandInServer.start(StandInOptions.inMemory());
        TestDatabase database = TestPostgres.shared().newDatabase()) {
      BigQuery bigQuery =
          BigQueryOptions.newBuilder()
              .setHost(standIn.endpoint())
              .setProjectId("p1")
              .setCredentials(NoCredentials.getInstance())
              .build()
              .getService();
      bigQuery.create(DatasetInfo.of(database.name()));
      database.execute("CREATE TABLE t (id int PRIMARY KEY, v text)");
      database.createPublicationAndSlot();
      database.execute("INSERT INTO t SELECT g, 'v' || g FROM generate_series(1, 5000) g");
      long end = database.walEnd();
      ByteArrayOutputStream printed = new ByteArrayOutputStream();
      PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
      String[] arguments = {
        "--postgresUrl=postgresql://localhost:" + database.server().port() + "/" + database.name(),
        "--postgresUser=" + database.settings().user(),
        "--slot=" + database.slot(),
        "--publication=" + database.publication(),
        "--dataset=p1." + database.name(),
        "--bigQueryEndpoint=" + standIn.endpoint(),
        "--stopAt=now",
        "--runner=FlinkRunner",
        "--flinkMaster=[local]",
        "--flinkConfDir=" + directory,
        "--parallelism=2",
        "--checkpointingInterval=500",
        "--debug"
      };

      int code = CommandLine.execute(arguments, out, out);

      assertThat(code).as(printed.toString(StandardCharsets.UTF_8)).isZero();
      String counted =
          bigQuery
              .query(
                  QueryJobConfiguration.of("SELECT count(*) FROM " + database.name() + ".public_t"))
              .iterateAll()
              .iterator()
              .next()
              .get(0)
              .getStringValue();
      assertThat(counted).isEqualTo("5000");
      assertThat(Long.compareUnsigned(database.confirmedFlush(), end)).isNotNegative();
    }
  }
}
