/**
 * Benchmarks that drive the finished programs as separate processes and measure them from outside:
 * by the replication slot, the stand-in's counts and the processes' CPU times. Not part of any job.
 * Imports local.demo and change, for the dump's reader alone also backfill and what it imports.
 */
@NullMarked
package io.walbeam.local.bench;

import org.jspecify.annotations.NullMarked;
