@NullMarked
package io.walbeam;

import org.jspecify.annotations.NullMarked;
