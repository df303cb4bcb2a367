package io.walbeam.local;

import io.walbeam.local.demo.Demo;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Entry point of the local part: {@code local} serves the stand-in, {@code demo} shows it all. */
public final class WalbeamLocal {
  private static final int EXIT_USAGE = 2;
  private static final int EXIT_FAILED = 1;

  private static final String HELP =
      """
      Usage: java -jar walbeam-local.jar local [options]    serves a BigQuery stand-in
             java -jar walbeam-local.jar demo [options]     everything on this machine, to look at

      local, which prints where it listens and serves until it is ended:
        --host=HOST, --port=PORT          where to listen; port 0 takes a free one
        --data=FILE                       keeps everything in a DuckDB file; else it is in memory
        --portFile=FILE                   writes the port there once it serves
        --tlsCertificate=FILE, --tlsKey=FILE
                                          gRPC over TLS too, for clients that insist on it; both
                                          files are made if neither is there
        --staleReads                      queries show old data, as max_staleness allows
        --counting                        only counts rows, for benchmarks

      demo, which ends by comparing both sides: the same as scripts/demo.
      """;

  /** Held, because the logging framework itself does not hold it. */
  private static final Logger LOGGING = Logger.getLogger("");

  private WalbeamLocal() {}

  public static void main(String[] arguments) {
    if (System.getProperty("java.util.logging.config.file") == null) {
      LOGGING.setLevel(Level.WARNING);
    }
    List<String> all = List.of(arguments);
    if (all.isEmpty() || all.contains("--help")) {
      System.out.print(HELP);
      return;
    }
    String command = all.get(0).startsWith("--") ? "local" : all.get(0);
    List<String> options = all.get(0).startsWith("--") ? all : all.subList(1, all.size());
    switch (command) {
      case "local" -> local(options);
      case "demo" -> System.exit(Demo.run(options));
      default -> exit(EXIT_USAGE, "Unknown command " + command + ": use local or demo.");
    }
  }

  private static void local(List<String> arguments) {
    StandInOptions options;
    try {
      options = StandInOptions.parse(arguments);
    } catch (IllegalArgumentException e) {
      exit(EXIT_USAGE, String.valueOf(e.getMessage()));
      return;
    }
    try {
      StandInServer server = StandInServer.start(options);
      Runtime.getRuntime().addShutdownHook(new Thread(server::close, "standin-shutdown"));
      System.out.println("listening on " + server.endpoint());
      System.out.flush();
    } catch (RuntimeException e) {
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      exit(EXIT_FAILED, "The stand-in could not be started: " + cause.getMessage());
    }
  }

  private static void exit(int status, String message) {
    System.err.println(message);
    System.exit(status);
  }
}
