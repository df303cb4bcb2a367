/**
 * The batch: its format, its only writer ({@link BatchWriter}) and its only reader ({@link
 * BatchReader}).
 *
 * <p>Guarantees: a batch is a pgoutput stream of its own, so that any worker reads it alone; every
 * change has the same position however the stream was cut ({@link ChangeIndex}). Imports postgres,
 * postgres.pgoutput, change, failure and Beam.
 */
@NullMarked
package io.walbeam.batch;

import org.jspecify.annotations.NullMarked;
