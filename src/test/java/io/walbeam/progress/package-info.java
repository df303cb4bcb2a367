@NullMarked
package io.walbeam.progress;

import org.jspecify.annotations.NullMarked;
