/**
 * Talks to PostgreSQL: connections, slot, publication, catalogue, the replication stream. The only
 * package that imports {@code org.postgresql}; knows nothing of Beam. Imports change, failure and
 * secret.
 */
@NullMarked
package io.walbeam.postgres;

import org.jspecify.annotations.NullMarked;
