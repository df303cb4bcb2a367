package io.walbeam.doctor;

import java.util.List;

/**
 * What is missing at the source, or is to go. Immutable; says only what is to be done, so that it
 * is empty once it was done.
 *
 * @param title one line: which server, as whom
 * @param steps in their order
 * @param obstacles what keeps them from being done as they stand
 * @param notes what else a person should know, a sentence each
 */
public record SetupPlan(
    String title, List<Step> steps, List<Finding> obstacles, List<String> notes) {
  public SetupPlan {
    steps = List.copyOf(steps);
    obstacles = List.copyOf(obstacles);
    notes = List.copyOf(notes);
  }

  /**
   * One statement.
   *
   * @param why what it is for, without a full stop
   * @param sql without a semicolon
   * @param alone whether it stands outside the one transaction of the others: what is done to slots
   *     is not undone with a transaction
   */
  public record Step(String why, String sql, boolean alone) {}
}
