@NullMarked
package io.walbeam.options;

import org.jspecify.annotations.NullMarked;
