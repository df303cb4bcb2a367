package io.walbeam.sink;

import io.walbeam.change.TableId;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One row of {@code _walbeam_backfills}: a dump of one table that was asked for, and how far it is.
 *
 * @param course how far it has come
 * @param error what went wrong and the remedy, without row values; empty if nothing did
 * @param owner the process that began it, for people: where it runs and since when it dumps; empty
 *     if nobody noted that it began, or a version did that had no owners. Nothing is decided by it:
 *     a process may be gone, and one that is not may have begun what is not noted yet
 */
public record DumpEntry(Order order, Status status, Course course, String error, String owner) {
  /** What nobody has begun. */
  public DumpEntry(Order order, Status status, Course course, String error) {
    this(order, status, course, error, "");
  }

  /** By epoch, then position, then table. */
  public static final Comparator<DumpEntry> OLDEST_FIRST =
      Comparator.comparingLong(DumpEntry::epoch)
          .thenComparing(DumpEntry::requestLsn, Long::compareUnsigned)
          .thenComparing(each -> each.table().toString());

  /** The keys of dead letters, in the scope of a dump of only them. */
  private static final String LETTERS = "letters";

  /** Members of a scope with which a dump leaves rows as they were. */
  private static final List<String> PARTS =
      List.of("keyFrom", "keyTo", "partitions", "keys", LETTERS, "foreign");

  /** How many changes are missing, in the scope of a table that was let go. */
  private static final Pattern CHANGES = Pattern.compile("\"changes\":(\\d{1,18})");

  /**
   * What is asked for; it never changes.
   *
   * @param slot name of the replication slot, part of the key
   * @param point where in the log it was asked for, part of the key
   * @param table the source table, part of the key; both names empty if the request names none
   * @param scope JSON object of what part of the table is meant, {@code {}} for all of it
   */
  public record Order(String slot, Point point, TableId table, Kind kind, String scope) {}

  /**
   * The consistent point.
   *
   * @param commitLsn of the request's transaction
   * @param changeLsn LSN of the request itself, or of a truncation's record
   * @param commitMicros commit time of it, microseconds since the Unix epoch
   */
  public record Point(long epoch, long commitLsn, long changeLsn, long commitMicros) {}

  /**
   * How far it has come.
   *
   * @param startedMicros microseconds since the Unix epoch, 0 if not yet
   * @param finishedMicros microseconds since the Unix epoch, 0 if not yet
   * @param chunksTotal 0 if not known
   * @param resume where to go on after a restart, empty for the beginning
   */
  public record Course(
      long startedMicros, long finishedMicros, long chunksTotal, Sums sums, String resume) {
    /** Nothing was done yet. */
    public static final Course NONE = new Course(0, 0, 0, new Sums(0, 0, 0), "");
  }

  /**
   * What is done so far.
   *
   * @param chunks written
   * @param rows written
   * @param bytes read
   */
  public record Sums(long chunks, long rows, long bytes) {}

  /** Why the table is dumped. The names are written to BigQuery and never change. */
  public enum Kind {
    /** It had never been dumped. */
    INITIAL,
    /** Somebody asked. */
    REQUEST,
    /** It was truncated, so nothing is dumped: what is older goes. */
    TRUNCATE,
    /** It was let go, so changes are missing until a dump brings them. */
    LET_GO
  }

  /** How far it is. The names are written to BigQuery and never change. */
  public enum Status {
    REQUESTED,
    RUNNING,
    FINISHED,
    /** The request is not one that is carried out. */
    REFUSED,
    /** It was given up; the stream goes on. */
    FAILED,
    /** Not needed: another dump of the table or a truncation took its place. */
    SUPERSEDED;

    /** Whether nothing more happens to it. */
    public boolean isOver() {
      return this != REQUESTED && this != RUNNING;
    }
  }

  /** What was just asked for. */
  public static DumpEntry requested(Order order) {
    return new DumpEntry(order, Status.REQUESTED, Course.NONE, "");
  }

  /** What is asked for and not carried out. */
  public static DumpEntry refused(Order order, String reason) {
    return new DumpEntry(order, Status.REFUSED, Course.NONE, reason);
  }

  public TableId table() {
    return order.table();
  }

  public Kind kind() {
    return order.kind();
  }

  /** Whether rows are to be read. */
  public boolean isDump() {
    return kind() == Kind.INITIAL || kind() == Kind.REQUEST;
  }

  /** Whether it has written all of its table and deleted what the source no longer had. */
  public boolean bringsAll() {
    return isDump()
        && status == Status.FINISHED
        && PARTS.stream().noneMatch(part -> scope().contains("\"" + part + "\":"));
  }

  /** Whether it has written the rows of some dead letters' keys and deleted what went. */
  public boolean bringsLetters() {
    return isDump()
        && status == Status.FINISHED
        && scope().contains("\"" + LETTERS + "\":")
        && !scope().contains("\"foreign\":");
  }

  /** Whether its table was let go, and no dump has brought it back. */
  public boolean isLetGo() {
    return kind() == Kind.LET_GO && !status.isOver();
  }

  /** Changes that are missing in a table that was let go, as far as its process knew. */
  public long missingChanges() {
    Matcher matcher = CHANGES.matcher(scope());
    return kind() == Kind.LET_GO && matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
  }

  /** JSON object of what part of the table is meant, {@code {}} for all of it. */
  public String scope() {
    return order.scope();
  }

  public long epoch() {
    return order.point().epoch();
  }

  /** Commit LSN of the request's transaction: the consistent point. */
  public long requestLsn() {
    return order.point().commitLsn();
  }

  /** Where to go on after a restart, empty for the beginning. */
  public String resume() {
    return course.resume();
  }

  /** The same entry, over. */
  public DumpEntry over(Status last, long finishedAt, String problem) {
    Course ended =
        new Course(
            course.startedMicros(),
            finishedAt,
            course.chunksTotal(),
            course.sums(),
            course.resume());
    return new DumpEntry(order, last, ended, problem, owner);
  }

  /** The same entry, begun or gone on with by {@code by}. */
  public DumpEntry started(long micros, String by) {
    long first = course.startedMicros() == 0 ? micros : course.startedMicros();
    Course begun = new Course(first, 0, course.chunksTotal(), course.sums(), course.resume());
    return new DumpEntry(order, Status.RUNNING, begun, "", by);
  }

  /** The same entry, further on. */
  public DumpEntry progressed(long total, Sums sums, String resumeAt) {
    Course further =
        new Course(course.startedMicros(), course.finishedMicros(), total, sums, resumeAt);
    return new DumpEntry(order, status, further, error, owner);
  }

  /** The same entry, taken by {@code by}. */
  public DumpEntry ownedBy(String by) {
    return new DumpEntry(order, status, course, error, by);
  }

  /** Hides the scope, which may hold key values. */
  @Override
  public String toString() {
    return "DumpEntry[" + table() + ", " + kind() + ", " + status + "]";
  }
}
