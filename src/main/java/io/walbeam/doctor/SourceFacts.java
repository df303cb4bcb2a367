package io.walbeam.doctor;

import io.walbeam.change.RelationColumn;
import io.walbeam.change.TableId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a few queries say about one PostgreSQL server. Immutable.
 *
 * @param slots all of the server
 * @param walRate bytes of WAL a second, measured while the facts were read; 0 if nothing was
 *     written
 * @param blockers transactions that hold every slot back, the oldest first
 * @param tables every table of the database that is not the system's
 */
public record SourceFacts(
    Server server,
    Role role,
    Map<String, Setting> settings,
    List<Slot> slots,
    int walSenders,
    double walRate,
    List<Blocker> blockers,
    List<Publication> publications,
    List<Table> tables) {
  public SourceFacts {
    settings = Map.copyOf(settings);
    slots = List.copyOf(slots);
    blockers = List.copyOf(blockers);
    publications = List.copyOf(publications);
    tables = List.copyOf(tables);
  }

  /**
   * The server and the way to it.
   *
   * @param version as {@code server_version_num}
   * @param encrypted whether this connection is
   * @param pooled whether two statements reached two processes
   * @param certificateDays days until the server's certificate expires; empty if it could not be
   *     looked at
   */
  public record Server(
      int version,
      String versionText,
      String database,
      boolean standby,
      boolean encrypted,
      boolean local,
      boolean pooled,
      Optional<Long> certificateDays,
      Provider provider) {}

  /**
   * The role that connected.
   *
   * @param through roles with REPLICATION that it is a member of, which does not pass on
   * @param mayCreate whether it may create a publication in the database
   */
  public record Role(
      String name,
      boolean superuser,
      boolean replication,
      boolean bypassRls,
      List<String> through,
      boolean mayCreate) {
    public Role {
      through = List.copyOf(through);
    }
  }

  /** One parameter: {@code setting} of {@code pg_settings}. */
  public record Setting(String value, boolean pendingRestart) {}

  /**
   * One replication slot.
   *
   * @param retainedBytes WAL that it keeps
   * @param safeBytes WAL that may still be written before it is invalidated; empty without a limit
   */
  public record Slot(
      String name,
      String plugin,
      String database,
      boolean active,
      String walStatus,
      String invalidation,
      long retainedBytes,
      Optional<Long> safeBytes) {
    boolean isLost() {
      return walStatus.equals("lost") || !invalidation.isEmpty();
    }
  }

  /**
   * A transaction that has been open for long.
   *
   * @param gid of a prepared one; empty for that of a process
   */
  public record Blocker(int pid, String gid, long seconds) {}

  /** One of the publications that a slot is read with. */
  public record Publication(String name, boolean changes, boolean viaRoot) {}

  /**
   * One table.
   *
   * @param kind as in pg_class: r, p for the root of partitions, f for a foreign one
   * @param persistence as in pg_class: p, u for an unlogged one
   * @param identity as in pg_class: d, n, f or i
   * @param usable whether its UPDATE and DELETE may be published
   * @param leafUnusable whether a partition of it has no usable identity
   * @param wide columns that may be stored out of line
   * @param generated generated columns that are not published
   * @param columns names of all columns, in their order
   * @param key names of the columns of its replica identity, in the key's order; empty without
   * @param published names of the publications of the slot that hold it
   * @param unreadableLeaves quoted names of its partitions that the role may not read
   * @param typed every column with its type, in their order
   */
  public record Table(
      TableId id,
      char kind,
      char persistence,
      char identity,
      boolean usable,
      boolean leafUnusable,
      int wide,
      int generated,
      List<String> columns,
      List<String> key,
      boolean filtered,
      boolean owned,
      boolean readable,
      boolean schemaUsable,
      boolean hiddenRows,
      List<String> published,
      List<String> unreadableLeaves,
      List<RelationColumn> typed) {
    public Table {
      columns = List.copyOf(columns);
      key = List.copyOf(key);
      published = List.copyOf(published);
      unreadableLeaves = List.copyOf(unreadableLeaves);
      typed = List.copyOf(typed);
    }

    /** A table of which nobody asked for types, and all partitions may be read. */
    Table(
        TableId id,
        char kind,
        char persistence,
        char identity,
        boolean usable,
        boolean leafUnusable,
        int wide,
        int generated,
        List<String> columns,
        List<String> key,
        boolean filtered,
        boolean owned,
        boolean readable,
        boolean schemaUsable,
        boolean hiddenRows,
        List<String> published) {
      this(
          id,
          kind,
          persistence,
          identity,
          usable,
          leafUnusable,
          wide,
          generated,
          columns,
          key,
          filtered,
          owned,
          readable,
          schemaUsable,
          hiddenRows,
          published,
          List.of(),
          List.of());
    }
  }

  /** Value of a parameter, empty if the server has none of that name. */
  String setting(String name) {
    Setting found = settings.get(name);
    return found == null ? "" : found.value();
  }

  /** The slot of that name. */
  Optional<Slot> slot(String name) {
    return slots.stream().filter(slot -> slot.name().equals(name)).findFirst();
  }
}
