package io.walbeam.sink.file;

import io.walbeam.failure.Retry;
import io.walbeam.failure.RetryPolicy;
import io.walbeam.failure.WalbeamException;
import io.walbeam.sink.Stalls;
import io.walbeam.sink.Waits;
import java.io.IOException;
import java.time.Duration;

/** Calls of a storage that are tried until they succeed, under a stall of a folder. Thread-safe. */
record FileCalls(Storage storage, Waits waits, Stalls stalls) {
  /** Soon after a hiccup; a full disk is looked at as often as somebody may make room. */
  private static final RetryPolicy POLICY =
      new RetryPolicy(
          Duration.ofMillis(100),
          Duration.ofSeconds(10),
          Duration.ofSeconds(2),
          Duration.ofSeconds(5));

  /** A call. */
  @FunctionalInterface
  interface Call<T> {
    T run() throws IOException;
  }

  /** A call without a result. */
  @FunctionalInterface
  interface Action {
    void run() throws IOException;
  }

  /** Returns once it is done; see {@link #until}. */
  void carryOut(String folder, Action action) throws InterruptedException {
    boolean unused =
        until(
            folder,
            () -> {
              action.run();
              return true;
            });
  }

  /**
   * The result, once there is one.
   *
   * @throws WalbeamException if no other attempt mends it, or if the sink is closed meanwhile
   */
  <T> T until(String folder, Call<T> call) throws InterruptedException {
    try (Retry retry = new Retry(POLICY, waits, stalls.of(folder))) {
      return retry.until(() -> once(call));
    }
  }

  /** The result of one attempt. */
  <T> T once(Call<T> call) {
    try {
      return call.run();
    } catch (IOException e) {
      throw FileFailures.of(e, storage.describe());
    }
  }
}
