package io.walbeam.doctor;

/**
 * A check that could not run, which is no finding.
 *
 * @param what was to be looked at
 * @param why it could not be
 */
public record NotChecked(String what, String why) {}
