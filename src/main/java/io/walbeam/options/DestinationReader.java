package io.walbeam.options;

import io.walbeam.failure.WalbeamException;
import io.walbeam.row.RowForm;
import io.walbeam.sink.Destination;
import io.walbeam.sink.bigquery.BigQueryDestination;
import io.walbeam.sink.bigquery.BigQuerySettings;
import io.walbeam.sink.file.FileDestination;
import io.walbeam.sink.file.FileSettings;
import io.walbeam.sink.pubsub.PubSubDestination;
import io.walbeam.sink.pubsub.PubSubSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.gcp.pubsub.PubsubOptions;
import org.jspecify.annotations.Nullable;

/** Reads where changes go. */
final class DestinationReader {
  private static final Pattern DATASET = Pattern.compile("[A-Za-z0-9_]{1,1024}");
  private static final Pattern PROJECT = Pattern.compile("[A-Za-z0-9:._-]{1,100}");
  private static final Pattern TABLE = Pattern.compile("[\\p{L}\\p{N}_ -]{1,1024}");
  private static final Pattern ENDPOINT = Pattern.compile("https?://[^/\\s]+(:\\d+)?");

  /** Slot names that may stand in a trace id. */
  private static final Pattern TRACEABLE = Pattern.compile("[a-z0-9_]{1,63}");

  /** Of ordering keys: each row has one. */
  private static final String ROWS = "rows";

  private static final String JSON = "json";
  private static final String AVRO = "avro";

  /** Pub/Sub documentation, "Resource names". */
  private static final Pattern TOPIC =
      Pattern.compile("projects/[^/]+/topics/(?!goog)[A-Za-z][A-Za-z0-9._~+%-]{2,254}");

  /** A local path is absolute; a bucket's name is as Cloud Storage allows it. */
  private static final Pattern FILES =
      Pattern.compile(
          "file:///[^?*\\[\\]]+|gs://[a-z0-9][a-z0-9._-]{1,220}[a-z0-9](/[^?*\\[\\]]*)?");

  /** Between two looks at the time of a file there is a tenth of it. */
  private static final Duration SHORTEST = Duration.ofSeconds(1);

  /** Until then PostgreSQL keeps its log. */
  private static final Duration LONGEST = Duration.ofHours(1);

  /** A file is sent as a whole again if it fails. */
  private static final long MOST_MEGABYTES = 4_000;

  private final WalbeamOptions options;
  private final OptionValues values;
  private final List<String> problems;

  DestinationReader(WalbeamOptions options, OptionValues values) {
    this.options = options;
    this.values = values;
    this.problems = values.problems();
  }

  /** The destination of a slot's job; empty if it is not named as it must be. */
  Optional<Destination> read(String slot) {
    DestinationKind kind = DestinationKind.of(options);
    requireTopicForItsOptions(kind);
    requireFilesForFormat(kind);
    return switch (kind) {
      case BIGQUERY -> bigQuery(slot);
      case PUBSUB -> changes(() -> topic(kind.place(options)));
      case FILES ->
          changes(() -> files("--destination", kind.place(options)).map(FileDestination::new));
    };
  }

  /** A destination that has every change instead of tables. */
  private Optional<Destination> changes(Supplier<Optional<Destination>> reading) {
    int before = problems.size();
    requireChangesOnly();
    Optional<Destination> read = reading.get();
    return problems.size() > before ? Optional.empty() : read;
  }

  private void requireTopicForItsOptions(DestinationKind kind) {
    if (kind == DestinationKind.PUBSUB) {
      return;
    }
    if (options.getOversize() != null) {
      problems.add("--oversize goes with --destination=pubsub:; others have no such limit.");
    }
    if (!options.getOrderingKeys().equals(ROWS)) {
      problems.add("--orderingKeys goes with --destination=pubsub:.");
    }
  }

