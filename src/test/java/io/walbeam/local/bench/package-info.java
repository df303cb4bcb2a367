/** Tests of the benchmarks' own code. */
@org.jspecify.annotations.NullMarked
package io.walbeam.local.bench;
