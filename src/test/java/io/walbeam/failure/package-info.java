@NullMarked
package io.walbeam.failure;

import org.jspecify.annotations.NullMarked;
