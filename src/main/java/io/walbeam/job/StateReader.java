package io.walbeam.job;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.sink.bigquery.BigQuerySettings;
import io.walbeam.sink.bigquery.BigQuerySink;
import io.walbeam.source.RecordedState;
import io.walbeam.source.RecordedStates;
import java.util.Optional;

/** Reads the recorded position of a slot from the destination's state table. */
final class StateReader implements RecordedStates {
  private static final long serialVersionUID = 1L;

  private final BigQuerySettings settings;

  StateReader(BigQuerySettings settings) {
    this.settings = settings;
  }

  @Override
  public Optional<RecordedState> read(String slot) {
    try (BigQuerySink sink = BigQuerySink.acquire(settings)) {
      return sink.stateStore()
          .read(slot)
          .map(
              state ->
                  new RecordedState(
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
