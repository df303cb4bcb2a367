/**
 * The commands: what a person starts, with exit codes and messages made for people. Imports options
 * and pipeline.
 */
@NullMarked
package io.walbeam.command;

import org.jspecify.annotations.NullMarked;
