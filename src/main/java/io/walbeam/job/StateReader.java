package io.walbeam.job;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.sink.bigquery.BigQuerySettings;
import io.walbeam.sink.bigquery.BigQuerySink;
import io.walbeam.source.RecordedPosition;
import io.walbeam.source.RecordedPositions;
import java.util.Optional;

/** Reads the recorded position of a slot from the destination's state table. */
final class StateReader implements RecordedPositions {
  private static final long serialVersionUID = 1L;

  private final BigQuerySettings settings;

  StateReader(BigQuerySettings settings) {
    this.settings = settings;
  }

  @Override
  public Optional<RecordedPosition> read(String slot) {
    try (BigQuerySink sink = BigQuerySink.acquire(settings)) {
      return sink.stateStore()
          .read(slot)
          .map(
              state ->
                  new RecordedPosition(
                      state.epoch(), state.systemId(), state.timeline(), state.confirmedLsn()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WalbeamException(
          FailureKind.TRANSIENT,
          "Reading the recorded position was interrupted.",
          "Start again; nothing is lost.",
          e);
    }
  }
}
