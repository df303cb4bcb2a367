@NullMarked
package io.walbeam.backfill;

import org.jspecify.annotations.NullMarked;
