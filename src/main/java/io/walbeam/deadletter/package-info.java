/** What could not be written, kept for diagnosis and replay. Imports change and failure. */
@NullMarked
package io.walbeam.deadletter;

import org.jspecify.annotations.NullMarked;
