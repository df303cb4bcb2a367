/**
 * The sink contract: rows, dead letters and the recorded position, whatever the destination.
 *
 * <p>Imports row, deadletter, change and failure.
 */
@NullMarked
package io.walbeam.sink;

import org.jspecify.annotations.NullMarked;
