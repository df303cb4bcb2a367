package io.walbeam.job;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.sink.Destination;
import io.walbeam.sink.Sink;
import io.walbeam.source.RecordedState;
import io.walbeam.source.RecordedStates;
import java.util.Optional;

/** Reads the recorded position of a slot from the destination's state table. */
final class StateReader implements RecordedStates {
  private static final long serialVersionUID = 1L;

  private final Destination destination;

  StateReader(Destination destination) {
    this.destination = destination;
  }

  @Override
  public Optional<RecordedState> read(String slot) {
    try (Sink sink = destination.open()) {
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
