package io.walbeam.source;

import io.walbeam.change.JobRun;
import io.walbeam.change.Lsn;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.PostgresConnections;
import io.walbeam.postgres.ReplicationSettings;
import io.walbeam.postgres.SideConnection;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The channel between workers. The worker that publishes shows the position as the {@code
 * application_name} of a connection of its own; the worker that reads the slot finds it in {@code
 * pg_stat_activity}, among the connections of its own role only.
 *
 * <p>It costs no WAL and no privilege, works on a standby, and nobody who cannot log in as the role
 * can forge it. Any number of publishers may show positions, late ones of a worker that was given
 * up among them: each is true, and the highest counts. Thread-safe; positions never move back.
 */
public final class ShownPositions implements PublishedPositions {
  private static final Logger log = LoggerFactory.getLogger(ShownPositions.class);

  /** Time between two proofs that the connection still shows the position, milliseconds. */
  private static final long KEEP_MILLIS = 5_000;

  /** What the channel needs of the server. */
  public interface Activity {
    /** Makes {@code name} the name of this end's own connection. */
    void show(String name);

    /** Names of the role's connections that begin with {@code prefix}. */
    List<String> shown(String prefix);
  }

  private final Activity activity;
  private final ConfirmationName name;
  private final Runnable closing;
  private final CountDownLatch closed = new CountDownLatch(1);

  // Guarded by this.
  private long wanted;

  private volatile long seen;

  /**
   * @param closing called by {@link #close}
   */
  public ShownPositions(Activity activity, String slotKey, long epoch, Runnable closing) {
    this.activity = activity;
    this.name = new ConfirmationName(slotKey, epoch);
    this.closing = closing;
  }

  /** The publishing end, with a connection and a thread of its own. */
  public static ShownPositions publisher(ReplicationSettings replication, JobRun run) {
    SideConnection side =
        new SideConnection(
            new PostgresConnections(replication.postgres()),
            "walbeam-publisher:" + replication.slot());
    ShownPositions positions =
        new ShownPositions(activity(side), SlotKey.of(replication, run), run.epoch(), side::close);
    Thread keeper = new Thread(positions::keep, "walbeam-shown-" + replication.slot());
    keeper.setDaemon(true);
    keeper.start();
    return positions;
  }

  /** The reading end, on the session's side connection; {@link #look} moves it. */
  static ShownPositions reader(String slotKey, long epoch, SideConnection side) {
    return new ShownPositions(activity(side), slotKey, epoch, () -> {});
  }

  private static Activity activity(SideConnection side) {
    return new Activity() {
      @Override
      public void show(String name) {
        side.show(name);
      }

      @Override
      public List<String> shown(String prefix) {
        return side.shown(prefix);
      }
    };
  }

  /** Shows the position now, or as soon as the server can be reached. */
  @Override
  public void publish(long lsn) {
    synchronized (this) {
      wanted = Lsn.max(wanted, lsn);
    }
    show();
  }

  /** The highest position seen by {@link #look}. */
  @Override
  public long published() {
    return seen;
  }

  /**
   * Asks the server what is shown.
   *
   * @throws WalbeamException if it cannot be asked
   */
  public synchronized void look() {
    for (String shown : activity.shown(name.prefix())) {
      OptionalLong position = name.read(shown);
      if (position.isPresent()) {
        seen = Lsn.max(seen, position.getAsLong());
      }
    }
  }

  /** Shows the highest position again, in case the connection was lost. Never throws. */
  public synchronized void show() {
    if (wanted == 0) {
      return;
    }
    try {
      activity.show(name.of(wanted));
    } catch (WalbeamException e) {
      log.debug("The published position is shown later", e);
    }
  }

  private void keep() {
    try {
      while (!closed.await(KEEP_MILLIS, TimeUnit.MILLISECONDS)) {
        show();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the connection, so that nothing is shown any more. */
  @Override
  public void close() {
    closed.countDown();
    closing.run();
  }
}
