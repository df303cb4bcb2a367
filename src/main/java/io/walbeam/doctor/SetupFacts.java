package io.walbeam.doctor;

import io.walbeam.change.TableId;
import io.walbeam.postgres.PublicationPlan;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a plan of {@code setup} is made of. Immutable.
 *
 * @param source as the administrator sees it
 * @param mayCreateRoles whether the administrator does
 * @param role the one that runs log in as; empty if there is none
 * @param relations every table, and every partition, of the database
 * @param defaults grants that later tables get
 * @param granted what the role was granted here
 * @param capturesDdl whether an event trigger tells of statements
 * @param publicationRemoval statements that drop walbeam's own publications
 */
record SetupFacts(
    SourceFacts source,
    boolean mayCreateRoles,
    Optional<RunRole> role,
    List<Relation> relations,
    Set<DefaultGrant> defaults,
    List<Granted> granted,
    PublicationPlan publications,
    boolean capturesDdl,
    List<String> publicationRemoval) {
  SetupFacts {
    relations = List.copyOf(relations);
    defaults = Set.copyOf(defaults);
    granted = List.copyOf(granted);
    publicationRemoval = List.copyOf(publicationRemoval);
  }

  /**
   * The role that runs log in as.
   *
   * @param ours whether setup made it
   * @param connects whether it may connect to the database
   * @param neededElsewhere whether it owns something, or was granted something in another database
   */
  record RunRole(
      boolean login,
      boolean replication,
      boolean bypassRls,
      boolean ours,
      boolean connects,
      boolean neededElsewhere) {}

  /**
   * A table or a partition.
   *
   * @param root the partitioned table at the top; the table itself if it is no partition
   * @param mine whether the administrator has the rights of its owner
   * @param identity as in pg_class: d, n, f or i
   * @param leaf whether it holds rows
   * @param readable whether the run's role may read it
   * @param schemaUsable whether the run's role may use its schema
   */
  record Relation(
      TableId id,
      TableId root,
      String owner,
      boolean mine,
      char identity,
      boolean leaf,
      boolean rowSecurity,
      boolean readable,
      boolean schemaUsable) {}

  /** A grant of SELECT on tables that the owner will make in the schema, to the run's role. */
  record DefaultGrant(String schema, String owner) {}

  /**
   * One grant to the run's role.
   *
   * @param on what stands behind ON in a REVOKE; of a default privilege what stands before it
   */
  record Granted(boolean byDefault, String on) {}
}
