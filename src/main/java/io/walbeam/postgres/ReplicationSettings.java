package io.walbeam.postgres;

import java.io.Serializable;

/**
 * Which changes of which server are replicated. Immutable, holds no resolved secret.
 *
 * @param postgres the primary
 * @param slot name of the replication slot
 * @param publication name of the publication
 * @param publishNewTables whether tables that come later join a publication that walbeam made
 * @param readGenerated whether generated columns that are not published are looked up
 */
public record ReplicationSettings(
    PostgresSettings postgres,
    String slot,
    String publication,
    boolean publishNewTables,
    boolean readGenerated)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The same with a publication that no table joins, and what that publishes. */
  public ReplicationSettings(PostgresSettings postgres, String slot, String publication) {
    this(postgres, slot, publication, false, false);
  }
}
