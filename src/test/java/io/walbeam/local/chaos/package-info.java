/** Tests of the chaos run, and a short one as part of each build. */
@NullMarked
package io.walbeam.local.chaos;

import org.jspecify.annotations.NullMarked;
