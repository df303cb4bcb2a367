/**
 * One job in one JVM: the graph, what its parts share, and what a local run does around it.
 *
 * <p>Guarantee: a receipt is issued only when every row of its batch is acknowledged by the
 * destination or by the dead-letter table. The DoFns are shells; everything else is plain and
 * testable without a runner. Imports all stages.
 */
@NullMarked
package io.walbeam.job;

import org.jspecify.annotations.NullMarked;
