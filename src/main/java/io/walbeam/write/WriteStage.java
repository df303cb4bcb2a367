package io.walbeam.write;

import io.walbeam.row.ContextMapping;
import io.walbeam.sink.EndOfRun;
import io.walbeam.sink.Stalls;
import java.time.Clock;

/**
 * What the bundles of a job share in one JVM. Thread-safe.
 *
 * @param routes where the rows of a relation go
 * @param lookahead makes routes before they are needed
 * @param contexts which messages of the application are written, and how
 * @param rows writes rows
 * @param deadLetters writes what cannot be written otherwise
 * @param receipts decides when receipts are given out
 * @param requests takes what the stream asks for besides rows
 * @param waiting what is known of tables that wait
 */
public record WriteStage(
    Routes routes,
    RouteLookahead lookahead,
    ContextMapping contexts,
    TableWriter rows,
    DeadLetterQueue deadLetters,
    ReceiptRelease receipts,
    StreamRequests requests,
    WriteMeter meter,
    Waiting waiting,
    Clock clock) {
  /**
   * What is known of tables that wait.
   *
   * @param end of a run that does not wait for a person
   */
  public record Waiting(Stalls stalls, EndOfRun end) {}
}
