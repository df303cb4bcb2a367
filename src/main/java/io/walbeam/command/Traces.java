package io.walbeam.command;

import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.PostgresErrors;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.apache.beam.sdk.util.UserCodeException;

/**
 * Stack traces that a person may pass on. The texts of foreign exceptions are left out, because a
 * database quotes rows in them; what they are and where they come from stays.
 */
final class Traces {
  /** Deeper chains are cut, cyclic ones among them. */
  private static final int MAX_CAUSES = 16;

  private Traces() {}

  /** The trace with all causes, ending with a line end. */
  static String of(Throwable thrown) {
    StringWriter text = new StringWriter();
    PrintWriter out = new PrintWriter(text);
    Throwable cause = thrown;
    for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
      if (!(cause instanceof UserCodeException)) {
        out.print(depth == 0 ? "" : "Caused by: ");
        out.println(head(cause));
        for (StackTraceElement frame : cause.getStackTrace()) {
          out.println("\tat " + frame);
        }
      }
      cause = cause.getCause();
    }
    out.flush();
    return text.toString();
  }

  private static String head(Throwable thrown) {
    String type = thrown.getClass().getName();
    if (thrown instanceof WalbeamException || isNetwork(thrown)) {
      return type + ": " + thrown.getMessage();
    }
    return PostgresErrors.stateOf(thrown).map(state -> type + ": SQLState " + state).orElse(type);
  }

  /** Of sockets, names and TLS: these know no rows. */
  private static boolean isNetwork(Throwable thrown) {
    String type = thrown.getClass().getName();
    return thrown instanceof IOException
        && (type.startsWith("java.net.")
            || type.startsWith("javax.net.")
            || type.startsWith("java.nio."));
  }
}
