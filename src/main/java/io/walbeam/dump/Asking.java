package io.walbeam.dump;

import io.walbeam.postgres.DumpConnection;

/** Asks a server, over one connection or over any that is free. */
interface Asking {
  /** What is asked. */
  @FunctionalInterface
  interface Question<T> {
    T of(DumpConnection connection) throws InterruptedException;
  }

  /** The answer. */
  <T> T ask(Question<T> question) throws InterruptedException;

  /** Asks over this connection. */
  record Over(DumpConnection connection) implements Asking {
    @Override
    public <T> T ask(Question<T> question) throws InterruptedException {
      return question.of(connection);
    }
  }
}
