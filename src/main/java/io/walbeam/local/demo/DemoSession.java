package io.walbeam.local.demo;

import io.walbeam.change.Lsn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/** Source, stand-in and pipeline, started in this order and ended in the other. */
final class DemoSession implements AutoCloseable {
  static final String PROJECT = "demo";
  static final String DATASET = "shop";
  static final String SLOT = "walbeam";

  private static final Duration DEADLINE = Duration.ofMinutes(2);

  private final Path directory;
  private final SourceServer source;
  private final StandIn standIn;
  private final Destination destination;
  private final SlotView slot;
  private final ChildProcess pipeline;

  private DemoSession(Path directory, SourceServer source, StandIn standIn, ChildProcess pipeline) {
    this.directory = directory;
    this.source = source;
    this.standIn = standIn;
    this.destination = new Destination(standIn.endpoint(), PROJECT, DATASET);
    this.slot = new SlotView(source, ShopSchema.DATABASE, SLOT);
    this.pipeline = pipeline;
  }

  /** Starts all three; if one does not start, none stays. */
  static DemoSession start(Installation installation, Path directory)
      throws IOException, SQLException, InterruptedException {
    SourceServer source = SourceServer.start(directory);
    StandIn standIn = null;
    try {
      source.execute("postgres", "CREATE DATABASE " + ShopSchema.DATABASE);
      try (Connection connection = source.connect(ShopSchema.DATABASE)) {
        ShopSchema.create(connection);
      }
      standIn = StandIn.storing(installation, directory);
      new Destination(standIn.endpoint(), PROJECT, DATASET).createDataset();
      ChildProcess pipeline = command(installation, source, standIn).start(directory);
      return new DemoSession(directory, source, standIn, pipeline);
    } catch (IOException | SQLException | InterruptedException | RuntimeException e) {
      if (standIn != null) {
        standIn.close();
      }
      source.close();
      throw e;
    }
  }

  private static PipelineCommand command(
      Installation installation, SourceServer source, StandIn standIn) {
    return PipelineCommand.run(
            installation,
            source.url(ShopSchema.DATABASE),
            SourceServer.SUPERUSER,
            "not-needed",
            PROJECT + "." + DATASET,
            standIn.endpoint())
        .with("slot", SLOT)
        .with("publication", SLOT);
  }

  /** Rows that are older than the slot are not copied, so nothing is written before this. */
  void awaitSlot() throws IOException, InterruptedException {
    Await.until(
        "the pipeline reads the slot",
        DEADLINE,
        () -> {
          checkPipeline();
          return slot.active();
        });
  }

  /** Returns when everything written to the source so far is confirmed to the slot. */
  Lsn awaitConfirmation() throws IOException, SQLException, InterruptedException {
    Lsn end = slot.serverPosition();
    Await.until(
        "the slot is confirmed up to " + end,
        DEADLINE,
        () -> {
          checkPipeline();
          return slot.confirmed().map(lsn -> lsn.compareTo(end) >= 0).orElse(false);
        });
    return end;
  }

  /**
   * Looks whether the pipeline still runs.
   *
   * @throws IOException with its own words, if it does not
   */
  void checkPipeline() throws IOException, InterruptedException {
    if (!pipeline.isAlive()) {
      throw new IOException(
          "The pipeline ended with exit code "
              + pipeline.exitCode(DEADLINE)
              + ":\n"
              + pipeline.errors().strip());
    }
  }

  SourceServer source() {
    return source;
  }

  StandIn standIn() {
    return standIn;
  }

  Destination destination() {
    return destination;
  }

  SlotView slot() {
    return slot;
  }

  ChildProcess pipeline() {
    return pipeline;
  }

  /** A file with an access token for {@code bq}; the stand-in takes any. */
  Path tokenFile() throws IOException {
    return Files.writeString(directory.resolve("token"), "local");
  }

  @Override
  public void close() throws IOException {
    pipeline.close();
    standIn.close();
    source.close();
  }
}
