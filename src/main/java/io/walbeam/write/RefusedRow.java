package io.walbeam.write;

import io.walbeam.failure.Refusal;

/** A row that cannot be written; it becomes a dead letter. */
public record RefusedRow(RowOrigin origin, Refusal refusal) {}
