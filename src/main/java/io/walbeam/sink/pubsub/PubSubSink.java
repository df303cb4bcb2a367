package io.walbeam.sink.pubsub;

import io.walbeam.sink.ChangelogShapes;
import io.walbeam.sink.CountingSinkMetrics;
import io.walbeam.sink.DatasetSurvey;
import io.walbeam.sink.DeadLetterCount;
import io.walbeam.sink.DeadLetterSink;
import io.walbeam.sink.DumpLedger;
import io.walbeam.sink.ExistingTables;
import io.walbeam.sink.OutdatedRows;
import io.walbeam.sink.SchemaChangeLog;
import io.walbeam.sink.SharedSinks;
import io.walbeam.sink.Sink;
import io.walbeam.sink.Stalls;
import io.walbeam.sink.StateStore;
import io.walbeam.sink.TableSink;
import io.walbeam.sink.file.FileSink;
import java.util.List;
import java.util.Optional;

/**
 * Everything that publishes to one topic, and the files beside it. Thread-safe; one per JVM and
 * settings, shared by {@link #acquire} and closed by its last holder.
 */
public final class PubSubSink implements Sink {
  private static final SharedSinks<PubSubSettings, PubSubSink> SHARED =
      new SharedSinks<>(PubSubSink::new);

  /** Folder of envelopes that are too long for a message. */
  private static final String LARGE = "_walbeam_large";

  private final PubSubSettings settings;
  private final FileSink beside;
  private final FileSink large;
  private final PubSubClients clients;
  private final PubSubTableSink tables;

  private PubSubSink(PubSubSettings settings) {
    this.settings = settings;
    this.clients = new PubSubClients(settings);
    this.beside = FileSink.acquire(settings.beside());
    this.large = FileSink.acquire(settings.large());
    this.tables =
        new PubSubTableSink(
            clients.topic(),
            new Messages(settings.sharedKeys(), line -> large.keep(LARGE, line)),
            beside.waits(),
            beside.stalls(),
            beside.metrics());
  }

  /** The sink of these settings in this JVM; close it once for each call. */
  public static PubSubSink acquire(PubSubSettings settings) {
    return SHARED.hold(settings);
  }

  @Override
  public void verify() {
    beside.verify();
    large.verify();
    clients.requireTopic();
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

  @Override
  public ExistingTables existing() {
    return beside.existing();
  }

  @Override
  public ChangelogShapes changelogShapes() {
    return beside.changelogShapes();
  }

  @Override
  public DeadLetterSink deadLetters() {
    return beside.deadLetters();
  }

  @Override
  public StateStore stateStore() {
    return beside.stateStore();
  }

  @Override
  public DumpLedger dumpLedger() {
    return beside.dumpLedger();
  }

  @Override
  public OutdatedRows outdatedRows() {
    return beside.outdatedRows();
  }

  @Override
  public SchemaChangeLog schemaChanges() {
    return beside.schemaChanges();
  }

  @Override
  public Stalls stalls() {
    return beside.stalls();
  }

  @Override
  public CountingSinkMetrics metrics() {
    return beside.metrics();
  }

  @Override
  public List<DeadLetterCount> deadLetterCounts() throws InterruptedException {
    return beside.deadLetterCounts();
  }

  @Override
  public List<String> dropOwnTables(String slot) throws InterruptedException {
    return beside.dropOwnTables(slot);
  }

  @Override
  public void close() {
    if (SHARED.release(settings, this)) {
      large.close();
      beside.close();
      clients.close();
    }
  }
}
