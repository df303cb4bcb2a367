/**
 * Random histories under random faults: what happened at the source is compared with the
 * destination at quiet points, value by value.
 *
 * <p>Holds the histories, the faults, a proxy between the program and both ends, and the run that
 * puts them together; a seed repeats its decisions. Drives the product from outside, by its command
 * line, with the pieces of {@code local.demo}.
 */
@NullMarked
package io.walbeam.local.chaos;

import org.jspecify.annotations.NullMarked;
