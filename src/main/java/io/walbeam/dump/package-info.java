/**
 * Dumps: rows that were there before, and tables that are to be read again. Requests arrive as
 * logical messages, are kept in a ledger, and are carried out beside the stream; also the removal
 * of rows that the source no longer has, after a dump or a truncation.
 *
 * <p>A dumped row is written at the position of its request, so whatever the stream brings later
 * wins, and a dump that is repeated, resumed or done twice changes nothing. Imports postgres, row,
 * sink, deadletter, change and failure.
 */
@NullMarked
package io.walbeam.dump;

import org.jspecify.annotations.NullMarked;
