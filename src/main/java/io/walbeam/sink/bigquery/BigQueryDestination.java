package io.walbeam.sink.bigquery;

import io.walbeam.sink.Destination;
import io.walbeam.sink.Sink;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

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

  @Override
  public Destination letGoAfter(Duration patience) {
    return new BigQueryDestination(settings.letGoAfter(patience));
  }

  @Override
  public List<String> preparation(Optional<String> member) {
    return DatasetLines.creation(settings.project(), settings.dataset(), named(member));
  }

  @Override
  public List<String> withdrawal(Optional<String> member) {
    return DatasetLines.removal(settings.project(), settings.dataset(), named(member));
  }

  private String named(Optional<String> member) {
    return member.orElse("serviceAccount:NAME@" + settings.project() + ".iam.gserviceaccount.com");
  }
}
