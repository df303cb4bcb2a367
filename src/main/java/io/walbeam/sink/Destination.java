package io.walbeam.sink;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A place that changes are written to, as the operator named it. Immutable; workers receive it
 * serialized; holds no resolved secret.
 *
 * <p>Adding one takes a package beside {@code sink.bigquery} with an implementation of this, of
 * {@link Sink} and of what that consists of, and the reading of its options.
 */
public interface Destination extends Serializable {
  /**
   * What is open to it in this JVM; close it once for each call. Connects to nothing.
   *
   * @throws io.walbeam.failure.WalbeamException of kind OPERATOR if there are no credentials
   */
  Sink open();

  /** As a person would write it: {@code project.dataset}. */
  String describe();

  /** Where dead letters are: the name of a table. */
  String deadLetterTable();

  /**
   * The same, where a table that waits for a person is let go after a while; see {@link LetGo}.
   *
   * @param patience zero for a run that shall end
   */
  default Destination letGoAfter(Duration patience) {
    return this;
  }

  /**
   * Lines for a shell that prepare it for a run; none if there is nothing to prepare.
   *
   * @param member who writes to it, as it names people and programs; empty for a placeholder
   */
  default List<String> preparation(Optional<String> member) {
    return List.of();
  }

  /** Lines for a shell that take back what {@link #preparation} granted. */
  default List<String> withdrawal(Optional<String> member) {
    return List.of();
  }
}
