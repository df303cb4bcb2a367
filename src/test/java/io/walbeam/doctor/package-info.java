/** Facts made by hand, and what follows from them. */
@NullMarked
package io.walbeam.doctor;

import org.jspecify.annotations.NullMarked;
