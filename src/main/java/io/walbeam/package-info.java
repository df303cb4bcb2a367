/**
 * The program: {@link io.walbeam.Walbeam} starts a command. Everything else is in packages below.
 */
@NullMarked
package io.walbeam;

import org.jspecify.annotations.NullMarked;
