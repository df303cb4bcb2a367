package io.walbeam.sink.file;

import io.walbeam.sink.Destination;
import io.walbeam.sink.Sink;

/** A directory, here or in a bucket. */
public record FileDestination(FileSettings settings) implements Destination {
  private static final long serialVersionUID = 1L;

  @Override
  public Sink open() {
    return FileSink.acquire(settings);
  }

  @Override
  public String describe() {
    return settings.directory();
  }

  @Override
  public String deadLetterTable() {
    return settings.deadLetters();
  }
}
