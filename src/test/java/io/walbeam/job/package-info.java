@NullMarked
package io.walbeam.job;

import org.jspecify.annotations.NullMarked;
