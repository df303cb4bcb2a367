package io.walbeam.sink.bigquery;

import io.walbeam.sink.Destination;
import io.walbeam.sink.Sink;

/** One BigQuery dataset. */
public record BigQueryDestination(BigQuerySettings settings) implements Destination {
  private static final long serialVersionUID = 1L;

  @Override
  public Sink open() {
    return BigQuerySink.acquire(settings);
  }

  @Override
  public String describe() {
    return settings.project() + "." + settings.dataset();
  }

  @Override
  public String deadLetterTable() {
    return settings.deadLetterTable();
  }
}
