@NullMarked
package io.walbeam.secret;

import org.jspecify.annotations.NullMarked;
