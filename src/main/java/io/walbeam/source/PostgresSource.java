package io.walbeam.source;

import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * One replication slot as an unbounded source of {@link ChangeBatch}. A slot has one reader, so it
 * splits into exactly itself.
 */
public final class PostgresSource extends UnboundedSource<ChangeBatch, SlotMark> {
  private static final long serialVersionUID = 1L;

  private final SourceSettings settings;

  public PostgresSource(SourceSettings settings) {
    this.settings = settings;
  }

  SourceSettings settings() {
    return settings;
  }

  @Override
  public List<PostgresSource> split(int desiredNumSplits, PipelineOptions options) {
    return List.of(this);
  }

  @Override
  public UnboundedReader<ChangeBatch> createReader(
      PipelineOptions options, @Nullable SlotMark mark) {
    long started = options.as(JobOptions.class).getWalbeamJobStart();
    boolean ours = started == 0 || started == settings.jobStart();
    PostgresSource source = ours ? this : new PostgresSource(settings.startedAt(started));
    return new PostgresReader(source, mark);
  }

  @Override
  public Coder<SlotMark> getCheckpointMarkCoder() {
    return SlotMarkCoder.of();
  }

  @Override
  public Coder<ChangeBatch> getOutputCoder() {
    return ChangeBatchCoder.of();
  }

  /** Rows carry their position, so a repeated batch does no harm. */
  @Override
  public boolean requiresDeduping() {
    return false;
  }
}
