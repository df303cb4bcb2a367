package io.walbeam.dump;

import io.walbeam.postgres.DumpConnection;
import io.walbeam.row.TableMapping;
import io.walbeam.sink.DeadLetterSink;
import io.walbeam.sink.DumpLedger;
import io.walbeam.sink.OutdatedRows;
import io.walbeam.sink.Stalls;
import io.walbeam.sink.TableSink;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/** What all dumps of one slot share. Thread-safe. */
public final class DumpContext {
  /** Where dumped rows go, and what is known of them there. */
  public record Ends(
      DumpRouter router,
      TableSink tables,
      DeadLetterSink deadLetters,
      DumpLedger ledger,
      OutdatedRows outdated,
      Stalls stalls,
      TruncationStep truncation,
      Clock clock) {}

  /** Applies a truncation that the ledger holds. */
  @FunctionalInterface
  public interface TruncationStep {
    /** Returns when it is applied, or left to a person with a dead letter. */
    void apply(Truncations.Truncation truncation, TableMapping mapping) throws InterruptedException;
  }

  private final DumpSettings settings;
  private final Ends ends;
  private final ExecutorService executor;
  private final Purge purge;
  private final DumpMeter meter = new DumpMeter();

  DumpContext(DumpSettings settings, Ends ends, ExecutorService executor) {
    this.settings = settings;
    this.ends = ends;
    this.executor = executor;
    this.purge = new Purge(ends.outdated(), ends.tables(), ends.stalls());
  }

  DumpSettings settings() {
    return settings;
  }

  DumpPace pace() {
    return settings.pace();
  }

  DumpRouter router() {
    return ends.router();
  }

  TableSink tables() {
    return ends.tables();
  }

  DeadLetterSink deadLetters() {
    return ends.deadLetters();
  }

  DumpLedger ledger() {
    return ends.ledger();
  }

  OutdatedRows outdated() {
    return ends.outdated();
  }

  Stalls stalls() {
    return ends.stalls();
  }

  TruncationStep truncation() {
    return ends.truncation();
  }

  Clock clock() {
    return ends.clock();
  }

  ExecutorService executor() {
    return executor;
  }

  DumpMeter meter() {
    return meter;
  }

  Purge purge() {
    return purge;
  }

  DumpConnection openPrimary() {
    return new DumpConnection(settings.primary(), "walbeam-dumps:" + settings.slot());
  }

  /**
   * A connection to where rows are read.
   *
   * @param replica what a standby must be, null if it does not matter yet
   */
  DumpConnection openReader(@Nullable Standby replica) {
    return new DumpConnection(
        settings.replica() == null ? settings.primary() : settings.replica(),
        "walbeam-dumps:" + settings.slot(),
        replica);
  }

  /** Whether rows are read from another server than the one whose WAL is read. */
  boolean readsElsewhere() {
    return settings.replica() != null;
  }

  long nowMicros() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, clock().instant());
  }

  void pause() throws InterruptedException {
    Thread.sleep(pace().poll().toMillis());
  }
}
