package io.walbeam.local.bench;

import io.walbeam.batch.ChangeBatch;
import io.walbeam.batch.ChangeBatchCoder;
import io.walbeam.change.JobRun;
import io.walbeam.change.Lsn;
import io.walbeam.postgres.ReplicationSettings;
import io.walbeam.source.ConfirmationChannel;
import io.walbeam.source.PostgresSource;
import io.walbeam.source.SourceSettings;
import io.walbeam.source.StreamHook;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/**
 * The batches of a stream in a file, in the form in which they travel between workers: their number
 * first, then one after the other.
 */
final class RecordedStream {
  /** Between two looks for more of the stream, milliseconds. */
  private static final long LOOK_MILLIS = 10;

  private RecordedStream() {}

  /**
   * Reads a slot through the real session and source, and keeps what comes up to {@code end}.
   * Confirms nothing to the slot.
   */
  static void record(ReplicationSettings replication, Lsn end, Path file)
      throws IOException, InterruptedException {
    SourceSettings settings =
        new SourceSettings(
            replication,
            List.of(),
            new JobRun(0, System.currentTimeMillis(), "", false),
            slot -> Optional.empty(),
            StreamHook.NONE,
            ConfirmationChannel.betweenWorkers());
    PipelineOptions options = PipelineOptionsFactory.create();
    List<ChangeBatch> batches = new ArrayList<>();
    try (UnboundedSource.UnboundedReader<ChangeBatch> reader =
        new PostgresSource(settings, unused -> settings).createReader(options, null)) {
      boolean available = reader.start();
      long complete = 0;
      while (Long.compareUnsigned(complete, end.value()) < 0) {
        if (available) {
          batches.add(reader.getCurrent());
          complete = reader.getCurrent().completeLsn();
        } else {
          TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        available = reader.advance();
      }
    }
    write(batches, file);
  }

  private static void write(List<ChangeBatch> batches, Path file) throws IOException {
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      out.writeInt(batches.size());
      for (ChangeBatch batch : batches) {
        ChangeBatchCoder.of().encode(batch, out);
      }
    }
  }

  /** All of its batches. */
  static List<ChangeBatch> read(Path file) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      int count = in.readInt();
      List<ChangeBatch> batches = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        batches.add(ChangeBatchCoder.of().decode(in));
      }
      return batches;
    }
  }
}
