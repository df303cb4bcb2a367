/**
 * The metrics that Beam shows: their names, and how numbers that were counted on other threads get
 * to a thread that Beam counts on. Names hold no row value, and their number is bounded. Imports
 * nothing of walbeam.
 */
@NullMarked
package io.walbeam.metrics;

import org.jspecify.annotations.NullMarked;
