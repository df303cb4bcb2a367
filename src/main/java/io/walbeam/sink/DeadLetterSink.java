package io.walbeam.sink;

import io.walbeam.deadletter.DeadLetter;
import java.util.List;

/** Keeps what could not be written. Thread-safe. At least once. */
public interface DeadLetterSink {
  /**
   * Returns when every dead letter is durable. Retries like {@link TableSink#write}.
   *
   * @throws io.walbeam.failure.WalbeamException if a person must act
   */
  void write(List<DeadLetter> deadLetters) throws InterruptedException;
}
