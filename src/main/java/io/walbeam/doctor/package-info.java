/**
 * What the commands beside a job find out: facts of both ends, read with a few queries, and
 * findings and plans, which are a function of the facts alone.
 *
 * <p>Guarantees: nothing is changed at either end but by {@link io.walbeam.doctor.Setup#apply},
 * which does a plan that was shown, or nothing of it; no query for a single table. A check that
 * cannot run says why and is no finding. Imports postgres, row, sink and their vocabulary; the
 * command prints what is here.
 */
@NullMarked
package io.walbeam.doctor;

import org.jspecify.annotations.NullMarked;
