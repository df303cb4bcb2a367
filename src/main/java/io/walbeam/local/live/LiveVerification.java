package io.walbeam.local.live;

import com.google.api.gax.rpc.ApiException;
import com.google.cloud.bigquery.BigQueryException;
import io.walbeam.local.live.Assumption.Outcome;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Checks every assumption and prints a table. Exit codes: 0 all hold, 1 one does not or could not
 * be checked, 2 the command line is wrong.
 */
public final class LiveVerification {
  private static final int EXIT_DIFFERS = 1;
  private static final int EXIT_USAGE = 2;

  private static final String USAGE =
      """
      Usage: scripts/verify-live --project=PROJECT --dataset=DATASET [--bigQueryEndpoint=URL]
      The dataset must exist; use an empty one. Tables named walbeam_verify_... are made in it \
      and removed.\
      """;

  /** Kept so that its level is; the client warns of every refused request. */
  private static final Logger CLIENTS = Logger.getLogger("com.google.cloud.bigquery");

  private LiveVerification() {}

  public static void main(String[] arguments) {
    CLIENTS.setLevel(Level.SEVERE);
    System.exit(run(List.of(arguments), System.out, System.err));
  }

  static int run(List<String> arguments, PrintStream out, PrintStream err) {
    String project = "";
    String dataset = "";
    String endpoint = "";
    List<String> problems = new ArrayList<>();
    for (String argument : arguments) {
      String value = argument.substring(argument.indexOf('=') + 1);
      if (argument.startsWith("--project=")) {
        project = value;
      } else if (argument.startsWith("--dataset=")) {
        dataset = value;
      } else if (argument.startsWith("--bigQueryEndpoint=http://")) {
        endpoint = value;
      } else {
        problems.add("There is no option " + argument + ".");
      }
    }
    if (project.isEmpty() || dataset.isEmpty()) {
      problems.add("Name the project and the dataset; neither is taken from the environment.");
    }
    if (!problems.isEmpty()) {
      problems.forEach(err::println);
      err.println(USAGE);
      return EXIT_USAGE;
    }
    try {
      return verify(Trials.open(project, dataset, endpoint), project + "." + dataset, out, err);
    } catch (IOException e) {
      err.println("There are no Google credentials. Run: gcloud auth application-default login");
      return EXIT_USAGE;
    }
  }

  private static int verify(Trials trials, String dataset, PrintStream out, PrintStream err) {
    Thread cleanUp = new Thread(trials::close, "verify-live-clean-up");
    Runtime.getRuntime().addShutdownHook(cleanUp);
    try (trials) {
      if (!trials.hasDataset()) {
        err.println("The dataset " + dataset + " does not exist. Create it: bq mk -d " + dataset);
        return EXIT_USAGE;
      }
      List<Verdict> verdicts = new ArrayList<>();
      for (Assumption assumption : Assumptions.ALL) {
        Verdict verdict = check(trials, assumption);
        print(verdict, out);
        verdicts.add(verdict);
      }
      long holding = verdicts.stream().filter(Verdict::holds).count();
      out.println(holding + " of " + verdicts.size() + " assumptions hold.");
      return holding == verdicts.size() ? 0 : EXIT_DIFFERS;
    } catch (BigQueryException e) {
      err.println("BigQuery refuses: " + e.getMessage());
      return EXIT_DIFFERS;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return EXIT_DIFFERS;
    } finally {
      removeHook(cleanUp);
    }
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is ending, and the hook does its work.
    }
  }

  private static Verdict check(Trials trials, Assumption assumption) throws InterruptedException {
    try {
      Outcome outcome = assumption.check().run(trials);
      return new Verdict(assumption, outcome.seen(), outcome.asExpected());
    } catch (BigQueryException | ApiException e) {
      return new Verdict(assumption, "could not be checked: " + e.getMessage(), false);
    }
  }

  private static void print(Verdict verdict, PrintStream out) {
    out.println((verdict.holds() ? "holds    " : "DIFFERS  ") + verdict.assumption().claim());
    out.println("         expected  " + verdict.assumption().expected());
    out.println("         seen      " + verdict.seen());
  }
}
