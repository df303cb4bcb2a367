/** Fixtures that several packages' tests share. */
@NullMarked
package io.walbeam.testing;

import org.jspecify.annotations.NullMarked;
