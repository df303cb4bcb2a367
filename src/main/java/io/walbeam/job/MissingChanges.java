package io.walbeam.job;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.util.LinkedHashSet;
import java.util.Map;

/** Nothing that is missing is called written: the end of a run that has let tables go. Pure. */
final class MissingChanges {
  private MissingChanges() {}

  /**
   * Fails unless nothing was let go.
   *
   * @param letGo names, and why each was let go and what to do
   */
  static void throwIfAny(String slot, Map<String, String> letGo) {
    if (!letGo.isEmpty()) {
      throw new WalbeamException(
          FailureKind.OPERATOR,
          "Everything else is written and confirmed to slot "
              + slot
              + ", but changes are missing in what was let go: "
              + String.join(", ", letGo.keySet())
              + ".",
          String.join(" ", new LinkedHashSet<>(letGo.values()))
              + " Then start again, which dumps what is missing.");
    }
  }
}
