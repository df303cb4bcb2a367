@NullMarked
package io.walbeam.metrics;

import org.jspecify.annotations.NullMarked;
