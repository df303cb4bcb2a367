/**
 * The commands: what a person starts, with exit codes and messages made for people. Imports
 * options, job and what they show.
 */
@NullMarked
package io.walbeam.command;

import org.jspecify.annotations.NullMarked;
