/**
 * The sink contract: rows, dead letters and the recorded position, whatever the destination.
 *
 * <p>Whoever waits for a table asks {@link io.walbeam.sink.LetGo} whether it is worth waiting.
 *
 * <p>Imports row, deadletter, change and failure.
 */
@NullMarked
package io.walbeam.sink;

import org.jspecify.annotations.NullMarked;
