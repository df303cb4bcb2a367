@NullMarked
package io.walbeam.batch;

import org.jspecify.annotations.NullMarked;
