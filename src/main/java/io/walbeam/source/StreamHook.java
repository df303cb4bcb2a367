package io.walbeam.source;

import io.walbeam.change.Relation;
import io.walbeam.postgres.MessageEmitter;
import java.io.Serializable;
import java.util.List;

/** What goes along with the one process that reads the slot. */
public interface StreamHook extends Serializable {
  /** Nothing goes along. */
  StreamHook NONE = emitter -> {};

  /**
   * The stream runs, so what is emitted now is read, before our own fence. Called once a session,
   * on a thread of its own; again if it fails with a TRANSIENT {@link
   * io.walbeam.failure.WalbeamException}, and after {@link #streamEnded} if the slot comes back.
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
   * The stream tells of tables that may have been altered. Called on the session's thread, so it
   * must not wait; again with the same if it was not taken.
   *
   * @param descriptions of tables that are described otherwise than before in this session
   * @return whether somebody was there to take it
   */
  default boolean altered(List<Description> descriptions) {
    return true;
  }

  /**
   * A table as the stream describes it.
   *
   * @param commitLsn of the transaction whose rows it describes
   */
  record Description(Relation relation, long commitLsn) {}

  /**
   * Called about once a second.
   *
   * @throws io.walbeam.failure.WalbeamException if the run shall end; not TRANSIENT
   */
  default void check() {}

  /**
   * The session has ended, or a newer reader has the slot, after {@link #streamStarted} returned.
   * Called once for each such return, on the same thread.
   */
  default void streamEnded() {}
}
