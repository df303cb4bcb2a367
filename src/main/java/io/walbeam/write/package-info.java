/**
 * From the batches of a bundle to acknowledged rows: decoding, gathering by table, looking up what
 * the stream left out, writing, and what becomes of refused and held rows.
 *
 * <p>Guarantee: what is handed out as a receipt is durable in the destination or in the dead-letter
 * table. Imports batch, postgres, postgres.pgoutput, progress, row, sink, deadletter, change and
 * failure.
 */
@NullMarked
package io.walbeam.write;

import org.jspecify.annotations.NullMarked;
