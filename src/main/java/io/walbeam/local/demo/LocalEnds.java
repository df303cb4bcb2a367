package io.walbeam.local.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;

/**
 * Both ends of a pipeline on this machine: a PostgreSQL server with the shop in it, and a stand-in
 * with an empty dataset. Starts no pipeline. Not thread-safe.
 */
public final class LocalEnds implements AutoCloseable {
  /** The project of the dataset. */
  public static final String PROJECT = "demo";

  /** The dataset. */
  public static final String DATASET = "shop";

  /** Name of the slot and of the publication in {@link #command}. */
  public static final String SLOT = "walbeam";

  private final Installation installation;
  private final Path directory;
  private final SourceServer source;
  private final StandIn standIn;
  private final Destination destination;
  private final SlotView slot;

  private LocalEnds(
      Installation installation, Path directory, SourceServer source, StandIn standIn) {
    this.installation = installation;
    this.directory = directory;
    this.source = source;
    this.standIn = standIn;
    this.destination = new Destination(standIn.endpoint(), PROJECT, DATASET);
    this.slot = new SlotView(source, ShopSchema.DATABASE, SLOT);
  }

  /** How a stand-in is started. */
  @FunctionalInterface
  public interface StandInStart {
    StandIn start(Installation installation, Path directory)
        throws IOException, InterruptedException;
  }

  /** Starts both with their files below {@code directory}; if one does not start, none stays. */
  public static LocalEnds start(Installation installation, Path directory, StandInStart standIn)
      throws IOException, SQLException, InterruptedException {
    return start(installation, directory, standIn, Map.of());
  }

  /** The same with other settings of the server. */
  public static LocalEnds start(
      Installation installation,
      Path directory,
      StandInStart standIn,
      Map<String, String> configuration)
      throws IOException, SQLException, InterruptedException {
    TreeMap<String, String> all = new TreeMap<>(configuration);
    all.put("wal_level", "logical");
    SourceServer source = SourceServer.start(directory, all);
    try {
      source.execute("postgres", "CREATE DATABASE " + ShopSchema.DATABASE);
      try (Connection connection = source.connect(ShopSchema.DATABASE)) {
        ShopSchema.create(connection);
      }
      return new LocalEnds(
          installation, directory, source, withDataset(standIn.start(installation, directory)));
    } catch (IOException | SQLException | InterruptedException | RuntimeException e) {
      source.close();
      throw e;
    }
  }

  private static StandIn withDataset(StandIn standIn) {
    try {
      new Destination(standIn.endpoint(), PROJECT, DATASET).createDataset();
      return standIn;
    } catch (RuntimeException e) {
      standIn.close();
      throw e;
    }
  }

  /** The command that runs the pipeline between the two until it is stopped. */
  public PipelineCommand command() {
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

  /** Where the files are, the output of processes among them. */
  public Path directory() {
    return directory;
  }

  public SourceServer source() {
    return source;
  }

  public StandIn standIn() {
    return standIn;
  }

  public Destination destination() {
    return destination;
  }

  public SlotView slot() {
    return slot;
  }

  @Override
  public void close() throws IOException {
    standIn.close();
    source.close();
  }
}
