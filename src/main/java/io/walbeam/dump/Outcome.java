package io.walbeam.dump;

import io.walbeam.failure.WalbeamException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** What became of work in another thread. */
final class Outcome {
  private Outcome() {}

  /**
   * Waits for the result.
   *
   * @param unexpected says what failed if the failure is not one of ours
   * @throws WalbeamException that the work threw, or of kind BUG
   * @throws InterruptedException if this thread or the work was interrupted
   */
  static <T> T of(Future<T> work, String unexpected) throws InterruptedException {
    try {
      return work.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof InterruptedException) {
        throw new InterruptedException();
      }
      if (e.getCause() instanceof LetGoException letGo) {
        throw letGo;
      }
      throw WalbeamException.of(e.getCause(), unexpected);
    }
  }
}
