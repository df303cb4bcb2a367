package io.walbeam.postgres;

import io.walbeam.change.TableId;
import java.util.Set;

/**
 * A table that could be published, and where it is now.
 *
 * @param mine whether the role may publish it
 * @param partitioned whether only its partitions hold rows
 * @param fit what PostgreSQL would do to the application's changes if its changes were published
 * @param places in which of walbeam's publications it is; in both is one too many
 * @param plain whether it is there without a row filter and without a column list
 * @param remedy what gives it a usable identity, as the end of a sentence; empty if it has one
 */
record PublishableTable(
    TableId table,
    boolean mine,
    boolean partitioned,
    Fit fit,
    Set<Place> places,
    boolean plain,
    String remedy) {
  PublishableTable {
    places = Set.copyOf(places);
  }

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

  /** Whether it is in one of the publications. */
  boolean published() {
    return !places.isEmpty();
  }

  /** Whether it is where it belongs, and nowhere else. */
  boolean placed() {
    return places.equals(wanted() == Place.NOWHERE ? Set.of() : Set.of(wanted()));
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
