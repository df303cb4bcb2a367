package io.walbeam.postgres;

/** Writes logical messages into the WAL that the replication stream carries. */
@FunctionalInterface
public interface MessageEmitter {
  /**
   * Emits a transactional message; it is durable when this returns.
   *
   * @throws io.walbeam.failure.WalbeamException of kind TRANSIENT if it is worth another try
   */
  void emit(String prefix, String content) throws InterruptedException;
}
