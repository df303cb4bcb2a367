package io.walbeam.sink.file;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.ExistingColumns;
import io.walbeam.sink.ChangelogShapes;
import io.walbeam.sink.CountingSinkMetrics;
import io.walbeam.sink.DatasetSurvey;
import io.walbeam.sink.DeadLetterCount;
import io.walbeam.sink.DeadLetterSink;
import io.walbeam.sink.DumpLedger;
import io.walbeam.sink.ExistingTables;
import io.walbeam.sink.NamedThreads;
import io.walbeam.sink.NothingOutdated;
import io.walbeam.sink.OutdatedRows;
import io.walbeam.sink.SchemaChangeLog;
import io.walbeam.sink.SharedSinks;
import io.walbeam.sink.Sink;
import io.walbeam.sink.Stalls;
import io.walbeam.sink.StateStore;
import io.walbeam.sink.TableSink;
import io.walbeam.sink.Waits;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that writes files to one directory. Thread-safe; one per JVM and settings, shared by
 * {@link #acquire} and closed by its last holder.
 */
public final class FileSink implements Sink {
  private static final Logger log = LoggerFactory.getLogger(FileSink.class);
  private static final SharedSinks<FileSettings, FileSink> SHARED =
      new SharedSinks<>(settings -> new FileSink(settings, storage(settings)));

  /** Between two looks for files whose time has come, milliseconds. */
  private static final long SWEEP_MILLIS = 100;

  /** Files that are published at a time: a disk gains nothing by more, a bucket does. */
  private static final int PUBLISHERS = 8;

  private static final String PROBE = "_walbeam_probe";

  private final FileSettings settings;
  private final Waits waits = new Waits();
  private final Stalls stalls = new Stalls();
  private final CountingSinkMetrics metrics = new CountingSinkMetrics();
  private final FileNames names = new FileNames(Clock.systemUTC());
  private final FileCalls calls;
  private final FileTableSink tables;
  private final FileDeadLetters deadLetters;
  private final StateStore stateStore;
  private final DumpLedger dumpLedger;
  private final SchemaChangeLog schemaChanges;
  private final ExecutorService publishers;
  private final ScheduledExecutorService sweeper;

  FileSink(FileSettings settings, Storage storage) {
    this.settings = settings;
    this.calls = new FileCalls(storage, waits, stalls);
    this.publishers = Executors.newFixedThreadPool(PUBLISHERS, new NamedThreads("walbeam-files-"));
    this.sweeper =
        Executors.newSingleThreadScheduledExecutor(new NamedThreads("walbeam-file-sweeper-"));
    this.tables =
        new FileTableSink(
            new TableFiles.Shared(
                calls,
                settings,
                RowFormat.of(settings.format()),
                names,
                metrics,
                publishers,
                ConcurrentHashMap.newKeySet()));
    this.deadLetters = new FileDeadLetters(settings.deadLetters(), calls, names);
    this.stateStore = new FileStateStore(calls);
    this.dumpLedger = new FileDumpLedger(calls);
    this.schemaChanges = new FileSchemaChanges(calls);
    var unused =
        sweeper.scheduleWithFixedDelay(
            this::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** The sink of these settings in this JVM; close it once for each call. */
  public static FileSink acquire(FileSettings settings) {
    return SHARED.hold(settings);
  }

  private static Storage storage(FileSettings settings) {
    return settings.local()
        ? new LocalStorage(Path.of(settings.path()))
        : new RemoteStorage(settings.directory());
  }

  @Override
  public void verify() {
    Object unused =
        calls.once(
            () -> {
              Storage storage = calls.storage();
              storage.requireDirectory();
              storage.put(PROBE, new byte[0]);
              storage.delete(PROBE);
              storage.sweep();
              return storage;
            });
  }

  @Override
  public Optional<DatasetSurvey> survey() {
    verify();
    return Optional.empty();
  }

  @Override
  public TableSink tables() {
    return tables;
  }

  /** A file takes any column. */
  @Override
  public ExistingTables existing() {
    return table -> ExistingColumns.NONE;
  }

  @Override
  public ChangelogShapes changelogShapes() {
    return changelog -> false;
  }

  @Override
  public DeadLetterSink deadLetters() {
    return deadLetters;
  }

  @Override
  public StateStore stateStore() {
    return stateStore;
  }

  @Override
  public DumpLedger dumpLedger() {
    return dumpLedger;
  }

  @Override
  public OutdatedRows outdatedRows() {
    return new NoOutdatedRows();
  }

  @Override
  public SchemaChangeLog schemaChanges() {
    return schemaChanges;
  }

  @Override
  public Stalls stalls() {
    return stalls;
  }

  @Override
  public CountingSinkMetrics metrics() {
    return metrics;
  }

  @Override
  public List<DeadLetterCount> deadLetterCounts() throws InterruptedException {
    return deadLetters.counts();
  }

  @Override
  public List<String> dropOwnTables(String slot) throws InterruptedException {
    List<String> others = new ArrayList<>(list(FileStateStore.FOLDER));
    others.remove(slot + ".json");
    if (!others.isEmpty()) {
      throw new WalbeamException(
          FailureKind.OPERATOR,
          "The directory also holds the state of "
              + String.join(", ", others)
              + ", so walbeam's own files stay and nothing is removed.",
          "Leave tables out of --drop.");
    }
    List<String> done = new ArrayList<>();
    // The state last: while it is there, a start knows what was there before.
    for (String folder :
        List.of(
            settings.deadLetters(),
            FileDumpLedger.REQUESTS + "/" + slot,
            FileSchemaChanges.FOLDER + "/" + slot,
            FileDumpLedger.FOLDER + "/" + slot,
            FileStateStore.FOLDER)) {
      List<String> files = list(folder);
      for (String file : files) {
        calls.carryOut(folder, () -> calls.storage().delete(folder + "/" + file));
      }
      if (!files.isEmpty()) {
        done.add("Deleted the files of " + folder + ".");
      }
    }
    return done;
  }

  /**
   * Writes a file of a name of its own to a folder.
   *
   * @return where it is, durable
   */
  public String keep(String folder, byte[] content) throws InterruptedException {
    String path = folder + "/" + names.next(FileNames.LINES);
    calls.carryOut(folder, () -> calls.storage().put(path, content));
    return settings.directory() + "/" + path;
  }

  private List<String> list(String folder) throws InterruptedException {
    return calls.until(folder, () -> calls.storage().list(folder));
  }

  @Override
  public void close() {
    if (!SHARED.release(settings, this)) {
      return;
    }
    waits.close();
    sweeper.shutdownNow();
    publishers.shutdownNow();
    try {
      // A file whose publication is under way is published or not, and never given up meanwhile.
      boolean unused = publishers.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    tables.close();
  }

  /** The sleeps that closing this ends. */
  public Waits waits() {
    return waits;
  }

  private void sweep() {
    try {
      tables.sweep();
      stalls.remind();
    } catch (RuntimeException e) {
      log.warn("Looking after files failed and is tried again.", e);
    }
  }

  /** Nothing is ever deleted from files. */
  private static final class NoOutdatedRows extends NothingOutdated {
    @Override
    public boolean existedBefore(DestinationTable table, long micros) {
      return true;
    }
  }
}
