@NullMarked
package io.walbeam.dump;

import org.jspecify.annotations.NullMarked;
