@NullMarked
package io.walbeam.source;

import org.jspecify.annotations.NullMarked;
