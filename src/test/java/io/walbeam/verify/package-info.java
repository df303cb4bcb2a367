/** Tests of the comparison of tables with their sources. */
@NullMarked
package io.walbeam.verify;

import org.jspecify.annotations.NullMarked;
