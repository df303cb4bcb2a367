@NullMarked
package io.walbeam.pipeline;

import org.jspecify.annotations.NullMarked;
