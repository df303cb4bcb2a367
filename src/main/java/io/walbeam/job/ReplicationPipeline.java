package io.walbeam.job;

import io.walbeam.options.OptionsReader;
import io.walbeam.options.RunSettings;
import io.walbeam.options.RunSettings.Placement;
import io.walbeam.options.WalbeamOptions;
import io.walbeam.progress.PublishProgress;
import io.walbeam.progress.Receipt;
import io.walbeam.progress.ReceiptCoder;
import io.walbeam.progress.StatePublisher;
import io.walbeam.source.ChangeBatch;
import io.walbeam.source.ConfirmationChannel;
import io.walbeam.source.JobOptions;
import io.walbeam.source.PostgresSource;
import io.walbeam.source.SourceSettings;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Redistribute;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptors;

/** The graph. The names of its steps are what a job update matches: they never change. */
public final class ReplicationPipeline {
  private ReplicationPipeline() {}

  /** Builds the pipeline; connects to nothing. */
  public static Pipeline build(PipelineOptions options, RunSettings settings) {
    JobOptions job = options.as(JobOptions.class);
    job.setWalbeamJobStart(settings.jobStart());
    job.setWalbeamJobToken(settings.jobToken());
    Pipeline pipeline = Pipeline.create(options);
    PCollection<ChangeBatch> batches =
        pipeline.apply(
            "Read replication slot",
            Read.from(new PostgresSource(source(settings), new RunningJob())));
    if (settings.placement() == Placement.WORKERS) {
      batches = batches.apply("Spread batches", Redistribute.arbitrarily());
    }
    batches
        .apply("Write batches", ParDo.of(new WriteBatch(settings)))
        .setCoder(ReceiptCoder.of())
        .apply(
            "Key by slot",
            WithKeys.<String, Receipt>of(new History(settings.slot()))
                .withKeyType(TypeDescriptors.strings()))
        .apply(
            "Publish progress",
            ParDo.of(
                new PublishProgress(
                    settings.slot(), settings.epoch(), new SharedPublisher(settings))));
    return pipeline;
  }

  /** A restored source reads what the running job was told, not what the earlier one was. */
  private record RunningJob() implements PostgresSource.SettingsOfJob {
    private static final long serialVersionUID = 1L;

    @Override
    public SourceSettings read(PipelineOptions options) {
      JobOptions job = options.as(JobOptions.class);
      return source(
          OptionsReader.settings(
              options.as(WalbeamOptions.class),
              job.getWalbeamJobStart(),
              job.getWalbeamJobToken()));
    }
  }

  /** The publisher that the parts of a job in one JVM share. */
  private record SharedPublisher(RunSettings settings) implements PublishProgress.PublisherSource {
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

  /** What the source needs of the settings. */
  static SourceSettings source(RunSettings settings) {
    String inclusions = settings.tables().inclusions();
    return new SourceSettings(
        settings.postgres(),
        settings.slot(),
        settings.publication(),
        inclusions.isEmpty() ? List.of() : List.of(inclusions),
        settings.epoch(),
        settings.jobStart(),
        settings.stopAtNow(),
        new StateReader(settings.destination()),
        new DumpStarter(settings),
        settings.placement() == Placement.ONE_JVM
            ? ConfirmationChannel.inJvm()
            : ConfirmationChannel.betweenWorkers());
  }
}
