package io.walbeam.doctor;

/**
 * One thing that somebody should know.
 *
 * @param check short stable name, for programs
 * @param meaning what is the case and what follows from it, in a sentence or two
 * @param remedy the statement or command that mends it, or what to do; empty if nothing need be
 *     done
 * @param basis what it rests on: the view, the setting, the call
 */
public record Finding(
    Severity severity, String check, String meaning, String remedy, String basis) {}
