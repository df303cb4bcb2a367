/**
 * The demo, and the pieces it shares with scenario tests and benchmarks: an embedded PostgreSQL, a
 * shop schema and workload, the stand-in and the pipeline as processes of their own, and a
 * comparison of both sides value by value.
 *
 * <p>Everything here drives the product from outside, by its command line. Guarantee: no process
 * outlives the one that started it, unless that one is killed outright. Imports change for the
 * vocabulary and nothing else of walbeam.
 */
@NullMarked
package io.walbeam.local.demo;

import org.jspecify.annotations.NullMarked;
