@NullMarked
package io.walbeam.local.demo;

import org.jspecify.annotations.NullMarked;
