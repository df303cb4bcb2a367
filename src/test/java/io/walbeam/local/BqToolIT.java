package io.walbeam.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real {@code bq} tool, where it is installed. */
class BqToolIT {
  private static final long DEADLINE_SECONDS = 180;
  private static final Path BQ = Path.of("/usr/bin/bq");

  @TempDir Path directory;

  @Test
  void bqMakesFillsShowsQueriesAndRemoves() throws Exception {
    assumeTrue(Files.isExecutable(BQ), "bq is not installed");
    Files.writeString(directory.resolve("token"), "any");
    try (StandInServer server = StandInServer.start(StandInOptions.inMemory())) {
      bq(server, "mk", "-d", "shop");
      bq(server, "mk", "-t", "shop.orders", "id:INTEGER,name:STRING,at:TIMESTAMP");
      bq(
          server,
          "query",
          "--nouse_legacy_sql",
          "INSERT INTO shop.orders VALUES (1, 'pen', TIMESTAMP '2024-02-29 01:02:03 UTC')");
      assertThat(bq(server, "ls")).contains("shop");
      assertThat(bq(server, "ls", "shop")).contains("orders");
      assertThat(bq(server, "show", "shop.orders")).contains("name: string");
      assertThat(bq(server, "head", "shop.orders")).contains("pen", "2024-02-29 01:02:03");
      assertThat(bq(server, "query", "--nouse_legacy_sql", "SELECT name, at FROM `p1.shop.orders`"))
          .contains("pen", "2024-02-29 01:02:03");
      bq(server, "rm", "-f", "-t", "shop.orders");
      assertThat(bq(server, "ls", "shop")).doesNotContain("orders");
      bq(server, "rm", "-f", "-d", "shop");
      assertThat(bq(server, "ls")).doesNotContain("shop");
    }
  }

  private String bq(StandInServer server, String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(BQ.toString(), "--api", server.endpoint(), "--project_id=p1", "--headless"));
    command.addAll(List.of(arguments));
    Path output = directory.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("CLOUDSDK_CONFIG", directory.toString());
    builder
        .environment()
        .put("CLOUDSDK_AUTH_ACCESS_TOKEN_FILE", directory.resolve("token").toString());
    Process process = builder.start();
    try {
      assertThat(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    String text = Files.readString(output);
    assertThat(process.exitValue()).as(text).isZero();
    return text;
  }
}
