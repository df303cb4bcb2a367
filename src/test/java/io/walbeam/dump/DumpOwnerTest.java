package io.walbeam.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.JobRun;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class DumpOwnerTest {
  private static final Instant SINCE = Instant.parse("2026-12-01T05:26:28.123456Z");

  @Test
  void aPersonFindsTheProcessByItAndNoSecret() {
    JobRun run = new JobRun(3, 1_790_000_000_000L, "the token", false);
    assertThat(DumpOwner.of(run, 17, "worker-2", SINCE))
        .isEqualTo("process 17 on worker-2, job mubbs7i8, since 2026-12-01T05:26:28.123Z");
    assertThat(DumpOwner.of(run, SINCE))
        .startsWith("process " + ProcessHandle.current().pid() + " on ")
        .doesNotContain("the token");
  }
}
