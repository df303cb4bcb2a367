package io.walbeam.pipeline;

import io.walbeam.backfill.DumpsOverview;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.options.RunSettings;
import io.walbeam.postgres.Catalogue;
import io.walbeam.sink.bigquery.BigQuerySink;
import io.walbeam.source.SessionLag;
import io.walbeam.source.Sessions;
import io.walbeam.source.SourceSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a run in one process does around the pipeline: refuses early, confirms at the end, leaves
 * nothing behind.
 */
public final class LocalRun implements AutoCloseable {
  /** For the last state row and the slot's confirmation; normally well under a second. */
  private static final Duration CONFIRMATION_TIMEOUT = Duration.ofSeconds(60);

  /** For tables that wait for BigQuery, which shows new columns after minutes. */
  private static final Duration HELD_PATIENCE = Duration.ofMinutes(10);

  /** The same when a person wants the run to end, and for tables that a person must mend. */
  private static final Duration SHORT_PATIENCE = Duration.ofSeconds(10);

  private final RunSettings settings;
  private final SourceSettings source;
  private volatile boolean endRequested;

  private LocalRun(RunSettings settings) {
    this.settings = settings;
    this.source = ReplicationPipeline.source(settings);
  }

  /**
   * Checks the destination before anything is created in PostgreSQL.
   *
   * @throws WalbeamException if the destination cannot be used
   */
  public static LocalRun prepare(RunSettings settings) {
    try (BigQuerySink sink = BigQuerySink.acquire(settings.destination())) {
      sink.verifyDataset();
      verifyServer(settings);
    } catch (WalbeamException e) {
      if (e.kind() != FailureKind.TRANSIENT) {
        throw e;
      }
      // Later the run waits for either end; at the start it is more likely a wrong address.
      throw new WalbeamException(FailureKind.OPERATOR, e.getMessage(), e.remedy(), e);
    }
    return new LocalRun(settings);
  }

  private static void verifyServer(RunSettings settings) {
    try (Catalogue catalogue = new Catalogue(settings.postgres())) {
      catalogue.verifyReachable();
    }
  }

  /** Asks the run to end once everything it has read is written. Returns at once. */
  public void requestEnd() {
    endRequested = true;
    Sessions.requestEnd(source);
    Destination.endDumps(settings);
  }

  /** How far the run is. Any thread. */
  public RunProgress progress() {
    SessionLag lag = Sessions.lag(source);
    return Destination.meterOf(settings)
        .map(
            meter ->
                new RunProgress(
                    meter.changes(),
                    meter.deadLetters(),
                    lag,
                    meter.stalls(),
                    meter.dumps().orElse(DumpsOverview.NONE)))
        .orElseGet(() -> new RunProgress(0, 0, lag, List.of(), DumpsOverview.NONE));
  }

  /**
   * Waits for the dumps, unless the run was asked to end, and until everything written is confirmed
   * to the slot.
   *
   * @throws WalbeamException if a dump failed, if a table could not be written to, or if the slot
   *     is not told within a minute; nothing is lost then
   */
  public void confirm() throws InterruptedException {
    Optional<WalbeamException> held =
        Destination.awaitHeldRows(
            settings, endRequested ? SHORT_PATIENCE : HELD_PATIENCE, SHORT_PATIENCE);
    if (held.isEmpty() && !endRequested) {
      Destination.awaitDumps(settings);
    }
    boolean confirmed =
        Destination.awaitPublished(settings, CONFIRMATION_TIMEOUT)
            && Sessions.complete(source, CONFIRMATION_TIMEOUT);
    if (held.isPresent()) {
      throw held.get();
    }
    if (!confirmed) {
      throw new WalbeamException(
          FailureKind.TRANSIENT,
          "Everything read is written, but slot "
              + settings.slot()
              + " could not be told within "
              + CONFIRMATION_TIMEOUT.toSeconds()
              + " s.",
          "Start again; what the slot was not told comes again and changes nothing.");
    }
  }

  /** Ends every connection and thread of the run. */
  @Override
  public void close() {
    try {
      Sessions.shutdown(source, Duration.ZERO);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Destination.closeShared(settings);
  }
}
