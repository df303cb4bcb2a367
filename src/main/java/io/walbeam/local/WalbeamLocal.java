package io.walbeam.local;

import io.walbeam.local.demo.Demo;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Entry point of the local part: {@code local} serves the stand-in, {@code demo} shows it all. */
public final class WalbeamLocal {
  private static final int EXIT_USAGE = 2;
  private static final int EXIT_FAILED = 1;

  /** Held, because the logging framework itself does not hold it. */
  private static final Logger LOGGING = Logger.getLogger("");

  private WalbeamLocal() {}

  public static void main(String[] arguments) {
    if (System.getProperty("java.util.logging.config.file") == null) {
      LOGGING.setLevel(Level.WARNING);
    }
    List<String> all = List.of(arguments);
    String command = all.isEmpty() || all.get(0).startsWith("--") ? "local" : all.get(0);
    List<String> options =
        all.isEmpty() || all.get(0).startsWith("--") ? all : all.subList(1, all.size());
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
