/**
 * The Beam source: sessions on the replication slot, where batches are cut, checkpoint marks.
 *
 * <p>Guarantees: consecutive batches of one reader cover consecutive intervals without a gap; a
 * position is reported to the slot as flushed only when it was published as durable and was inside
 * a finalized (or restored) checkpoint mark. May import batch, postgres, metrics, change, failure,
 * secret and Beam.
 */
@NullMarked
package io.walbeam.source;

import org.jspecify.annotations.NullMarked;
