/**
 * What the parts of the BigQuery stand-in share: names of tables, JSON, the answers that refuse,
 * and faults on request.
 *
 * <p>Imports nothing of walbeam outside the stand-in, like every package below: a stand-in that
 * shared code with the program would share its mistakes.
 */
@NullMarked
package io.walbeam.local.standin;

import org.jspecify.annotations.NullMarked;
