/** The BigQuery stand-in and the demo. Nothing imports it. */
@NullMarked
package io.walbeam.local;

import org.jspecify.annotations.NullMarked;
