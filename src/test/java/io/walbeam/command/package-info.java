@NullMarked
package io.walbeam.command;

import org.jspecify.annotations.NullMarked;
