package io.walbeam.write;

import java.util.concurrent.CompletableFuture;

/** Futures of work that may be interrupted. */
public final class Futures {
  private Futures() {}

  /** Work with a result. */
  @FunctionalInterface
  public interface Work<T> {
    T run() throws InterruptedException;
  }

  /** Does the work here and completes the future with what becomes of it. Throws nothing. */
  public static <T> void complete(CompletableFuture<T> future, Work<? extends T> work) {
    try {
      future.complete(work.run());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      future.completeExceptionally(e);
    } catch (RuntimeException | Error e) {
      future.completeExceptionally(e);
    }
  }
}
