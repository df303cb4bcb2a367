/**
 * The graph, and the way of a batch from raw messages to a receipt.
 *
 * <pre>
 *   Read replication slot ▶ Write batches ▶ Publish progress
 *                             │
 *                             ├ BatchDecoder   raw messages to row mutations
 *                             ├ Routes         relation to table mapping
 *                             ├ TableChunk     last image of each key, rows of one request
 *                             └ DeadLetterBox  what cannot be written
 * </pre>
 *
 * <p>Guarantee: a receipt is issued only when every row of its batch is acknowledged by the
 * destination or by the dead-letter table. The DoFns are shells; everything else is plain and
 * testable without a runner. Imports all stages.
 */
@NullMarked
package io.walbeam.pipeline;

import org.jspecify.annotations.NullMarked;
