package io.walbeam.postgres;

import java.io.Serializable;

/**
 * Which changes of which server are replicated. Immutable, holds no resolved secret.
 *
 * @param postgres the primary
 * @param slot name of the replication slot
 * @param publication name of the publication
 */
public record ReplicationSettings(PostgresSettings postgres, String slot, String publication)
    implements Serializable {
  private static final long serialVersionUID = 1L;
}
