/**
 * The error model: what kind of failure it is, who must act, and what to do. Imports the JDK only.
 */
@NullMarked
package io.walbeam.failure;

import org.jspecify.annotations.NullMarked;
