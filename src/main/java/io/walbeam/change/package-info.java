/**
 * The vocabulary of walbeam: positions, intervals, tables, tuples and events.
 *
 * <p>Everything here is an immutable value without I/O, except {@link io.walbeam.change.Tuple},
 * which is a reusable view over bytes for the hot path. Imports the JDK only.
 */
@NullMarked
package io.walbeam.change;

import org.jspecify.annotations.NullMarked;
