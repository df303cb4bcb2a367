package io.walbeam.sink.pubsub;

import io.walbeam.sink.Destination;
import io.walbeam.sink.Sink;

/** One topic. */
public record PubSubDestination(PubSubSettings settings) implements Destination {
  private static final long serialVersionUID = 1L;

  @Override
  public Sink open() {
    return PubSubSink.acquire(settings);
  }

  @Override
  public String describe() {
    return settings.topic();
  }

  @Override
  public String deadLetterTable() {
    return settings.beside().deadLetters();
  }
}
