/**
 * Compares tables in the destination with their sources, while both go on changing.
 *
 * <p>Guarantees: what is reported differed twice, each time after everything that the source showed
 * had arrived; memory is bounded, however large the tables; nothing but {@code
 * _walbeam_verifications} is written. Imports postgres, write (for the way of a table), row, sink
 * and their vocabulary.
 */
@NullMarked
package io.walbeam.verify;

import org.jspecify.annotations.NullMarked;
