package io.walbeam.job;

import io.walbeam.dump.DumpOptions;
import io.walbeam.dump.Dumps;
import io.walbeam.write.StreamRequests;
import java.util.List;

/** What the stream asks for goes to the dumps and their ledger. */
record DumpRequests(Dumps dumps, DumpOptions options) implements StreamRequests {
  @Override
  public boolean appliesTruncations() {
    return options.applyTruncations();
  }

  @Override
  public void record(List<Truncation> truncations, List<Dump> requests)
      throws InterruptedException {
    if (!truncations.isEmpty()) {
      dumps.recordTruncations(
          truncations.stream()
              .map(
                  seen ->
                      new io.walbeam.dump.Truncation(
                          seen.table(), seen.position(), seen.transactionId(), seen.commitMicros()))
              .toList());
    }
    dumps.record(
        requests.stream()
            .map(seen -> new Dumps.Asked(seen.position(), seen.commitMicros(), seen.content()))
            .toList());
  }

  @Override
  public void record(List<Statement> statements) throws InterruptedException {
    dumps.recordStatements(
        statements.stream()
            .map(seen -> new Dumps.Asked(seen.position(), seen.commitMicros(), seen.content()))
            .toList());
  }
}
