package io.walbeam.source;

import io.walbeam.batch.ChangeBatch;
import io.walbeam.batch.ChangeBatchCoder;
import io.walbeam.failure.WalbeamException;
import java.io.Serializable;
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
  private final SettingsOfJob ofJob;

  /** The source's settings as the options of a job give them. */
  @FunctionalInterface
  public interface SettingsOfJob extends Serializable {
    /**
     * Reads the options.
     *
     * @throws WalbeamException if they are not usable
     */
    SourceSettings read(PipelineOptions options);
  }

  /**
   * A source for one job.
   *
   * @param settings of the job that is being built
   * @param ofJob of the running job, when the source comes out of a savepoint of an earlier one
   */
  public PostgresSource(SourceSettings settings, SettingsOfJob ofJob) {
    this.settings = settings;
    this.ofJob = ofJob;
  }

  /** A source of which another job changes nothing but the start. */
  PostgresSource(SourceSettings settings) {
    this(
        settings, options -> settings.startedAt(options.as(JobOptions.class).getWalbeamJobStart()));
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
    PostgresSource source = ours ? this : new PostgresSource(ofJob.read(options), ofJob);
    return new PostgresReader(source, source.settings, mark);
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
