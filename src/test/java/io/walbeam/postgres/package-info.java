@NullMarked
package io.walbeam.postgres;

import org.jspecify.annotations.NullMarked;
