package io.walbeam.job;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is missing in tables that were let go, until a dump brings it. Immutable.
 *
 * @param tables names, sorted, and why each was let go and what to do
 * @param changes that are missing, at least: a process that ended before it could count them does
 *     not tell, and one that came twice counts twice
 */
public record MissingChanges(Map<String, String> tables, long changes) {
  /** Nothing is. */
  public static final MissingChanges NONE = new MissingChanges(Map.of(), 0);

  public MissingChanges {
    tables = Collections.unmodifiableMap(new TreeMap<>(tables));
  }

  /** Whether nothing is missing. */
  public boolean isEmpty() {
    return tables.isEmpty();
  }

  /** Nothing that is missing is called written: fails the end of a run unless nothing is. */
  void throwIfAny(String slot) {
    if (!isEmpty()) {
      throw new WalbeamException(
          FailureKind.OPERATOR,
          "Everything else is written and confirmed to slot "
              + slot
              + ", but "
              + (changes == 0 ? "changes" : String.format(Locale.ROOT, "%,d changes", changes))
              + " are missing in what was let go: "
              + String.join(", ", tables.keySet())
              + ".",
          String.join(" ", new LinkedHashSet<>(tables.values()))
              + " Then start again, which dumps what is missing.");
    }
  }
}
