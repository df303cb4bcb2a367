package io.walbeam.local.bench;

import io.walbeam.local.demo.LocalEnds;
import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.TopicCopy;
import io.walbeam.local.demo.WorkDirectory;
import io.walbeam.local.standin.pubsub.PubSubStandIn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Where a benchmark's pipeline writes.
 *
 * @param name {@code bigquery}, {@code file:///dir} or {@code pubsub:projects/p/topics/t}
 * @param format of files
 * @param orderingKeys of Pub/Sub; by default as many as its documentation advises for catching up
 */
record BenchDestination(String name, String format, String orderingKeys) {
  /** The counting stand-in. */
  static final BenchDestination BIGQUERY = new BenchDestination("bigquery", "json", "64");

  private static final String FILES = "file://";
  private static final String PUBSUB = "pubsub:";

  /** Ends the program with a sentence if it is none of them. */
  static BenchDestination of(BenchOptions options) {
    String name = options.text("destination", BIGQUERY.name());
    problem(name)
        .ifPresent(
            problem -> {
              System.err.println(problem);
              System.exit(2);
            });
    return new BenchDestination(
        name,
        options.text("fileFormat", BIGQUERY.format()),
        options.text("orderingKeys", BIGQUERY.orderingKeys()));
  }

  /** What is wrong with a destination of this name. */
  static Optional<String> problem(String name) {
    if (name.equals(BIGQUERY.name()) || name.startsWith(FILES + "/")) {
      return Optional.empty();
    }
    if (!name.startsWith(PUBSUB)) {
      return Optional.of(
          "--destination is bigquery, file:///dir or pubsub:projects/p/topics/t, not " + name);
    }
    String topic = name.substring(PUBSUB.length());
    return PubSubStandIn.isTopicName(topic)
        ? Optional.empty()
        : Optional.of(
            topic
                + " is no topic, which is projects/p/topics/t, where t begins with a letter, not"
                + " with goog, and has at least three characters");
  }

  /** One run of a pipeline. */
  @FunctionalInterface
  interface Run<T> {
    T of(PipelineCommand command) throws IOException, SQLException, InterruptedException;
  }

  boolean isBigQuery() {
    return equals(BIGQUERY);
  }

  String describe() {
    return isBigQuery()
        ? "counting stand-in"
        : name.startsWith(FILES) ? "files of " + format : "Pub/Sub stand-in without a subscription";
  }

  /** Runs with a directory or topic of its own, which goes with it. */
  <T> T run(LocalEnds ends, Run<T> run) throws IOException, SQLException, InterruptedException {
    if (isBigQuery()) {
      return run.of(ends.command());
    }
    PipelineCommand command = ends.command().without("dataset").without("bigQueryEndpoint");
    if (name.startsWith(FILES)) {
      Path parent = Path.of(name.substring(FILES.length()));
      try (WorkDirectory files = WorkDirectory.create(parent, "walbeam-bench-")) {
        return run.of(command.with("destination", FILES + files.path()).with("fileFormat", format));
      }
    }
    String endpoint = ends.standIn().endpoint();
    TopicCopy.createTopic(name.substring(PUBSUB.length()), endpoint);
    return run.of(
        command
            .with("destination", name)
            .with("pubsubRootUrl", endpoint)
            .with("orderingKeys", orderingKeys)
            .with(
                "stateDirectory",
                FILES + Files.createDirectory(ends.directory().resolve("state"))));
  }
}
