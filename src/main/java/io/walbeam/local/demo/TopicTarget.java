package io.walbeam.local.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A topic of the stand-in, as its subscriber has heard it.
 *
 * @param state where the pipeline keeps what Pub/Sub does not
 */
record TopicTarget(TopicCopy topic, FileTarget state, String endpoint) implements DemoTarget {
  /** A topic without messages, and a directory without files. */
  static TopicTarget start(LocalEnds ends, Path directory) throws IOException {
    String endpoint = ends.standIn().endpoint();
    return new TopicTarget(
        TopicCopy.start(LocalEnds.PROJECT, LocalEnds.DATASET, endpoint),
        new FileTarget(directory),
        endpoint);
  }

  @Override
  public String name() {
    return "Pub/Sub";
  }

  @Override
  public String describe() {
    return topic.topic() + " of the stand-in at " + endpoint;
  }

  @Override
  public PipelineCommand command(PipelineCommand toTheStandIn) {
    return toTheStandIn
        .without("dataset")
        .without("bigQueryEndpoint")
        .with("destination", "pubsub:" + topic.topic())
        .with("pubsubRootUrl", endpoint)
        .with("stateDirectory", "file://" + state.directory());
  }

  @Override
  public Optional<Instant> completeUntil() throws IOException {
    return state.completeUntil();
  }

  @Override
  public long deadLetterCount() throws IOException {
    return state.deadLetterCount();
  }

  @Override
  public List<TextRow> deadLetters() throws IOException {
    return state.deadLetters();
  }

  @Override
  public boolean takesEveryValue() {
    return true;
  }

  /** Replays every message, once no more come: what is confirmed was published before. */
  @Override
  public CopiedTables copy() throws InterruptedException {
    topic.awaitQuiet();
    return topic.replay();
  }

  @Override
  public void explain(PrintStream out) {
    out.println("  the subscription " + topic.subscription() + " at " + endpoint);
  }

  @Override
  public void close() {
    topic.close();
  }
}
