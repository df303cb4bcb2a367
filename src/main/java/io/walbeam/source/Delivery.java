package io.walbeam.source;

import io.walbeam.batch.ChangeBatch;

/**
 * A batch on its way from the session to the reader.
 *
 * @param after where reading goes on after it
 * @param timeMicros commit time of the last transaction it touches, microseconds since the Unix
 *     epoch, 0 if not known
 * @param last whether it ends with our own fence: nothing follows
 */
record Delivery(ChangeBatch batch, ResumePoint after, long timeMicros, boolean last) {}
