package io.walbeam.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.options.Command;
import io.walbeam.options.OptionsReader;
import io.walbeam.sink.Sink;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of a dump is true of the place that it goes to. */
class DumpEffectTest {
  private static final String NOWHERE = "http://localhost:1";

  @TempDir private Path directory;

  private static DumpEffect effect(String... destination) throws Exception {
    List<String> line =
        new ArrayList<>(
            List.of(
                "--postgresUrl=postgresql://localhost/db",
                "--postgresUser=u",
                "--postgresPassword=env:SECRET",
                "--tables=*.*"));
    line.addAll(List.of(destination));
    OptionsReader.Source source =
        OptionsReader.readSource(Command.RESYNC, line, Map.of("SECRET", "s"));
    try (Sink sink = source.destination().open()) {
      return DumpEffect.of(source.mapping(), sink);
    }
  }

  @Test
  void rowsGoOnlyWhereTablesAreAsTheyAreNow() throws Exception {
    String files = "file://" + directory;
    assertThat(effect("--dataset=p.d", "--bigQueryEndpoint=" + NOWHERE))
        .isEqualTo(new DumpEffect(true, "BigQuery", "table _walbeam_backfills"));
    assertThat(
            effect("--dataset=p.d", "--bigQueryEndpoint=" + NOWHERE, "--writeMode=changelog")
                .deletes())
        .isFalse();
    assertThat(effect("--destination=" + files))
        .isEqualTo(new DumpEffect(false, "the files", "folder _walbeam_backfills"));
    assertThat(
            effect(
                "--destination=pubsub:projects/p/topics/topic",
                "--pubsubRootUrl=" + NOWHERE,
                "--stateDirectory=" + files))
        .isEqualTo(new DumpEffect(false, "Pub/Sub", "folder _walbeam_backfills"));
  }
}
