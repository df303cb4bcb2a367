/**
 * The error model: what kind of failure it is, who must act, what to do, and how to wait and try
 * again. Imports the JDK only.
 */
@NullMarked
package io.walbeam.failure;

import org.jspecify.annotations.NullMarked;
