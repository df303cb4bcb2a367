package io.walbeam.pipeline;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.Operation;
import io.walbeam.source.ChangeBatch;

/**
 * Where a row came from: enough to write a dead letter for it later.
 *
 * @param entry offset of the message's payload in the batch's messages
 * @param length bytes of the payload
 */
record RowOrigin(
    ChangeBatch batch,
    int entry,
    int length,
    Route route,
    Operation operation,
    ChangePosition position,
    long transactionId,
    long commitTimeMicros) {}
