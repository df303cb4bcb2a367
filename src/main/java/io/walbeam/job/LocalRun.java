package io.walbeam.job;

import io.walbeam.dump.Dumps;
import io.walbeam.dump.DumpsOverview;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.Pauses;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.Catalogue;
import io.walbeam.sink.EndOfRun;
import io.walbeam.sink.Sink;
import io.walbeam.sink.Stalls;
import io.walbeam.source.LocalJob;
import io.walbeam.source.SessionLag;
import io.walbeam.write.ReceiptRelease;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
  private static final Duration SHORT_PATIENCE = EndOfRun.PATIENCE;

  /** PostgreSQL is asked each second; so many without an answer are no chance. */
  private static final long NO_ANSWER_SECONDS = 10;

  /** Between two looks at what held rows wait for. */
  private static final Duration HELD_POLL = Duration.ofMillis(100);

  private final JobSettings settings;
  private volatile boolean endRequested;
  private volatile int unfinishedDumps;

  private LocalRun(JobSettings settings) {
    this.settings = settings;
  }

  /**
   * Checks both ends before anything is created in PostgreSQL, and waits for an end that does not
   * answer.
   *
   * @param patience longest such wait
   * @throws WalbeamException if an end cannot be used
   */
  public static LocalRun prepare(JobSettings settings, Duration patience)
      throws InterruptedException {
    try (Sink sink = settings.destination().open()) {
      new StartPatience(patience, Pauses.UNTIL_INTERRUPTED)
          .await(
              () -> {
                sink.verify();
                verifyServer(settings);
              });
    }
    return new LocalRun(settings);
  }

  private static void verifyServer(JobSettings settings) {
    try (Catalogue catalogue = new Catalogue(settings.replication())) {
      catalogue.verifyReachable();
    }
  }

  private LocalJob job() {
    return LocalJob.of(settings.slotKey());
  }

  /** Asks the run to end once everything it has read is written. Returns at once. */
  public void requestEnd() {
    endRequested = true;
    job().requestEnd();
    Jobs.find(settings)
        .ifPresent(
            job -> {
              unfinishedDumps = job.dumps().missing();
              job.dumps().close();
            });
  }

  /** Whether it was asked to end. */
  public boolean isEndRequested() {
    return endRequested;
  }

  /** Dumps that a run that was asked to end leaves to the next start. */
  public int unfinishedDumps() {
    return unfinishedDumps;
  }

  /** How far the run is. Any thread. */
  public RunProgress progress() {
    SessionLag lag = job().lag();
    List<Stalls.Stall> silence = silence(lag.ageSeconds(), job().silentSeconds());
    return Jobs.find(settings)
        .map(
            job ->
                new RunProgress(
                    job.meter().changes(),
                    job.meter().deadLetters(),
                    lag,
                    Stream.concat(silence.stream(), job.stalls().current().stream()).toList(),
                    job.dumps().overview().orElse(DumpsOverview.NONE),
                    job.missing()))
        .orElseGet(
            () -> new RunProgress(0, 0, lag, silence, DumpsOverview.NONE, MissingChanges.NONE));
  }

  /** What is to be said of a server that does not answer, or whose stream brings nothing. */
  private List<Stalls.Stall> silence(long unanswered, long silent) {
    if (unanswered >= NO_ANSWER_SECONDS) {
      return List.of(
          silence(
              "PostgreSQL has not answered for " + unanswered + " s; the lag is that of then.",
              unanswered));
    }
    return silent == 0
        ? List.of()
        : List.of(
            silence(
                "PostgreSQL has sent nothing for " + silent + " s, though its log goes on.",
                silent));
  }

  private Stalls.Stall silence(String reason, long seconds) {
    return new Stalls.Stall(
        "slot " + settings.replication().slot(),
        reason,
        Instant.now().minusSeconds(seconds),
        false);
  }

  /**
   * Waits for the dumps, unless the run was asked to end, and until everything written is confirmed
   * to the slot.
   *
   * @throws WalbeamException if a dump failed, if a table could not be written to, or if the slot
   *     is not told within a minute; nothing is lost then
   */
  public void confirm() throws InterruptedException {
    Optional<Job> opened = Jobs.find(settings);
    job().keep();
    Optional<WalbeamException> held =
        opened.isPresent() ? awaitHeldRows(opened.get()) : Optional.empty();
    if (opened.isPresent() && held.isEmpty() && !endRequested) {
      awaitDumps(opened.get().dumps());
    }
    boolean confirmed =
        (opened.isEmpty() || opened.get().publisher().awaitPublished(CONFIRMATION_TIMEOUT))
            && job().complete(CONFIRMATION_TIMEOUT);
    if (held.isPresent()) {
      throw held.get();
    }
    if (confirmed && opened.isPresent()) {
      opened.get().missing().throwIfAny(settings.replication().slot());
    }
    if (!confirmed) {
      throw new WalbeamException(
          FailureKind.TRANSIENT,
          "Everything read is written, but slot "
              + settings.replication().slot()
              + " could not be told within "
              + CONFIRMATION_TIMEOUT.toSeconds()
              + " s.",
          "Start again; what the slot was not told comes again and changes nothing.");
    }
  }

  private void awaitDumps(Dumps dumps) throws InterruptedException {
    if (dumps.awaitAll() || endRequested) {
      return;
    }
    throw job()
        .failure()
        .orElseGet(
            () ->
                new WalbeamException(
                    FailureKind.TRANSIENT,
                    "The slot "
                        + settings.replication().slot()
                        + " is not read any more, and dumps are not finished.",
                    "Start again; they go on where they are."));
  }

  /**
   * Waits until no row is held back, as long as that may end by itself.
   *
   * @return why rows are still held back; empty if none are
   */
  private Optional<WalbeamException> awaitHeldRows(Job job) throws InterruptedException {
    ReceiptRelease held = job.receipts();
    Duration patience = endRequested ? SHORT_PATIENCE : HELD_PATIENCE;
    long begin = System.nanoTime();
    while (!held.awaitEmpty(HELD_POLL)) {
      List<Stalls.Stall> stalls =
          job.stalls().current().stream()
              .filter(stall -> held.tables().contains(stall.table()))
              .toList();
      boolean parked = !stalls.isEmpty() && stalls.stream().allMatch(Stalls.Stall::parked);
      Duration waited = Duration.ofNanos(System.nanoTime() - begin);
      if (waited.compareTo(parked ? SHORT_PATIENCE : patience) >= 0) {
        return Optional.of(notWritten(held, stalls, parked));
      }
    }
    return Optional.empty();
  }

  private static WalbeamException notWritten(
      ReceiptRelease held, List<Stalls.Stall> stalls, boolean parked) {
    String reasons =
        stalls.stream()
            .map(stall -> "Table " + stall.table() + " waits: " + stall.reason())
            .distinct()
            .collect(Collectors.joining(" "));
    return new WalbeamException(
        parked ? FailureKind.OPERATOR : FailureKind.TRANSIENT,
        "The run ends, but rows of table "
            + String.join(", ", held.tables())
            + " are not written, so the slot is confirmed only up to the first of them.",
        (reasons.isEmpty() ? "" : reasons + " ") + "Then start again; nothing is lost.");
  }

  /** Ends every connection and thread of the run. */
  @Override
  public void close() {
    try {
      job().shutdown(Duration.ZERO);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Jobs.close(settings);
  }
}
