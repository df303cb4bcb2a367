package io.walbeam.source;

import io.walbeam.postgres.MessageEmitter;
import java.io.Serializable;

/** What goes along with the one process that reads the slot. */
public interface StreamHook extends Serializable {
  /** Nothing goes along. */
  StreamHook NONE = emitter -> {};

  /**
   * The stream runs, so what is emitted now is read, before our own fence. Called once a session,
   * on a thread of its own; again if it fails with a TRANSIENT {@link
   * io.walbeam.failure.WalbeamException}.
   */
  void streamStarted(MessageEmitter emitter) throws InterruptedException;

  /**
   * Whether a job that shall end may do so: what goes along is done. Asked again and again once
   * everything up to our own fence is confirmed.
   *
   * @throws io.walbeam.failure.WalbeamException if it failed for good
   */
  default boolean isFinished() {
    return true;
  }

  /**
   * Called about once a second.
   *
   * @throws io.walbeam.failure.WalbeamException if the run shall end; not TRANSIENT
   */
  default void check() {}

  /**
   * The session has ended, after {@link #streamStarted} returned. Called once, on the same thread.
   */
  default void streamEnded() {}
}
