package io.walbeam.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a run says of itself on standard error. */
class LoggingTest {
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  @AfterEach
  void asItWas() throws IOException {
    LogManager.getLogManager().reset();
    LogManager.getLogManager().readConfiguration();
  }

  private String log(boolean debug, boolean json) {
    PrintStream err = new PrintStream(said, true, StandardCharsets.UTF_8);
    Logging.configure(debug, false, json, new StatusLine(false, err, err));
    Logger ours = Logger.getLogger("io.walbeam.command.LoggingTest");
    ours.log(Level.WARNING, "Table \"t\" waits:\nfor {0}.", "a grant");
    ours.log(Level.FINE, "Cause", new IllegalStateException("why"));
    return said.toString(StandardCharsets.UTF_8);
  }

  @Test
  void asJsonEachMessageIsOneObjectOnOneLine() throws Exception {
    String text = log(false, true);
    assertThat(text.lines()).hasSize(1);
    JsonNode line = new ObjectMapper().readTree(text);
    assertThat(line.get("severity").asText()).isEqualTo("WARN");
    assertThat(line.get("message").asText()).isEqualTo("Table \"t\" waits:\nfor a grant.");
    assertThat(Instant.parse(line.get("time").asText())).isBefore(Instant.now().plusSeconds(1));
    assertThat(line.has("trace")).isFalse();
  }

  @Test
  void aTraceIsShownForDebuggingOnlyAndWithinItsObject() throws Exception {
    String[] lines = log(true, true).split("\n", -1);
    JsonNode second = new ObjectMapper().readTree(lines[1]);
    assertThat(second.get("trace").asText()).contains("IllegalStateException", "LoggingTest");
  }

  @Test
  void asTextEachMessageBeginsWithTimeAndSeverity() {
    assertThat(log(false, false)).matches("(?s)\\S+Z WARN  Table \"t\" waits:\nfor a grant.\n");
  }
}
