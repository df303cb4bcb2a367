package io.walbeam.options;

import io.walbeam.failure.WalbeamException;
import io.walbeam.sink.Destination;
import io.walbeam.sink.bigquery.BigQueryDestination;
import io.walbeam.sink.bigquery.BigQuerySettings;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads where changes go. */
final class DestinationReader {
  private static final Pattern DATASET = Pattern.compile("[A-Za-z0-9_]{1,1024}");
  private static final Pattern PROJECT = Pattern.compile("[A-Za-z0-9:._-]{1,100}");
  private static final Pattern TABLE = Pattern.compile("[\\p{L}\\p{N}_ -]{1,1024}");
  private static final Pattern ENDPOINT = Pattern.compile("https?://[^/\\s]+(:\\d+)?");

  /** Slot names that may stand in a trace id. */
  private static final Pattern TRACEABLE = Pattern.compile("[a-z0-9_]{1,63}");

  private final WalbeamOptions options;
  private final List<String> problems;

  /**
   * @param problems takes what is wrong
   */
  DestinationReader(WalbeamOptions options, List<String> problems) {
    this.options = options;
    this.problems = problems;
  }

  /** The destination of a slot's job; empty if it is not named as it must be. */
  Optional<Destination> read(String slot) {
    int before = problems.size();
    String project = "";
    String dataset = "";
    String text = options.getDataset();
    if (text == null || text.isBlank()) {
      problems.add("--dataset is missing; give it as project.dataset.");
    } else {
      int dot = text.lastIndexOf('.');
      dataset = text.substring(dot + 1);
      @Nullable String given = dot < 0 ? options.getProject() : text.substring(0, dot);
      project = given == null ? "" : given;
      if (project.isEmpty()) {
        problems.add("--dataset=" + text + " names no project; give it as project.dataset.");
      } else if (!DATASET.matcher(dataset).matches() || !PROJECT.matcher(project).matches()) {
        problems.add("--dataset=" + text + " is not of the form project.dataset.");
      }
    }
    String endpoint = endpoint();
    String deadLetterTable = deadLetterTable();
    if (problems.size() > before) {
      return Optional.empty();
    }
    String traceId = "walbeam:" + (TRACEABLE.matcher(slot).matches() ? slot : "slot");
    List<WalbeamException> more =
        BigQuerySettings.problems(project, dataset, "", endpoint, deadLetterTable, traceId);
    more.forEach(problem -> problems.add(problem.describe()));
    return more.isEmpty()
        ? Optional.of(
            new BigQueryDestination(
                new BigQuerySettings(project, dataset, "", endpoint, deadLetterTable, traceId)))
        : Optional.empty();
  }

  private String endpoint() {
    String endpoint = options.getBigQueryEndpoint();
    if (endpoint == null) {
      return "";
    }
    if (!ENDPOINT.matcher(endpoint).matches()) {
      problems.add(
          "--bigQueryEndpoint is of the form http://host:port, without a path or a slash at the"
              + " end.");
    }
    return endpoint;
  }

  private String deadLetterTable() {
    String name = options.getDeadLetterTable();
    if (!TABLE.matcher(name).matches()) {
      problems.add("--deadLetterTable is a table name of letters, digits and underscores.");
    }
    return name;
  }
}