  /** What makes sense for tables only. */
  private void requireChangesOnly() {
    if (options.getDataset() != null) {
      problems.add("--dataset goes with --destination=bigquery.");
    }
    if (options.getWriteMode().equals("both")) {
      problems.add("--writeMode goes with --destination=bigquery; others have every change.");
    }
  }

  private Optional<Destination> topic(String topic) {
    if (!TOPIC.matcher(topic).matches()) {
      problems.add("--destination=pubsub: is followed by a topic, projects/p/topics/t.");
    }
    String directory = options.getStateDirectory();
    if (directory == null) {
      problems.add(
          "--stateDirectory is missing; Pub/Sub keeps no state, so give file:///dir or"
              + " gs://bucket/dir for it.");
      return Optional.empty();
    }
    String root = options.as(PubsubOptions.class).getPubsubRootUrl();
    String endpoint = root.startsWith("http://") ? root.replaceFirst("/+$", "") : "";
    Optional<FileSettings> beside = files("--stateDirectory", directory);
    String oversize = options.getOversize();
    Optional<FileSettings> large = oversize == null ? beside : files("--oversize", oversize);
    return beside.isEmpty() || large.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new PubSubDestination(
                new PubSubSettings(topic, endpoint, beside.get(), large.get(), sharedKeys())));
  }

  private int sharedKeys() {
    String keys = options.getOrderingKeys();
    if (keys.equals(ROWS)) {
      return 0;
    }
    if (!keys.matches("[1-9][0-9]{0,3}")) {
      problems.add("--orderingKeys is rows, or a number from 1 to 9999.");
      return 0;
    }
    return Integer.parseInt(keys);
  }

  /** What rows are at the destination that the options name. */
  static RowForm form(WalbeamOptions options) {
    return switch (DestinationKind.of(options)) {
      case BIGQUERY -> RowForm.TABLE_ROW;
      case PUBSUB -> RowForm.KEYED_LINE;
      case FILES -> options.getFileFormat().equals(AVRO) ? RowForm.AVRO_DATUM : RowForm.JSON_LINE;
    };
  }

  private FileSettings.Format format() {
    return values.oneOf("--fileFormat", options.getFileFormat(), JSON, AVRO).equals(AVRO)
        ? FileSettings.Format.AVRO
        : FileSettings.Format.JSON;
  }

  /** Where others would not do what it says. */
  private void requireFilesForFormat(DestinationKind kind) {
    if (kind != DestinationKind.FILES && !options.getFileFormat().equals(JSON)) {
      problems.add("--fileFormat goes with --destination=file: or gs:.");
    }
  }

  private Optional<FileSettings> files(String option, String given) {
    if (!FILES.matcher(given).matches()) {
      problems.add(
          option
              + (option.equals("--destination")
                  ? " is bigquery, pubsub:projects/p/topics/t, file:///dir with an absolute path,"
                      + " or gs://bucket/dir."
                  : " is file:///dir with an absolute path, or gs://bucket/dir."));
      return Optional.empty();
    }
    String directory = given.replaceFirst("/+$", "");
    if (directory.startsWith("file:") && RunnerName.of(options).equals("DataflowRunner")) {
      problems.add(
          "With DataflowRunner the workers write, and their disks go with them; give "
              + option
              + " as gs://bucket/dir.");
    }
    Duration interval =
        values.duration("--fileInterval", options.getFileInterval(), SHORTEST, LONGEST, "PT1M");
    long megabytes =
        values.number("--fileMegabytes", options.getFileMegabytes(), 1, MOST_MEGABYTES);
    String deadLetters = deadLetterTable();
    if (!directory.startsWith("file:")) {
      // Credentials and endpoint are Beam's own options.
      FileSystems.setDefaultPipelineOptions(options);
    }
    return Optional.of(
        new FileSettings(directory, interval, megabytes * 1_000_000, deadLetters, format()));
  }

  private Optional<Destination> bigQuery(String slot) {
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
