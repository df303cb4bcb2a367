package io.walbeam.postgres;

import io.walbeam.change.TableId;

/**
 * A table that could be published, and where it is now.
 *
 * @param mine whether the role may publish it
 * @param partitioned whether only its partitions hold rows
 * @param fit what PostgreSQL would do to the application's changes if its changes were published
 * @param place in which of walbeam's publications it is
 * @param plain whether it is there without a row filter and without a column list
 */
record PublishableTable(
    TableId table, boolean mine, boolean partitioned, Fit fit, Place place, boolean plain) {
  /** Which publication suits a table (PostgreSQL source, CheckCmdReplicaIdentity). */
  enum Fit {
    /** Every leaf has a usable replica identity: all changes can be published. */
    CHANGES,
    /** UPDATE and DELETE of the application would be refused if they were published. */
    INSERTS,
    /** The table has a key, but a leaf has no usable identity: a person must mend the leaf. */
    NEITHER
  }

  /** Where a table is. */
  enum Place {
    NOWHERE,
    CHANGES,
    INSERTS
  }

  /** The place that suits it. */
  Place wanted() {
    return switch (fit) {
      case CHANGES -> Place.CHANGES;
      case INSERTS -> Place.INSERTS;
      case NEITHER -> Place.NOWHERE;
    };
  }
}
