package io.walbeam.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** One line a message on standard error; stack traces with {@code --debug} only. */
final class Logging {
  /** Held, because the log manager forgets loggers that nobody holds. */
  private static final Logger OURS = Logger.getLogger("io.walbeam");

  private Logging() {}

  /**
   * Sets up logging for this process.
   *
   * @param json one object a line instead of text
   */
  static void configure(boolean debug, boolean quiet, boolean json, StatusLine status) {
    LogManager.getLogManager().reset();
    Handler console = new Console(status);
    console.setFormatter(json ? new OneObject(debug) : new OneLine(debug));
    console.setLevel(Level.ALL);
    Logger root = Logger.getLogger("");
    root.addHandler(console);
    // What libraries warn of is either retried or reported by us in one sentence.
    root.setLevel(debug ? Level.INFO : Level.OFF);
    OURS.setLevel(debug ? Level.FINE : quiet ? Level.WARNING : Level.INFO);
  }

  /** Prints through the status line, so that the two do not mix on a terminal. */
  private static final class Console extends Handler {
    private final StatusLine status;

    Console(StatusLine status) {
      this.status = status;
    }

    @Override
    public void publish(LogRecord record) {
      if (isLoggable(record)) {
        status.message(getFormatter().format(record));
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  /** Names as log collectors know them. */
  private static final class OneObject extends Formatter {
    private final boolean traces;

    OneObject(boolean traces) {
      this.traces = traces;
    }

    @Override
    public String format(LogRecord record) {
      ObjectNode line = new ObjectMapper().createObjectNode();
      line.put("time", record.getInstant().toString());
      line.put("severity", OneLine.label(record.getLevel()).strip());
      line.put("message", formatMessage(record));
      if (traces && record.getThrown() != null) {
        line.put("trace", Traces.of(record.getThrown()));
      }
      return line + System.lineSeparator();
    }
  }

  private static final class OneLine extends Formatter {
    private static final DateTimeFormatter TIME =
        DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final boolean traces;

    OneLine(boolean traces) {
      this.traces = traces;
    }

    @Override
    public String format(LogRecord record) {
      StringWriter text = new StringWriter();
      PrintWriter out = new PrintWriter(text);
      out.print(TIME.format(record.getInstant()));
      out.print(' ');
      out.print(label(record.getLevel()));
      out.print(' ');
      out.println(formatMessage(record));
      if (traces && record.getThrown() != null) {
        out.print(Traces.of(record.getThrown()));
      }
      out.flush();
      return text.toString();
    }

    private static String label(Level level) {
      if (level.intValue() >= Level.SEVERE.intValue()) {
        return "ERROR";
      }
      if (level.intValue() >= Level.WARNING.intValue()) {
        return "WARN ";
      }
      return level.intValue() >= Level.INFO.intValue() ? "INFO " : "DEBUG";
    }
  }
}
