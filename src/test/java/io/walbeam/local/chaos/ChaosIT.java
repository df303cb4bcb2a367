package io.walbeam.local.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.local.demo.Installation;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A few faults of a fixed seed; {@code scripts/chaos} has many. */
class ChaosIT {
  private static final long SEED = 7;

  /** One burst of them, whose number the seed decides. */
  private static final int FAULTS = 1;

  private static final int RATE = 100;

  @Test
  void bothSidesAreEqualAfterAFewFaults(@TempDir Path directory) throws Exception {
    Installation installation =
        new Installation(Path.of(System.getProperty("walbeam.build.directory", "target")))
            .shortLived()
            .verified();
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    boolean good =
        new ChaosRun(
                new ChaosOptions(
                    Duration.ofMinutes(5),
                    FAULTS,
                    SEED,
                    RATE,
                    Duration.ofMinutes(5),
                    Burst.USUAL,
                    ChaosOptions.Runner.DIRECT),
                installation,
                directory,
                new PrintStream(printed, true, StandardCharsets.UTF_8))
            .run();
    String said = printed.toString(StandardCharsets.UTF_8);
    assertThat(good).as(said).isTrue();
    assertThat(said)
        .contains(" faults of ", "1 recoveries: ", "lost 0, wrong 0", "EQUAL", "--seed=7")
        .doesNotContain("PROBLEM");
  }
}
