@NullMarked
package io.walbeam.write;

import org.jspecify.annotations.NullMarked;
