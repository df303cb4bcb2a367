package io.walbeam.job;

import io.walbeam.batch.ChangeBatch;
import io.walbeam.progress.PublishProgress;
import io.walbeam.progress.Receipt;
import io.walbeam.progress.ReceiptCoder;
import io.walbeam.progress.StatePublisher;
import io.walbeam.source.JobOptions;
import io.walbeam.source.PostgresSource;
import io.walbeam.source.SourceSettings;
import java.io.Serializable;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptors;

/** The graph. The names of its steps are what a job update matches: they never change. */
public final class ReplicationPipeline {
  private ReplicationPipeline() {}

  /** The settings of a job that runs already, out of its options. */
  @FunctionalInterface
  public interface SettingsOfOptions extends Serializable {
    /**
     * Reads the options.
     *
     * @param start of the job, epoch milliseconds
     * @param token of the job
     * @throws io.walbeam.failure.WalbeamException if they give none
     */
    JobSettings read(PipelineOptions options, long start, String token);
  }

  /**
   * Builds the pipeline; connects to nothing.
   *
   * @param running reads the settings of a job that goes on from an earlier one's state
   */
  public static Pipeline build(
      PipelineOptions options, JobSettings settings, SettingsOfOptions running) {
    JobOptions job = options.as(JobOptions.class);
    job.setWalbeamJobStart(settings.run().start());
    job.setWalbeamJobToken(settings.run().token());
    Pipeline pipeline = Pipeline.create(options);
    PCollection<ChangeBatch> batches =
        pipeline.apply(
            "Read replication slot",
            Read.from(new PostgresSource(source(settings), new RunningJob(running))));
    settings
        .placement()
        .spread(batches)
        .apply("Write batches", ParDo.of(new WriteBatch(settings)))
        .setCoder(ReceiptCoder.of())
        .apply(
            "Key by slot",
            WithKeys.<String, Receipt>of(new History(settings.replication().slot()))
                .withKeyType(TypeDescriptors.strings()))
        .apply(
            "Publish progress",
            ParDo.of(
                new PublishProgress(
                    settings.replication().slot(),
                    settings.run().epoch(),
                    new SharedPublisher(settings))));
    return pipeline;
  }

  /** A restored source reads what the running job was told, not what the earlier one was. */
  private record RunningJob(SettingsOfOptions running) implements PostgresSource.SettingsOfJob {
    private static final long serialVersionUID = 1L;

    @Override
    public SourceSettings read(PipelineOptions options) {
      JobOptions job = options.as(JobOptions.class);
      return source(running.read(options, job.getWalbeamJobStart(), job.getWalbeamJobToken()));
    }
  }

  private static SourceSettings source(JobSettings settings) {
    String inclusions = settings.tables().inclusions();
    return new SourceSettings(
        settings.replication(),
        inclusions.isEmpty() ? List.of() : List.of(inclusions),
        settings.run(),
        new DestinationStates(settings.destination()),
        new DumpStarter(settings),
        settings.placement().channel());
  }

  /** The publisher that the parts of a job in one JVM share. */
  private record SharedPublisher(JobSettings settings) implements PublishProgress.PublisherSource {
    private static final long serialVersionUID = 1L;

    @Override
    public StatePublisher hold() {
      return Jobs.hold(settings).publisher();
    }

    @Override
    public void release() {
      Jobs.release(settings);
    }
  }

  /** One key for all receipts of a slot, as long as its positions mean the same. */
  private record History(String slot) implements SerializableFunction<Receipt, String> {
    private static final long serialVersionUID = 1L;

    @Override
    public String apply(Receipt receipt) {
      return receipt.history(slot);
    }
  }
}
