/**
 * Scenarios that drive the finished program by its command line only: in a thread of the test's
 * JVM, or as a process where something has to be killed, signalled or looked at from outside.
 */
@NullMarked
package io.walbeam.scenario;

import org.jspecify.annotations.NullMarked;
