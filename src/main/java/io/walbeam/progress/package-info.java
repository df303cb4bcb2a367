/**
 * From receipts to the confirmed position.
 *
 * <p>A receipt says that one interval of the stream is durable in the destination. Their union,
 * kept under a single key, yields the position up to which nothing is missing; it is recorded in
 * the destination first and told to the replication slot second. Guarantee: a published position
 * never passes a change without a receipt and never moves back. Imports change, failure, postgres,
 * sink (the state store), batch (who read) and source (published positions).
 */
@NullMarked
package io.walbeam.progress;

import org.jspecify.annotations.NullMarked;
