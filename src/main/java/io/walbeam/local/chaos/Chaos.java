package io.walbeam.local.chaos;

import io.walbeam.local.demo.Installation;
import io.walbeam.local.demo.WorkDirectory;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Arrays;

/** The command line of the chaos run. */
public final class Chaos {
  private Chaos() {}

  public static void main(String[] arguments) {
    if (Arrays.asList(arguments).contains("--help")) {
      System.out.print(ChaosOptions.USAGE);
      return;
    }
    System.exit(run(arguments));
  }

  /** Returns the exit code: 0 if both sides were equal, 1 if not, 2 for a wrong command line. */
  private static int run(String[] arguments) {
    ChaosOptions options;
    try {
      options = ChaosOptions.parse(Arrays.asList(arguments));
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage() + "\n\n" + ChaosOptions.USAGE);
      return 2;
    }
    try (WorkDirectory directory = WorkDirectory.create("walbeam-chaos-")) {
      boolean good = false;
      try {
        good =
            new ChaosRun(
                    options,
                    Installation.ofRunningProgram().shortLived(),
                    directory.path(),
                    System.out)
                .run();
      } finally {
        if (!good) {
          directory.keep();
          System.out.println("Everything that was written is in " + directory.path() + ".");
        }
      }
      return good ? 0 : 1;
    } catch (IOException | SQLException | RuntimeException e) {
      System.err.println("The run failed. " + e);
      return 1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    }
  }
}
