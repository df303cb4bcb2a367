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

  /**
   * One of the publications that a slot is read with.
   *
   * @param own whether walbeam made it, so that tables join it
   */
  public record Publication(String name, boolean changes, boolean viaRoot, boolean own) {}

  /**
   * One table.
   *
   * @param kind as in pg_class: r, p for the root of partitions, f for a foreign one
   * @param persistence as in pg_class: p, u for an unlogged one
   * @param published names of the publications of the slot that hold it
   * @param filtered whether one of them leaves out rows or columns
   */
  public record Table(
      TableId id,
      char kind,
      char persistence,
      Key key,
      Columns columns,
      Access access,
      List<String> published,
      boolean filtered) {
    public Table {
      published = List.copyOf(published);
    }

    /** Whether its rows can be told apart by what is published. */
    boolean isKeyed() {
      return key.usable() && !key.names().isEmpty();
    }
  }

  /**
   * The replica identity of a table.
   *
   * @param identity as in pg_class: d, n, f or i
   * @param usable whether UPDATE and DELETE may be published
   * @param leafUnusable whether a partition has no usable one
   * @param names of its columns, in the key's order; empty without
   */
  public record Key(char identity, boolean usable, boolean leafUnusable, List<String> names) {
    public Key {
      names = List.copyOf(names);
    }
  }

  /**
   * The columns of a table.
   *
   * @param typed all with their types, in their order
   * @param wide how many may be stored out of line
   * @param generated how many are generated and not published
   */
  public record Columns(List<RelationColumn> typed, int wide, int generated) {
    public Columns {
      typed = List.copyOf(typed);
    }

    List<String> names() {
      return typed.stream().map(RelationColumn::name).toList();
    }
  }

  /**
   * What the role may do with a table.
   *
   * @param hiddenRows whether row-level security is in the way
   * @param unreadableLeaves quoted names of partitions that it may not read
   */
  public record Access(
      boolean owned,
      boolean readable,
      boolean schemaUsable,
      boolean hiddenRows,
      List<String> unreadableLeaves) {
    public Access {
      unreadableLeaves = List.copyOf(unreadableLeaves);
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
