package io.walbeam.source;

import io.walbeam.change.JobRun;
import io.walbeam.postgres.ReplicationSettings;
import io.walbeam.postgres.SideConnection;
import java.io.Serializable;

/**
 * How the end of the pipeline tells the session what is durable, and what a reader must do itself
 * because nobody else could. Chosen by where a job runs. Immutable.
 */
public abstract class ConfirmationChannel implements Serializable {
  private static final long serialVersionUID = 1L;

  ConfirmationChannel() {}

  /** Both ends are in one process, which the DirectRunner guarantees: {@link LocalPositions}. */
  public static ConfirmationChannel inJvm() {
    return new InJvm();
  }

  /** The ends may be anywhere: {@link ShownPositions}, even if chance puts both in one process. */
  public static ConfirmationChannel betweenWorkers() {
    return new BetweenWorkers();
  }

  /** The end that publishes. */
  public abstract PublishedPositions publishing(ReplicationSettings replication, JobRun run);

  /** The session's end, on its side connection. */
  abstract ReadEnd reading(ReplicationSettings replication, JobRun run, SideConnection side);

  /** Whether a session waits here for the next reader, or frees its slot for one anywhere. */
  abstract boolean keepsSession();

  /** Whether a reader that has come to its end waits until the slot is told. */
  abstract boolean readerConfirms();

  /**
   * What a session sees of the channel.
   *
   * @param look brings {@code positions} up to date; throws if the server cannot be asked
   */
  record ReadEnd(PublishedPositions positions, Runnable look) {}

  private static final class InJvm extends ConfirmationChannel {
    private static final long serialVersionUID = 1L;

    @Override
    public PublishedPositions publishing(ReplicationSettings replication, JobRun run) {
      return LocalJob.of(SlotKey.of(replication, run)).positions();
    }

    @Override
    ReadEnd reading(ReplicationSettings replication, JobRun run, SideConnection side) {
      return new ReadEnd(LocalJob.of(SlotKey.of(replication, run)).positions(), () -> {});
    }

    @Override
    boolean keepsSession() {
      return true;
    }

    /** The launcher does it. */
    @Override
    boolean readerConfirms() {
      return false;
    }
  }

  private static final class BetweenWorkers extends ConfirmationChannel {
    private static final long serialVersionUID = 1L;

    @Override
    public PublishedPositions publishing(ReplicationSettings replication, JobRun run) {
      return ShownPositions.publisher(replication, run);
    }

    @Override
    ReadEnd reading(ReplicationSettings replication, JobRun run, SideConnection side) {
      ShownPositions shown = ShownPositions.reader(SlotKey.of(replication, run), run.epoch(), side);
      return new ReadEnd(shown, shown::look);
    }

    @Override
    boolean keepsSession() {
      return false;
    }

    @Override
    boolean readerConfirms() {
      return true;
    }
  }
}
