package io.walbeam.dump;

import io.walbeam.change.JobRun;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Status;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who dumps, in words for a person who looks for the process: another one for each turn at reading
 * the slot.
 */
final class DumpOwner {
  private static final Logger log = LoggerFactory.getLogger(DumpOwner.class);

  /** As the names of the readers in PostgreSQL have the start of their job. */
  private static final int RADIX = 36;

  private DumpOwner() {}

  /**
   * This process.
   *
   * @param since when its turn at reading the slot began
   */
  static String of(JobRun run, Instant since) {
    return of(run, ProcessHandle.current().pid(), Host.NAME, since);
  }

  static String of(JobRun run, long pid, String host, Instant since) {
    return "process "
        + pid
        + " on "
        + host
        + ", job "
        + Long.toString(run.start(), RADIX)
        + ", since "
        + since.truncatedTo(ChronoUnit.MILLIS);
  }

  /** Says whose dumps go on here. What nobody noted may be somebody's too. */
  static void sayTaken(List<DumpEntry> known, long epoch) {
    Map<String, Long> begun =
        known.stream()
            .filter(entry -> entry.isDump() && entry.epoch() == epoch)
            .filter(entry -> entry.status() == Status.RUNNING)
            .collect(
                Collectors.groupingBy(
                    entry -> entry.owner().isEmpty() ? "an earlier run" : entry.owner(),
                    TreeMap::new,
                    Collectors.counting()));
    begun.forEach(
        (owner, tables) -> log.info("Going on with dumps that {} had begun: {}.", owner, tables));
  }

  /** Looked up once: a name server may take its time. */
  private static final class Host {
    static final String NAME = name();

    private Host() {}

    private static String name() {
      // What containers and pods are named by; elsewhere shells keep it to themselves.
      String told = System.getenv("HOSTNAME");
      if (told != null && !told.isBlank()) {
        return told;
      }
      try {
        return InetAddress.getLocalHost().getHostName();
      } catch (UnknownHostException e) {
        return "a host without a name";
      }
    }
  }
}
