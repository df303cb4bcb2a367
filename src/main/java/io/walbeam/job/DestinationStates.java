package io.walbeam.job;

import io.walbeam.batch.ReaderIdentity;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.progress.SlotStates;
import io.walbeam.sink.Destination;
import io.walbeam.sink.Sink;
import io.walbeam.source.RecordedState;
import io.walbeam.source.RecordedStates;
import java.util.Optional;

/** The recorded position of a slot in the destination's state table. */
final class DestinationStates implements RecordedStates {
  private static final long serialVersionUID = 1L;

  /** Up to which commit time the tables are complete. */
  private static final long NOT_KNOWN = 0;

  private final Destination destination;

  DestinationStates(Destination destination) {
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
      throw interrupted(e);
    }
  }

  @Override
  public void begin(String slot, ReaderIdentity reader, long lsn) {
    try (Sink sink = destination.open()) {
      sink.stateStore().write(SlotStates.of(slot, reader, lsn, NOT_KNOWN));
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static WalbeamException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new WalbeamException(
        FailureKind.TRANSIENT,
        "Looking for the recorded position was interrupted.",
        "Start again; nothing is lost.",
        e);
  }
}
