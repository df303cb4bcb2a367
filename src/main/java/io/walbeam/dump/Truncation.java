package io.walbeam.dump;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.TableId;

/**
 * One table's truncation.
 *
 * @param transactionId of the transaction that truncated it
 * @param commitMicros commit time of it, epoch microseconds
 */
public record Truncation(
    TableId table, ChangePosition position, long transactionId, long commitMicros) {}
