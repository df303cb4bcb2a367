/**
 * Scenarios that drive the finished programs as separate processes, by their command lines only.
 */
@NullMarked
package io.walbeam.scenario;

import org.jspecify.annotations.NullMarked;
