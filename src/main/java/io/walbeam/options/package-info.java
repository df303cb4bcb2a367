/**
 * The command line: commands and Beam pipeline options in, from arguments, variables and a file;
 * validated settings or the list of all problems out.
 *
 * <p>The rest of the program sees only {@link io.walbeam.job.JobSettings}. Imports the settings
 * records of the other packages and Beam.
 */
@NullMarked
package io.walbeam.options;

import org.jspecify.annotations.NullMarked;
