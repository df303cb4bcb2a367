package io.walbeam.job;

import io.walbeam.dump.DumpsOverview;
import io.walbeam.sink.Stalls;
import io.walbeam.source.SessionLag;
import java.util.List;

/**
 * How far a run in this process is at one moment.
 *
 * @param changes decoded since the start
 * @param deadLetters written since the start
 * @param lag how far the destination is behind the server
 * @param stalls what waits, the oldest first
 * @param dumps how far the dumps are
 * @param missing what tables miss at this moment that were let go
 */
public record RunProgress(
    long changes,
    long deadLetters,
    SessionLag lag,
    List<Stalls.Stall> stalls,
    DumpsOverview dumps,
    MissingChanges missing) {
  public RunProgress {
    stalls = List.copyOf(stalls);
  }
}
