package io.walbeam.source;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.util.Optional;

/** What to do about the process that holds our slot. Pure. */
final class Takeover {
  /** The decision. */
  enum Action {
    /** An older reader of ours, or a connection of this reader that died: end it. */
    TERMINATE,
    /** A newer reader of this job: it will go when the runner drops it, or this one does. */
    RETRY,
    /** Not walbeam: wait, touch nothing. */
    WAIT
  }

  private Takeover() {}

  /**
   * Decides about the process that shows {@code applicationName}.
   *
   * @throws WalbeamException of kind FENCED if a newer job holds the slot
   */
  static Action decide(Incarnation self, String slot, String applicationName) {
    Optional<Incarnation> parsed = Incarnation.parse(applicationName);
    if (parsed.isEmpty()) {
      return Action.WAIT;
    }
    Incarnation owner = parsed.get();
    if (owner.jobStart() > self.jobStart()) {
      throw new WalbeamException(
          FailureKind.FENCED,
          "A newer run of walbeam reads the slot " + slot + ".",
          "Let the newer one run, or stop it and start again.");
    }
    return owner.compareTo(self) <= 0 ? Action.TERMINATE : Action.RETRY;
  }
}
